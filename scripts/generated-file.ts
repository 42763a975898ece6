import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

export const root = join(import.meta.dirname, "..");

/**
 * Writes a generated file, or with --check compares it with what is there and makes the process fail when it differs.
 * `again` names the command that writes it.
 */
export async function generated(path: string, text: string, again: string): Promise<void> {
  const file = join(root, path);
  const shown = relative(process.cwd(), file);
  if (process.argv.includes("--check")) {
    const present = await readFile(file, "utf8").catch(() => "");
    if (present === text) return console.log(`${shown} is up to date`);
    console.error(`${shown} is out of date: run ${again}`);
    process.exitCode = 1;
    return;
  }
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  console.log(`wrote ${shown}`);
}
