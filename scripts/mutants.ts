/**
 * Makes small wrong changes to sources, one at a time and in memory only, and tells which of them the tests did not notice.
 *
 *   npm run mutants -- [paths] [--sample 200] [--seed 1] [--json] [--lanes 2] [--list changes.json]
 *
 * Paths are files or folders (kernel, messaging, calendar, workspace and surfaces if none is given). A list names changes itself:
 * {"mutants": [{"file", "old", "new"}]}, where `old` stands once in the file, or is what --json wrote before, whose "lived" are tried
 * again. A change counts as noticed when a test fails with it and passes without it. Tried are those that run the changed place, the
 * nearest first. On a server (FRONTDESK_TEST_DATABASE_URL) it takes half the time.
 */
import { glob, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pg from "pg";
import { root } from "./generated-file.ts";
import { changed, changesIn } from "./mutants/changes.ts";
import type { Change } from "./mutants/changes.ts";
import { wasRun } from "./mutants/covered-lines.ts";
import { nearestTests, readImports } from "./mutants/nearest-tests.ts";
import { baselineOf, failureIn } from "./mutants/try-change.ts";
import type { TrialOptions } from "./mutants/try-change.ts";
import { randomFrom } from "../server/testing/random.ts";

const usualPaths = [
  "server/kernel",
  "server/modules/messaging",
  "server/modules/calendar",
  "server/modules/workspace",
  "server/surfaces",
];
/** For a test as it stands, which is slower while its coverage is measured. */
const baselineTimeoutMs = 600_000;
/** A test that takes longer by itself is tried after all others. */
const longMs = 30_000;
/** A change that this many tests ran without a word is not going to be noticed by the next. */
const mostTries = 16;

type Named = {
  file: string;
  line: number;
  kind: string;
  start: number;
  old: string;
  new: string;
  text: string;
};
type Result = Omit<Named, "text" | "start"> & {
  noticed: boolean;
  tried: number;
  by?: string;
  failure?: string;
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    lanes: { type: "string", default: "2" },
    list: { type: "string" },
  },
});

async function sourcesUnder(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    if ((await stat(join(root, path))).isFile()) found.push(path);
    else for await (const file of glob(`${path}/**/*.ts`, { cwd: root })) found.push(file);
  }
  return found.filter((file) => !file.endsWith(".test.ts")).sort();
}

function sampleOf<T>(all: readonly T[], size: number, random: () => number): T[] {
  const rest = [...all];
  const taken = Math.min(size, rest.length);
  for (let index = 0; index < taken; index += 1) {
    const other = index + Math.floor(random() * (rest.length - index));
    [rest[index], rest[other]] = [rest[other] as T, rest[index] as T];
  }
  return rest.slice(0, taken);
}

async function drawn(): Promise<Named[]> {
  const texts = new Map<string, string>();
  const all: Change[] = [];
  for (const file of await sourcesUnder(positionals.length > 0 ? positionals : usualPaths)) {
    const text = await readFile(join(root, file), "utf8");
    texts.set(file, text);
    all.push(...changesIn(file, text));
  }
  const wanted =
    values.sample === undefined ? all : sampleOf(all, Number(values.sample), randomFrom(Number(values.seed)));
  return wanted.map((change) => {
    const source = texts.get(change.file) ?? "";
    const { file, line, kind, start, end, replacement } = change;
    return {
      file,
      line,
      kind,
      start,
      old: source.slice(start, end),
      new: replacement,
      text: changed(source, change),
    };
  });
}

type Entry = { file: string; old: string; new: string; area?: string; line?: number; kind?: string };

/** The changes a list names. One whose text stands in the file no more, or twice, can not be made and is told on stderr. */
async function listed(path: string): Promise<Named[]> {
  const list = JSON.parse(await readFile(path, "utf8")) as { mutants?: Entry[]; lived?: Entry[] };
  const made: Named[] = [];
  for (const entry of list.mutants ?? list.lived ?? []) {
    const { file, old } = entry;
    const source = await readFile(join(root, file), "utf8").catch(() => "");
    const start = placeOf(entry, source);
    if (start === undefined) {
      process.stderr.write(`not to be made any more: ${file}: ${old.split("\n")[0]}\n`);
      continue;
    }
    const line = source.slice(0, start).split("\n").length;
    const text = source.slice(0, start) + entry.new + source.slice(start + old.length);
    made.push({ file, line, kind: entry.kind ?? entry.area ?? "named", start, old, new: entry.new, text });
  }
  return made;
}

/** Where the text that is to change stands: on the line it was drawn from, or in the only place there is. */
function placeOf({ file, old, line, kind, new: replacement }: Entry, source: string): number | undefined {
  const first = source.indexOf(old);
  if (first >= 0 && source.indexOf(old, first + 1) < 0) return first;
  return changesIn(file, source).find(
    (change) =>
      change.line === line &&
      change.kind === kind &&
      change.replacement === replacement &&
      source.slice(change.start, change.end) === old,
  )?.start;
}

