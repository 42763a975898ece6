/**
 * The attacks of outsiders and of small keys, in full, and what they cost everybody else. Ends with 1 when one succeeds, when /healthz is
 * silent for 250 ms, or when the process holds 150 MB more than at rest. On the embedded database, or FRONTDESK_TEST_DATABASE_URL.
 */
import { spawn } from "node:child_process";
import { proveAttacks } from "../server/testing/proofs/attacks/prove-attacks.ts";
import { root } from "./generated-file.ts";

const mostStallMs = 250;
const mostAboveIdleMb = 150;

/** Those that need a stage of their own: proxies, a pooler, processes that die. */
const staged: { name: string; file: string; environment?: Record<string, string> }[] = [
  { name: "forged addresses", file: "server/surfaces/forwarded.test.ts" },
  { name: "the simulator from outside", file: "server/simulator/reach.test.ts" },
  { name: "a job that ends its process", file: "server/kernel/jobs.test.ts" },
  {
    name: "two businesses behind a pooler",
    file: "server/testing/proofs/pooler.test.ts",
    environment: { POOLER_READS: "10000" },
  },
];

function passes({ file, environment }: (typeof staged)[number]): Promise<boolean> {
  return new Promise((resolve) => {
    const argv = ["--test", "--test-reporter=dot", "--test-timeout=600000", file];
    const env = { ...process.env, ...environment };
    spawn(process.execPath, argv, { cwd: root, env, stdio: ["ignore", "ignore", "inherit"] }).on(
      "close",
      (code) => resolve(code === 0),
    );
  });
}

function line(good: boolean, text: string): boolean {
  process.stdout.write(`${good ? "withstood" : "FELL     "} ${text}\n`);
  return good;
}

const databaseUrl = process.env["FRONTDESK_TEST_DATABASE_URL"];
const outcomes = await proveAttacks({ full: true, ...(databaseUrl ? { databaseUrl } : {}) });
const verdicts = outcomes.map(({ name, result, withstood, longestStallMs, aboveIdleMb }) => {
  const good = withstood && longestStallMs < mostStallMs && aboveIdleMb < mostAboveIdleMb;
  const cost = `longest stall ${Math.round(longestStallMs)} ms, ${Math.round(aboveIdleMb)} MB above idle`;
  return line(good, `${name}: ${result}; ${cost}`);
});
for (const one of staged) verdicts.push(line(await passes(one), one.name));
process.exit(verdicts.every(Boolean) ? 0 : 1);
