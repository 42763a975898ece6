/**
 * Which rules of the contract no test names. A test proves a rule by carrying its id, `surface.operation#n`, in its
 * name. Only operations that exist here are asked for. With --check any gap is a failure.
 */
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Registry, nameOf } from "../server/kernel/registry.ts";
import { modules } from "../server/modules/index.ts";
import { knownScopes } from "../server/scopes.ts";
import { root } from "./generated-file.ts";

export type ContractEntry = { key: string; rules: string[] };
export type RuleReport = {
  total: number;
  proven: number;
  uncovered: { id: string; rule: string }[];
  /** Ids in tests that name no rule of an operation the contract has. */
  unknown: string[];
};

const ruleId = /\b[a-z]+\.[a-z][a-z0-9_]*#\d+/g;

/** The rule ids a test source carries outside comments and skipped tests. */
export function idsIn(source: string): string[] {
  const live = source
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/^[ \t]*\/\/.*$/gm, "")
    .replaceAll(/\b(?:test|it)\.(?:skip|todo)\(\s*(["'`])(?:\\.|(?!\1)[\s\S])*\1/g, "");
  return [...new Set(live.match(ruleId) ?? [])];
}

/** Compares what the contract asks of the operations that exist with what the tests name. */
export function ruleReport(
  contract: readonly ContractEntry[],
  existing: ReadonlySet<string>,
  named: ReadonlySet<string>,
): RuleReport {
  const present = contract.filter((entry) => existing.has(entry.key));
  const wanted = present.flatMap(({ key, rules }) => rules.map((rule, n) => ({ id: `${key}#${n}`, rule })));
  const known = new Set(contract.flatMap(({ key, rules }) => rules.map((_, n) => `${key}#${n}`)));
  const keys = new Set(contract.map(({ key }) => key));
  return {
    total: wanted.length,
    proven: wanted.filter(({ id }) => named.has(id)).length,
    uncovered: wanted.filter(({ id }) => !named.has(id)),
    unknown: [...named].filter((id) => !known.has(id) && keys.has(id.split("#")[0] ?? "")).sort(),
  };
}

async function namedInTests(): Promise<Set<string>> {
  const named = new Set<string>();
  for await (const file of glob("{server,sdk,scripts}/**/*.test.ts", { cwd: root })) {
    if (file.startsWith("scripts/rules")) continue;
    for (const id of idsIn(await readFile(join(root, file), "utf8"))) named.add(id);
  }
  return named;
}

async function main(): Promise<void> {
  const given = process.argv.indexOf("--contract");
  const path = given > 0 ? (process.argv[given + 1] ?? "") : join(root, "../shared/contract/operations.json");
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return console.log("skipped: no contract here");
  const { operations } = new Registry(modules, knownScopes);
  const report = ruleReport(
    JSON.parse(text) as ContractEntry[],
    new Set(operations.map(nameOf)),
    await namedInTests(),
  );
  for (const { id, rule } of report.uncovered) console.log(`${id}  ${rule}`);
  for (const id of report.unknown) console.log(`${id}  is named by a test, but there is no such rule`);
  console.log(`${report.proven} of ${report.total} rules are proven by a test that names them`);
  if (process.argv.includes("--check") && report.uncovered.length + report.unknown.length > 0) {
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
