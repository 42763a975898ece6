/** What a source imports of ours, told from its text alone. */
import { dirname, join, normalize } from "node:path";

const imported = /(?:from|import)\s*(?:\(\s*)?"(\.[^"]+)"/g;

/** Returns the files that the text of `file` imports by a relative path, as paths from where `file` is one. */
export function importsOf(file: string, text: string): string[] {
  return [...text.matchAll(imported)].map(([, path = ""]) => normalize(join(dirname(file), path)));
}
