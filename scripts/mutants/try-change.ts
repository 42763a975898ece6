/** Runs test files against a changed source. */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readCoverage } from "./covered-lines.ts";
import type { Spans } from "./covered-lines.ts";

const hook = pathToFileURL(join(import.meta.dirname, "hook.ts")).href;
const reporter = pathToFileURL(join(import.meta.dirname, "first-failure.ts")).href;

export type TrialOptions = {
  root: string;
  /** A program that takes longer has noticed: the change made it hang. */
  timeoutMs: number;
  environment?: Record<string, string>;
};

/** Runs one test file with `file` reading `text`, or as it stands when `text` is undefined. Returns the name of the first failure. */
export async function failureIn(
  test: string,
  wrong: { file: string; text: string } | undefined,
  options: TrialOptions,
): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "frontdesk-mutant-"));
  try {
    const source = join(folder, "source.ts");
    if (wrong) await writeFile(source, wrong.text);
    const mutant: Record<string, string> = {};
    if (wrong) {
      mutant["MUTANT_URL"] = pathToFileURL(join(options.root, wrong.file)).href;
      mutant["MUTANT_SOURCE"] = source;
    }
    return await runTest(test, { ...options.environment, ...mutant }, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a test does while nothing is changed: whether it fails by itself, and which places it runs. */
export type Baseline = { failure: string | undefined; coverage: ReadonlyMap<string, Spans[]> };

/** Runs one test file as it stands and tells what it runs. */
export async function baselineOf(test: string, options: TrialOptions): Promise<Baseline> {
  const folder = await mkdtemp(join(tmpdir(), "frontdesk-coverage-"));
  try {
    // What was compiled before tells less exactly what it runs.
    const environment = { NODE_V8_COVERAGE: folder, NODE_DISABLE_COMPILE_CACHE: "1" };
    const failure = await runTest(test, { ...options.environment, ...environment }, options);
    return { failure, coverage: await readCoverage(folder, options.root) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function runTest(
  test: string,
  environment: Record<string, string>,
  { root, timeoutMs }: TrialOptions,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      ["--test", "--test-isolation=none", "--test-force-exit", `--test-reporter=${reporter}`, test],
      {
        cwd: root,
        detached: true,
        stdio: ["ignore", "pipe", "ignore"],
        env: {
          NODE_COMPILE_CACHE: join(root, "node_modules/.cache/compiled"),
          ...process.env,
          // Set where the one who asks is a test itself; the program would report to that one then.
          NODE_TEST_CONTEXT: undefined,
          NODE_OPTIONS: `${process.env["NODE_OPTIONS"] ?? ""} --import=${hook}`,
          ...environment,
        },
      },
    );
    let output = "";
    let timedOut = false;
    child.stdout.on("data", (part: Buffer) => (output += part.toString("utf8")));
    // What the test started goes with it.
    const end = () => child.pid !== undefined && killGroup(child.pid);
    const timer = setTimeout(() => {
      timedOut = true;
      end();
    }, timeoutMs);
    child.on("close", (code) => {
      clearTimeout(timer);
      end();
      if (timedOut) resolve(`no end within ${timeoutMs / 1000} s`);
      else resolve(code === 0 ? undefined : (output.trim().split("\n").at(-1) ?? "") || `exit code ${code}`);
    });
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
