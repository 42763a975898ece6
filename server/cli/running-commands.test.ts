import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { askHolder } from "../kernel/folder-lock.ts";
import { programEnvironment, root } from "../testing/root.ts";
import { startNode } from "../testing/nodes.ts";
import type { Node } from "../testing/nodes.ts";

// The embedded database in a server of its own, whatever engine the other tests run on.
const folder = await mkdtemp(join(tmpdir(), "frontdesk-running-"));
let node: Node;
let early: Ran;
let log = "";

before(async () => {
  const starting = startNode({ FRONTDESK_DATA: folder });
  while (!existsSync(join(folder, "lock.sock"))) await pause(5);
  [node, early] = await Promise.all([starting, frontdesk("workspaces", "list", "--json")]);
  node.process.stdout?.on("data", (chunk: Buffer) => (log += chunk.toString()));
});
after(async () => {
  await node.stop();
  await rm(folder, { recursive: true, force: true });
});

type Ran = { code: number; out: string; err: string };
type Key = { id: string; key: string; scopes: string[]; workspace: string };

function frontdesk(...words: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, "bin/frontdesk.js"), ...words], {
      env: { ...programEnvironment, FRONTDESK_DATA: folder },
    });
    const ran: Ran = { code: 0, out: "", err: "" };
    child.stdout.on("data", (chunk: Buffer) => (ran.out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (ran.err += chunk.toString()));
    child.on("close", (code) => resolve({ ...ran, code: code ?? -1 }));
  });
}

async function createKey(...words: string[]): Promise<Key> {
  const ran = await frontdesk("keys", "create", "--approval", "full", "--json", ...words);
  assert.equal(ran.code, 0, ran.err);
  return JSON.parse(ran.out) as Key;
}

async function statusWith(key: string): Promise<number> {
  const answer = await fetch(`${node.url}/api/v1/contacts`, { headers: { authorization: `Bearer ${key}` } });
  await answer.text();
  return answer.status;
}

test("a command given while the server starts waits until it is ready", () => {
  assert.deepEqual(early, { code: 0, out: "[]\n", err: "" });
});

test("while the server runs, workspaces are made and listed", async () => {
  const none = await frontdesk("keys", "list");
  assert.equal(none.code, 1);
  assert.match(none.err, /^There is no workspace yet\. Make one: frontdesk workspaces create/);
  const made = await frontdesk("workspaces", "create", "--name", "Pipe & Drain");
  assert.equal(made.code, 0, made.err);
  assert.match(made.out, /Pipe & Drain is workspace pipe-drain/);
  assert.match((await frontdesk("workspaces", "list")).out, /^pipe-drain {2}Pipe & Drain/);
});

test("a key made while the server runs works at once, and ends at once", async () => {
  const key = await createKey("--scopes", "contacts:read");
  assert.equal(key.workspace, "pipe-drain");
  assert.equal(await statusWith(key.key), 200);
  const rotated = JSON.parse((await frontdesk("keys", "rotate", key.id, "--json")).out) as Key;
  assert.deepEqual([await statusWith(key.key), await statusWith(rotated.key)], [401, 200]);
  const revoked = await frontdesk("keys", "revoke", key.id);
  assert.equal(revoked.out, `Key ${key.id} no longer works.\n`);
  assert.equal(await statusWith(rotated.key), 401);
  const again = await frontdesk("keys", "revoke", key.id);
  assert.deepEqual([again.code, again.out], [1, ""]);
  assert.match(again.err, new RegExp(`^pipe-drain has no key ${key.id} in force\\.`));
  assert.match(log, /"command":"keys create"/);
  assert.ok(!log.includes(key.key) && !log.includes(rotated.key) && !log.includes("contacts:read"));
});

test("--scopes all is every scope, and wrong words are explained as ever", async () => {
  const key = await createKey("--scopes", "all", "--workspace", "pipe-drain");
  for (const scope of ["contacts:read", "contacts:delete", "sms:send", "scheduling.write", "leads:write"]) {
    assert.ok(key.scopes.includes(scope), scope);
  }
  assert.equal(await statusWith(key.key), 200);
  const wrong = await frontdesk("keys", "create", "--scopes", "contacts:nope");
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /Unknown: contacts:nope\. Known: contacts:read/);
  assert.match((await frontdesk("jobs", "redrive")).out, /No job has failed for good/);
});

test("commands given at once do not mix up their answers", async () => {
  const scopes = ["contacts:read", "contacts:write", "leads:read"];
  const keys = await Promise.all(scopes.map((scope) => createKey("--scopes", scope)));
  assert.deepEqual(
    keys.map((key) => key.scopes),
    scopes.map((scope) => [scope]),
  );
  assert.equal(new Set(keys.map((key) => key.id)).size, scopes.length);
});

test("with two workspaces the key's has to be named", async () => {
  assert.equal((await frontdesk("workspaces", "create", "--name", "Second")).code, 0);
  const unclear = await frontdesk("keys", "create", "--scopes", "all");
  assert.equal(unclear.code, 1);
  assert.match(unclear.err, /Say which workspace with --workspace: pipe-drain, second/);
  const key = await createKey("--scopes", "all", "--workspace", "second");
  assert.equal(await statusWith(key.key), 200);
});

test("what the server does not carry out is refused as before", async () => {
  for (const words of [["restore"], ["migrate"], ["move", "--to", "postgres://127.0.0.1:1/none"]]) {
    const ran = await frontdesk(...words);
    assert.deepEqual([ran.code, ran.out], [1, ""], words.join(" "));
    assert.match(ran.err, /open in another Frontdesk process\. Stop that one first/);
  }
  const asked = await askHolder(folder, { argv: ["restore"] });
  assert.deepEqual(asked, { exitCode: 1, out: "", err: "error: unknown command 'restore'\n" });
});

test("garbage on the socket does no harm", async () => {
  const path = join(folder, "lock.sock");
  const ended = (text: string | Buffer) =>
    new Promise<string>((resolve) => {
      let answered = "";
      const socket = connect(path, () => socket.write(text));
      socket.on("data", (chunk: Buffer) => (answered += chunk.toString()));
      socket.on("error", () => undefined).on("close", () => resolve(answered));
    });
  const garbage = [
    "GET / HTTP/1.1\n",
    "\n",
    "null\n",
    "[]\n",
    '{"argv":[]}\n',
    '{"argv":"keys"}\n',
    '{"argv":[1]}\n',
  ];
  for (const text of [...garbage, Buffer.alloc(200_000, 0xff)]) assert.equal(await ended(text), "");
  const helped = await ended('{"argv":["keys","--help"]}\nand more\n');
  assert.match((JSON.parse(helped) as { out: string }).out, /Usage: frontdesk keys/);
  // One that never finishes its line is there while the others are served.
  const slow = connect(path, () => slow.write('{"argv":'));
  slow.on("error", () => undefined);
  assert.match((await frontdesk("workspaces", "list")).out, /pipe-drain/);
  assert.equal((await fetch(`${node.url}/healthz`)).status, 200);
});
