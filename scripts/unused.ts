/** Exports nobody imports. Entry points and type-only shapes of public files are listed here, with their reason. */
import { analyzeTsConfig } from "ts-unused-exports";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

const root = new URL("..", import.meta.url).pathname;

const entryPoints = [
  /^bench\//,
  /^scripts\//,
  /^server\/main\.ts$/,
  // The SDK's exports are for its users.
  /^sdk\//,
  /\.test\.ts$/,
  /^server\/testing\//,
];

async function sources(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of ["server", "sdk", "scripts", "bench"]) {
    const names = await readdir(join(root, folder), { recursive: true }).catch(() => []);
    found.push(...names.filter((name) => /\.ts$/.test(name)).map((name) => join(folder, name)));
  }
  return found;
}

const options = ["--ignoreLocallyUsed", "--excludeDeclarationFiles", "--allowUnusedTypes"];
const unused = analyzeTsConfig(join(root, "tsconfig.json"), [...(await sources()), ...options]);
let count = 0;
for (const [file, exports] of Object.entries(unused)) {
  const path = file.replace(`${root}`, "").replace(/^\//, "");
  if (!Array.isArray(exports) || entryPoints.some((pattern) => pattern.test(path))) continue;
  for (const one of exports) {
    count += 1;
    process.stdout.write(
      `${path}:${one.location?.line ?? "?"} ${one.exportName} is exported and never used\n`,
    );
  }
}
process.exit(count === 0 ? 0 : 1);
