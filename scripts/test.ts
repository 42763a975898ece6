/**
 * Runs the tests, two processes at a time; file names or globs as arguments run those alone. To start a program takes longer than
 * most files' tests do, so the modules' files share a process by the handful (each has a database and a clock of its own all the
 * same); the others, which kill, measure or watch their process, have one each. What was compiled once is kept.
 */
import { spawn } from "node:child_process";
import { glob } from "node:fs/promises";
import { join } from "node:path";
import { onTheEngine } from "./engine-tests.ts";
import { root } from "./generated-file.ts";

const lanes = 2;
const onServer = process.env["FRONTDESK_TEST_DATABASE_URL"] !== undefined;
// A server of the usual size has a hundred connections, and each file's program takes up to a dozen.
const together = onServer ? 3 : 6;
const shareable = /^server\/modules\//;
const patterns = ["server/testing", "scripts", "server/cli", "server", "sdk"].map(
  (folder) => `${folder}/**/*.test.ts`,
);

type Totals = { tests: number; fail: number };

async function filesOf(wanted: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const pattern of wanted) {
    const matching = await Array.fromAsync(glob(pattern, { cwd: root }));
    for (const file of matching.sort()) found.add(file);
  }
  return [...found];
}

/** Neighbours are alike in length, so a handful takes one from here and there. */
function handfuls(files: readonly string[]): string[][] {
  const count = Math.ceil(files.length / together);
  return Array.from({ length: count }, (_, n) => files.filter((_file, index) => index % count === n));
}

function run(files: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [
        "--test",
        "--test-isolation=none",
        "--test-reporter=spec",
        "--test-timeout=240000",
        "--test-force-exit",
        ...files,
      ],
      {
        cwd: root,
        stdio: ["ignore", "pipe", "pipe"],
        env: { NODE_COMPILE_CACHE: join(root, "node_modules/.cache/compiled"), ...process.env },
      },
    );
    const parts: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => parts.push(part));
    child.stderr.on("data", (part: Buffer) => parts.push(part));
    child.on("close", (code) => resolve({ code: code ?? 1, output: Buffer.concat(parts).toString("utf8") }));
  });
}

function count(output: string, what: keyof Totals): number {
  return Number(new RegExp(`^ℹ ${what} (\\d+)$`, "m").exec(output)?.[1] ?? 0);
}

const given = process.argv.slice(2);
const named = await filesOf(given.length > 0 ? given : patterns);
// On a server the whole suite runs again, so far as it has to do with one.
const again = given.length === 0 && onServer;
const files = again ? await onTheEngine(named, root) : named;
const alone = files.filter((file) => !shareable.test(file)).map((file) => [file]);
const waiting = [...alone, ...handfuls(files.filter((file) => shareable.test(file)))];
const totals: Totals = { tests: 0, fail: 0 };
const suspects: string[] = [];
const failed: string[] = [];

async function lane(): Promise<void> {
  for (let unit = waiting.shift(); unit; unit = waiting.shift()) {
    const { code, output } = await run(unit);
    process.stdout.write(`${unit.join("\n")}\n${output}\n`);
    totals.tests += count(output, "tests");
    if (code !== 0) suspects.push(...unit);
  }
}

await Promise.all(Array.from({ length: lanes }, lane));
// A file's neighbours are no part of it: what failed beside others counts when it fails by itself.
for (const file of suspects) {
  const { code, output } = await run([file]);
  process.stdout.write(`again, by itself: ${file}\n${output}\n`);
  totals.fail += count(output, "fail");
  if (code !== 0) failed.push(file);
}
process.stdout.write(`${totals.tests} tests in ${files.length} files, ${totals.fail} failed\n`);
for (const unit of failed) process.stdout.write(`failed: ${unit}\n`);
process.exit(failed.length === 0 && files.length > 0 ? 0 : 1);
