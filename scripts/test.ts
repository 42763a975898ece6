/**
 * Runs the tests; file names or globs as arguments run those alone. Every file is a process of its own, and most of a short one's
 * time was the compiling of the same sources: they share what was compiled.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./generated-file.ts";

const given = process.argv.slice(2);
const files =
  given.length > 0 ? given : ["server", "sdk", "scripts"].map((folder) => `${folder}/**/*.test.ts`);
const run = spawnSync(
  process.execPath,
  ["--test", "--test-concurrency=2", "--test-timeout=240000", ...files],
  {
    cwd: root,
    stdio: "inherit",
    env: { NODE_COMPILE_CACHE: join(root, "node_modules/.cache/compiled"), ...process.env },
  },
);
process.exit(run.status ?? 1);
