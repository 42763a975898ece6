/** Which places of which sources a test program runs, read from the coverage that V8 writes when it ends. */
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

type Range = { startOffset: number; endOffset: number; count: number };
type Script = { url: string; functions: { ranges: Range[] }[] };

/** Spans of a source, from the outermost to the innermost, each with whether it was run. */
export type Spans = readonly (readonly [start: number, end: number, ran: boolean])[];

/**
 * Reads the reports in `folder`, one for each process that ended in peace. Returns the spans of every source below `root` that was
 * loaded, by path from the root; of a source that several processes loaded, those of each.
 */
export async function readCoverage(folder: string, root: string): Promise<Map<string, Spans[]>> {
  const found = new Map<string, Spans[]>();
  for (const name of await readdir(folder)) {
    const { result } = JSON.parse(await readFile(join(folder, name), "utf8")) as { result: Script[] };
    for (const { url, functions } of result) {
      if (!url.startsWith("file:") || url.includes("/node_modules/")) continue;
      const file = relative(root, fileURLToPath(url));
      found.set(file, [...(found.get(file) ?? []), spansOf(functions)]);
    }
  }
  return found;
}

/** Returns whether any process ran what stands at `place`, a position in the text of the source. */
export function wasRun(spans: readonly Spans[] | undefined, place: number): boolean {
  return (spans ?? []).some((one) => {
    let ran = false;
    for (const [start, end, counted] of one) if (start <= place && place < end) ran = counted;
    return ran;
  });
}

function spansOf(functions: Script["functions"]): Spans {
  return functions
    .flatMap(({ ranges }) => ranges)
    .map(({ startOffset, endOffset, count }) => [startOffset, endOffset, count > 0] as const)
    .sort((a, b) => a[0] - b[0] || b[1] - a[1]);
}
