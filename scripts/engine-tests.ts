/** Which test files run on the engine under test. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { importsOf } from "./imports.ts";

const variable = "FRONTDESK_TEST_DATABASE_URL";

/**
 * Those of `files` that ask for the server, themselves or through what they import (the harness does). The others answer the same
 * whatever the database: a second run of them on another engine would prove nothing.
 */
export async function onTheEngine(files: readonly string[], root: string): Promise<string[]> {
  const texts = new Map<string, Promise<string>>();
  const textOf = (file: string) => {
    const text = texts.get(file) ?? readFile(join(root, file), "utf8").catch(() => "");
    texts.set(file, text);
    return text;
  };
  const asks = async (file: string): Promise<boolean> => {
    const seen = new Set([file]);
    for (const one of seen) {
      const text = await textOf(one);
      if (text.includes(variable)) return true;
      for (const next of importsOf(one, text)) seen.add(next);
    }
    return false;
  };
  const kept = await Promise.all(files.map(asks));
  return files.filter((_, index) => kept[index]);
}
