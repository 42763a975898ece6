/** The fast gate, without a database: types, lint, format, generated files, unused code, paths quoted in docs, rules. */
import { spawn } from "node:child_process";

type Check = { name: string; command: string[] };

const node = process.execPath;
const checks: Check[] = [
  {
    name: "types",
    command: [
      node,
      "node_modules/typescript-native/bin/tsc",
      "-p",
      ".",
      "--incremental",
      "--tsBuildInfoFile",
      ".cache/types.json",
    ],
  },
  { name: "types (console)", command: [node, "node_modules/typescript-native/bin/tsc", "-p", "console"] },
  {
    name: "lint",
    command: [node, "node_modules/oxlint/bin/oxlint", "--deny-warnings"],
  },
  {
    name: "format",
    command: [
      node,
      "node_modules/prettier/bin/prettier.cjs",
      "--check",
      "--cache",
      "--cache-location",
      ".cache/prettier",
      "--log-level",
      "warn",
      ".",
    ],
  },
  { name: "openapi is up to date", command: [node, "scripts/openapi.ts", "--check"] },
  { name: "sdk is up to date", command: [node, "scripts/generate.ts", "--check"] },
  { name: "expressions take time in proportion", command: [node, "scripts/expressions.ts"] },
  { name: "only the clock tells the time", command: [node, "scripts/clock-rule.ts"] },
  { name: "unused code", command: [node, "scripts/unused.ts"] },
  { name: "paths in docs", command: [node, "scripts/doc-paths.ts"] },
  { name: "rules are proven", command: [node, "scripts/rules.ts", "--check"] },
];

const atOnce = 3;

function runOne(check: Check): Promise<{ check: Check; ok: boolean; output: string; seconds: number }> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const [program = node, ...rest] = check.command;
    const child = spawn(program, rest, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("close", (code) =>
      resolve({ check, ok: code === 0, output, seconds: (performance.now() - startedAt) / 1000 }),
    );
  });
}

const waiting = [...checks];
let failed = 0;
async function worker(): Promise<void> {
  for (let check = waiting.shift(); check; check = waiting.shift()) {
    const result = await runOne(check);
    process.stdout.write(`${result.ok ? "ok  " : "FAIL"} ${check.name} (${result.seconds.toFixed(1)} s)\n`);
    if (!result.ok) {
      failed += 1;
      process.stdout.write(`${result.output.trimEnd()}\n`);
    }
  }
}
await Promise.all(Array.from({ length: atOnce }, worker));
process.exit(failed === 0 ? 0 : 1);
