import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { Scratch } from "./scratch.ts";

const source = new URL("./scratch.ts", import.meta.url).href;

/** Another process with a file in its scratch folder. */
async function otherProcess(parent: string) {
  const program = `
    const { Scratch } = await import(${JSON.stringify(source)});
    const { writeFileSync } = await import("node:fs");
    const path = await (await Scratch.open(${JSON.stringify(parent)})).path();
    writeFileSync(path, "somebody's customers");
    process.stdout.write(path);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [path] = (await once(child.stdout, "data")) as [Buffer];
  const kill = async () => {
    if (child.kill("SIGKILL")) await once(child, "exit");
  };
  return { folder: dirname(path.toString()), file: basename(path.toString()), kill };
}

test("what a killed process left is removed by the next one; what a living one uses is not", async (t) => {
  const parent = await mkdtemp(join(tmpdir(), "scratch-test-"));
  t.after(() => rm(parent, { recursive: true, force: true }));
  const [dead, alive] = await Promise.all([otherProcess(parent), otherProcess(parent)]);
  t.after(() => alive.kill());
  await dead.kill();
  const own = await Scratch.open(parent);
  const [before, hourAgo] = [
    join(parent, "frontdesk-upload-old"),
    Math.floor(performance.timeOrigin / 1000) - 3700,
  ];
  await writeFile(before, "of an earlier version");
  await utimes(before, hourAgo, hourAgo);
  await writeFile(join(parent, "frontdesk-upload-new"), "perhaps still arriving");
  await mkdir(join(parent, "frontdesk-uploads-of-another-program"));
  await writeFile(join(parent, "theirs"), "");
  const next = await Scratch.open(parent);
  const left = new Set(await readdir(parent));
  assert.ok(!left.has(dead.folder.slice(parent.length + 1)), "the dead process's folder is gone");
  assert.ok(left.has(alive.folder.slice(parent.length + 1)), "the living process's folder is there");
  assert.ok((await readdir(alive.folder)).includes(alive.file), "with its file");
  assert.ok(left.has(dirname(await own.path()).slice(parent.length + 1)), "and this process's own");
  assert.ok(!left.has("frontdesk-upload-old") && left.has("frontdesk-upload-new") && left.has("theirs"));
  await Promise.all([own.close(), next.close()]);
  assert.equal((await readdir(parent)).filter((name) => name !== "frontdesk-upload-new").length, 3);
});

test("a folder somebody tidied away is made again, and closing removes what is left in it", async (t) => {
  const parent = await mkdtemp(join(tmpdir(), "scratch-test-"));
  t.after(() => rm(parent, { recursive: true, force: true }));
  const scratch = await Scratch.open(parent);
  const [first, second] = [await scratch.path(), await scratch.path()];
  assert.notEqual(first, second);
  await rm(dirname(first), { recursive: true });
  const path = await scratch.path();
  await writeFile(path, "");
  await scratch.close();
  assert.deepEqual(await readdir(parent), []);
});
