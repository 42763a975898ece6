/** Which test files run on the engine under test. */
import { readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";

const harness = join("server", "testing", "harness.ts");
const variable = "FRONTDESK_TEST_DATABASE_URL";
const imported = /(?:from|import)\s*\(?\s*"(\.[^"]+)"/g;

/**
 * Those of `files` that ask for the server themselves or whose imports lead to the harness. The others answer the same whatever the database: a second run of them
 * on another engine would prove nothing.
 */
export async function onTheEngine(files: readonly string[], root: string): Promise<string[]> {
  const imports = new Map<string, Promise<string[]>>();
  const asks = async (file: string) => (await read(join(root, file))).includes(variable);
  const importsOf = (file: string) => {
    const known = imports.get(file) ?? read(join(root, file)).then((text) => paths(file, text));
    imports.set(file, known);
    return known;
  };
  const reaches = async (file: string): Promise<boolean> => {
    const seen = new Set([file]);
    for (const one of seen) {
      if (one === harness) return true;
      for (const next of await importsOf(one)) seen.add(next);
    }
    return false;
  };
  const kept = await Promise.all(files.map(async (file) => (await asks(file)) || reaches(file)));
  return files.filter((_, index) => kept[index]);
}

function paths(file: string, text: string): string[] {
  return [...text.matchAll(imported)].map(([, path = ""]) => normalize(join(dirname(file), path)));
}

function read(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}
