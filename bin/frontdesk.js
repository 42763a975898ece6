#!/usr/bin/env node
// The command runs the TypeScript sources directly, which takes Node 24. Where an older Node starts it, it hands over to the
// one that came with the package.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const wanted = 24;
const here = dirname(fileURLToPath(import.meta.url));

function bundledNode() {
  const beside = join(here, "..", "node_modules", ".bin", "node");
  if (existsSync(beside)) return beside;
  try {
    const hoisted = join(dirname(createRequire(import.meta.url).resolve("node/package.json")), "bin", "node");
    return existsSync(hoisted) ? hoisted : undefined;
  } catch {
    return undefined;
  }
}

if (Number(process.versions.node.split(".")[0]) >= wanted) {
  const { main } = await import("../server/cli/main.ts");
  await main(process.argv);
} else {
  const node = bundledNode();
  if (!node || process.env.FRONTDESK_HANDED_OVER) {
    process.stderr.write(
      `Frontdesk needs Node ${wanted} or later and this is ${process.version}. Run npm ci, which brings one.\n`,
    );
    process.exit(1);
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, FRONTDESK_HANDED_OVER: "1" },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}
