/** Only server/kernel/clock.ts knows what time it is; everything else takes it from ctx.now or a clock. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./generated-file.ts";

const asking = /\bDate\.now\(|\bnew Date\(\)/;
const comment = /^\s*(\/\/|\*|\/\*)/;
// Tests and their harness run in real time around a clock of their own.
const exempt = /\.test\.ts$|^server\/testing\/|^server\/kernel\/clock\.ts$/;

const files = await readdir(join(root, "server"), { recursive: true });
let count = 0;
for (const name of files) {
  const path = join("server", name);
  if (!path.endsWith(".ts") || exempt.test(path)) continue;
  const lines = (await readFile(join(root, path), "utf8")).split("\n");
  for (const [index, line] of lines.entries()) {
    if (comment.test(line) || !asking.test(line)) continue;
    count += 1;
    process.stdout.write(`${path}:${index + 1} asks what time it is: take it from ctx.now or the clock\n`);
  }
}
process.exit(count === 0 ? 0 : 1);
