/**
 * Builds the console when its sources are newer than its build: `node scripts/build-console.ts`, and at start in a process of
 * its own, so that the server answers meanwhile.
 */
import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";

const root = join(import.meta.dirname, "..");
const dist = join(root, "console/dist");
const stamp = "built-from.txt";

export type BuildOutcome = "built" | "current";

/** Builds in a child process if needed. Until the first build is there, / shows a page that waits for it. */
export async function buildConsoleIfNeeded(): Promise<BuildOutcome> {
  if (await isCurrent()) return "current";
  if (!existsSync(join(dist, "index.html"))) {
    await mkdir(join(dist, "assets"), { recursive: true });
    await writeFile(join(dist, "index.html"), waitingPage);
  }
  await inChild();
  return "built";
}

async function isCurrent(): Promise<boolean> {
  const built = await readFile(join(dist, stamp), "utf8").catch(() => undefined);
  return built !== undefined && built === (await digestOfSources());
}

function inChild(): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [import.meta.filename], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stdout.on("data", (text: Buffer) => (said += text.toString()));
    child.stderr.on("data", (text: Buffer) => (said += text.toString()));
    child.on("error", reject);
    child.on("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the console could not be built:\n${said.slice(-2000)}`));
    });
  });
}

/** Builds beside the present build and then takes its place, so a page that is open never finds half of one. */
async function build(): Promise<void> {
  const digest = await digestOfSources();
  const { build: bundle } = await import("vite");
  const outDir = join(root, "console", `.dist-${process.pid}`);
  try {
    await bundle({
      root: join(root, "console"),
      configFile: join(root, "console/vite.config.ts"),
      logLevel: "warn",
      build: { outDir, emptyOutDir: true },
    });
    await writeFile(join(outDir, stamp), digest);
    await mkdir(join(dist, "assets"), { recursive: true });
    // Assets first, the page that names them last; what older pages still ask for stays until the next build.
    const older = new Set(await readdir(join(dist, "assets")));
    await cp(join(outDir, "assets"), join(dist, "assets"), { recursive: true });
    for (const name of await readdir(join(outDir, "assets"))) older.delete(name);
    for (const name of ["index.html", stamp]) await rename(join(outDir, name), join(dist, name));
    for (const name of older) await rm(join(dist, "assets", name), { force: true });
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

async function digestOfSources(): Promise<string> {
  const files = [
    ...(await filesIn(join(root, "console"))),
    ...(await filesIn(join(root, "sdk"))),
    join(root, "package-lock.json"),
  ];
  const digest = createHash("sha256");
  for (const file of files.toSorted()) {
    digest.update(relative(root, file)).update("\0");
    digest.update(await readFile(file)).update("\0");
  }
  return digest.digest("hex");
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/\/(\.?dist[^/]*|node_modules)\//.test(relative(folder, file).replace(/^/, "/")));
}

const waitingPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="1">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>Frontdesk is being built</title>
<style>body{font:16px/1.5 system-ui,sans-serif;display:grid;place-content:center;min-height:95vh;text-align:center}
p{margin:4px;opacity:.7}</style></head>
<body><h1>One moment</h1><p>The simulator page is being built; this takes a few seconds, once.</p>
<p>The API is answering already: <a href="/docs">reference</a>.</p></body></html>
`;

if (import.meta.main) {
  if (!(await isCurrent())) await build();
}