const graph = await readImports(root);
const changes = values.list === undefined ? await drawn() : await listed(values.list);
type Baseline = { fails: boolean; runs: ReadonlySet<Named>; tookMs: number };
const baselines = new Map<string, Promise<Baseline>>();
const finished = new Set<string>();

type Lane = { options: TrialOptions; databasePrefix: string };

function laneNumber(n: number): Lane {
  // The program stops at the first failure and leaves its database behind; the name says whose it was.
  const databasePrefix = `frontdesk_mutant_${process.pid}_${n}_`;
  const environment = { FRONTDESK_TEST_DATABASE_PREFIX: databasePrefix };
  return { options: { root, timeoutMs: baselineTimeoutMs, environment }, databasePrefix };
}

/** Runs a test once as it stands: one that fails by itself notices nothing, nor does one that never comes to the changed place. */
function baseline(test: string, options: TrialOptions): Promise<Baseline> {
  const startedAt = performance.now();
  const known =
    baselines.get(test) ??
    baselineOf(test, options).then(({ failure, coverage }) => {
      finished.add(test);
      return {
        tookMs: performance.now() - startedAt,
        fails: failure !== undefined,
        runs: new Set(changes.filter(({ file, start }) => wasRun(coverage.get(file), start))),
      };
    });
  baselines.set(test, known);
  return known;
}

/** The baseline of a test. While another lane runs it, this one runs those that will be asked for next. */
async function baselineAmong(
  tests: readonly string[],
  test: string,
  options: TrialOptions,
): Promise<Baseline> {
  while (baselines.has(test) && !finished.has(test)) {
    const next = tests.find((other) => !baselines.has(other));
    if (next === undefined) break;
    await baseline(next, options);
  }
  return baseline(test, options);
}

async function tryChange(change: Named, { options }: Lane): Promise<Result> {
  const { text, start: _start, ...told } = change;
  const trying = (test: string, timeoutMs: number) =>
    failureIn(test, { file: change.file, text }, { ...options, timeoutMs });
  let tried = 0;
  for await (const { test, tookMs } of testsThatRun(change, options)) {
    tried += 1;
    // What takes so much longer than usual hangs, and has noticed.
    const failure = await trying(test, 3 * tookMs + 30_000);
    if (failure !== undefined) return { ...told, noticed: true, tried, by: test, failure };
    if (tried === mostTries) break;
  }
  return { ...told, noticed: false, tried };
}

/** The tests that come to a changed place and pass without the change: the nearest first, the long ones last. */
async function* testsThatRun(
  change: Named,
  options: TrialOptions,
): AsyncGenerator<{ test: string; tookMs: number }> {
  const tests = nearestTests(graph, change.file);
  const long: { test: string; tookMs: number }[] = [];
  for (const test of tests) {
    const { fails, runs, tookMs } = await baselineAmong(tests, test, options);
    if (fails || !runs.has(change)) continue;
    if (tookMs > longMs) long.push({ test, tookMs });
    else yield { test, tookMs };
  }
  yield* long;
}

async function dropDatabases({ databasePrefix }: Lane): Promise<void> {
  const server = process.env["FRONTDESK_TEST_DATABASE_URL"];
  if (server === undefined) return;
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  try {
    const { rows } = await admin.query<{ datname: string }>(
      "select datname from pg_database where starts_with(datname, $1)",
      [databasePrefix],
    );
    for (const { datname } of rows) await admin.query(`drop database if exists ${datname} with (force)`);
  } finally {
    await admin.end();
  }
}

const waiting = [...changes];
const total = waiting.length;
const results: Result[] = [];

function progress(result: Result): void {
  const mark = result.noticed ? "noticed" : "LIVED  ";
  const brief = (text: string) => text.trim().replaceAll(/\s+/g, " ").slice(0, 90);
  process.stderr.write(
    `${results.length}/${total} ${mark} ${result.file}:${result.line} ${result.kind}: ${brief(result.old)} → ${brief(result.new)} (${result.by ?? `${result.tried} tried`})\n`,
  );
}

async function workThrough(lane: Lane): Promise<void> {
  for (let change = waiting.shift(); change; change = waiting.shift()) {
    const result = await tryChange(change, lane);
    results.push(result);
    progress(result);
    await dropDatabases(lane);
  }
}

await Promise.all(Array.from({ length: Number(values.lanes) }, (_, n) => workThrough(laneNumber(n))));
const lived = results.filter((result) => !result.noticed);
const noticed = results.length - lived.length;
const byFile = (a: Result, b: Result) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line);
if (values.json) {
  process.stdout.write(`${JSON.stringify({ total, noticed, lived: lived.sort(byFile) }, null, 1)}\n`);
} else {
  const share = total === 0 ? 100 : (100 * noticed) / total;
  process.stdout.write(`${noticed} of ${total} changes noticed (${share.toFixed(1)} %)\n`);
}
