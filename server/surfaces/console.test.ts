import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import Fastify from "fastify";
import { addConsole } from "./console.ts";

const folder = await mkdtemp(join(tmpdir(), "console-"));
const http = Fastify();
const console = await addConsole(http, folder);
after(async () => {
  await http.close();
  await rm(folder, { recursive: true });
});

test("before the console is built / leads to the reference; afterwards it is the console", async () => {
  assert.equal(console.exists(), false);
  const before = await http.inject("/");
  assert.equal(before.statusCode, 302);
  assert.equal(before.headers["location"], "/docs");
  await mkdir(join(folder, "assets"));
  await writeFile(join(folder, "index.html"), "<!doctype html><title>Frontdesk</title>");
  await writeFile(join(folder, "assets", "app-1a2b.js"), "export {};");
  assert.equal(console.exists(), true);
  const page = await http.inject("/");
  assert.equal(page.statusCode, 200);
  assert.equal(page.headers["cache-control"], "no-cache");
  assert.match(page.body, /Frontdesk/);
  const asset = await http.inject("/assets/app-1a2b.js");
  assert.equal(asset.statusCode, 200);
  assert.match(String(asset.headers["cache-control"]), /immutable/);
  assert.equal((await http.inject("/assets/missing.js")).statusCode, 404);
  assert.equal((await http.inject("/assets/..%2f..%2fpackage.json")).statusCode >= 400, true);
});
