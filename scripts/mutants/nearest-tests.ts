/** Which test files have to do with a source: those beside it first, then those that import it, then those of its importers. */
import { glob, readFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { importsOf } from "../imports.ts";

/** They import everything, so to be reached through them says nothing. */
const everything = /^server\/(?:modules\/(?:.*\/)?index|modules\/[^/]+\/index|compose|main)\.ts$/;
/** They go through every operation, so they come after the tests that know what they look at. */
const generated = /^server\/testing\/generated\//;

export type ImportGraph = {
  tests: readonly string[];
  /** Who imports a file directly. */
  importers: ReadonlyMap<string, readonly string[]>;
};

/** Reads the imports of every source under server, scripts and sdk. */
export async function readImports(root: string): Promise<ImportGraph> {
  const files = await Array.fromAsync(glob("{server,scripts,sdk}/**/*.ts", { cwd: root }));
  const importers = new Map<string, string[]>();
  for (const file of files.sort()) {
    const text = await readFile(join(root, file), "utf8");
    for (const target of importsOf(file, text)) {
      importers.set(target, [...(importers.get(target) ?? []), file]);
    }
  }
  return { tests: files.filter((file) => file.endsWith(".test.ts")), importers };
}

/** Returns every test file, those first that are most likely to notice a change of `source`. */
export function nearestTests(graph: ImportGraph, source: string): string[] {
  const distance = distances(graph, source);
  const own = basename(source, ".ts").replace(/\.(?:store|crud|job|operations)$/, "");
  return graph.tests
    .map((test) => ({ test, rank: rank(test, source, own, distance.get(test)) }))
    .sort((a, b) => a.rank - b.rank || (a.test < b.test ? -1 : 1))
    .map(({ test }) => test);
}

/** How many imports lie between a source and the files that reach it, up to four. */
function distances(graph: ImportGraph, source: string): Map<string, number> {
  const found = new Map([[source, 0]]);
  let edge = [source];
  for (let step = 1; step <= 4 && edge.length > 0; step += 1) {
    const next = edge.flatMap((file) => graph.importers.get(file) ?? []);
    edge = [...new Set(next)].filter((file) => !found.has(file) && !everything.test(file));
    for (const file of edge) found.set(file, step);
  }
  return found;
}

function rank(test: string, source: string, own: string, imports: number | undefined): number {
  const folder = dirname(source);
  const steps = relative(folder, dirname(test)).split("/").filter(Boolean).length;
  const name = basename(test, ".test.ts");
  const beside = dirname(test) === folder;
  if (beside && name === own) return 0;
  if (imports === 1) return beside ? 1 : 2 + steps;
  if (beside) return name.includes(own) || own.includes(name) ? 1 : 3;
  if (imports !== undefined) return 4 + imports + steps;
  // A test that goes through HTTP imports nothing of what it tests: a neighbour in the tree is the best guess.
  const inside = test.startsWith(`${folder}/`) || test.startsWith(`${dirname(folder)}/`);
  if (inside && source.startsWith("server/modules/")) return 12 + steps;
  return generated.test(test) ? 50 : 100 + steps;
}
