/**
 * No expression of the sources may take longer than in proportion to the text it reads, those put together at run time included. Verdicts are
 * kept in .cache, by what was judged and by what judged it, so that only new expressions are walked.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findAmbiguity } from "./expressions/ambiguity.ts";
import type { Finding } from "./expressions/ambiguity.ts";
import { collectExpressions } from "./expressions/collect.ts";
import { root } from "./generated-file.ts";

/**
 * Expressions that may stay although something is found in them, as /source/flags: each needs the reason why nobody can make it slow (a false
 * alarm, or what caps the text it reads).
 */
const allowed = new Map<string, string>();

/** Places that build expressions out of what is known otherwise. */
const builders = new Map([
  ["server/surfaces/user-content.ts", "patterns of schemas, each judged where it is written"],
]);

type Verdicts = Record<string, Finding[]>;

const cacheFile = join(root, ".cache", "expressions.json");

async function readVerdicts(version: string): Promise<Verdicts> {
  const kept = await readFile(cacheFile, "utf8").catch(() => "{}");
  const { version: keptVersion, verdicts } = JSON.parse(kept) as { version?: string; verdicts?: Verdicts };
  return keptVersion === version && verdicts ? verdicts : {};
}

async function versionOfJudge(): Promise<string> {
  const folder = join(root, "scripts", "expressions");
  const hash = createHash("sha256");
  for (const name of (await readdir(folder)).toSorted()) hash.update(await readFile(join(folder, name)));
  return hash.digest("hex");
}

function report(where: string, key: string, findings: Finding[]): void {
  process.stdout.write(`${where} ${key}\n`);
  for (const { kind, loops, prefix, pump } of findings) {
    const shown = pump === "" ? "" : `; try ${JSON.stringify(prefix)} and ${JSON.stringify(pump)} many times`;
    process.stdout.write(`  ${kind}: ${loops.join(" and ")}${shown}\n`);
  }
}

const version = await versionOfJudge();
const known = await readVerdicts(version);
const { expressions, unseen } = await collectExpressions(root);
const verdicts: Verdicts = {};
let count = 0;
for (const { where, source, flags } of expressions) {
  const key = `/${source}/${flags}`;
  const findings = (verdicts[key] ??= known[key] ?? findAmbiguity(source, flags));
  if (findings.length === 0 || allowed.has(key)) continue;
  count += 1;
  report(where, key, findings);
}
for (const place of unseen.filter((one) => !builders.has(one.replace(/(?::\d+){2}$/, "")))) {
  count += 1;
  process.stdout.write(
    `${place} builds an expression that is not judged: build it when the module is loaded\n`,
  );
}
for (const key of allowed.keys()) {
  if (verdicts[key]?.length) continue;
  count += 1;
  process.stdout.write(`${key} need not be allowed any more\n`);
}
await mkdir(join(root, ".cache"), { recursive: true });
await writeFile(cacheFile, JSON.stringify({ version, verdicts }));
// What was loaded to look at may hold the process open.
process.exit(count === 0 ? 0 : 1);
