/** Every path of the project that a document quotes in backticks exists. Prints the ones that do not. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const root = new URL("..", import.meta.url).pathname;
const folders = "server|console|sdk|docs|migrations|bench|scripts|openapi|bin|examples|\\.ci";
const quoted = new RegExp(`\`((?:${folders})/[\\w./*@-]+)\``, "g");

/** The quoted paths of a text that name nothing; wildcards and placeholders are not judged. */
export function brokenPaths(text: string, exists: (path: string) => boolean): string[] {
  return [...text.matchAll(quoted)]
    .map((match) => match[1] ?? "")
    .filter((path) => !/[*<>…]/.test(path))
    .filter((path) => !exists(path));
}

async function documents(): Promise<string[]> {
  const top = (await readdir(root)).filter((name) => name.endsWith(".md"));
  const docs = (await readdir(join(root, "docs"), { recursive: true }))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name));
  return [...top, ...docs];
}

if (import.meta.main) {
  let broken = 0;
  for (const file of await documents()) {
    const text = await readFile(join(root, file), "utf8");
    for (const path of brokenPaths(text, (wanted) => existsSync(join(root, wanted)))) {
      broken += 1;
      process.stdout.write(`${file}: ${path} does not exist\n`);
    }
  }
  process.exit(broken === 0 ? 0 : 1);
}
