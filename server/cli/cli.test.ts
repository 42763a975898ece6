import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { freshEngine } from "../testing/harness.ts";
import { programEnvironment, root } from "../testing/root.ts";
import { lockFolder } from "../kernel/folder-lock.ts";

const scratch = await mkdtemp(join(tmpdir(), "frontdesk-cli-"));
const environment: Record<string, string> = { FRONTDESK_DATA: scratch, LOG_LEVEL: "error" };
let drop = async () => {};

before(async () => {
  const fresh = await freshEngine();
  await fresh.engine.close();
  if (fresh.url) environment["DATABASE_URL"] = fresh.url;
  drop = fresh.drop;
});

after(async () => {
  await drop();
  await rm(scratch, { recursive: true, force: true });
});

type Ran = { code: number; out: string; err: string };

function frontdesk(words: string[], extra: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, "bin/frontdesk.js"), ...words], {
      env: { ...programEnvironment, ...environment, ...extra },
    });
    const ran: Ran = { code: 0, out: "", err: "" };
    child.stdout.on("data", (chunk: Buffer) => (ran.out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (ran.err += chunk.toString()));
    child.on("close", (code) => resolve({ ...ran, code: code ?? -1 }));
  });
}

test("the key that signs what agents are told is changed, before there was one too", async () => {
  const kids = [];
  for (let round = 0; round < 2; round += 1) {
    const rotated = await frontdesk(["agent-keys", "rotate", "--json"]);
    assert.equal(rotated.code, 0, rotated.err);
    kids.push((JSON.parse(rotated.out) as { kid: string }).kid);
    assert.doesNotMatch(rotated.out, /"d"/);
  }
  assert.notEqual(kids[0], kids[1]);
});

test("a workspace and a key are made, listed, rotated and revoked", async () => {
  const made = await frontdesk(["workspaces", "create", "--name", "Pipe & Drain", "--json"]);
  assert.equal(made.code, 0, made.err);
  assert.equal((JSON.parse(made.out) as { slug: string }).slug, "pipe-drain");
  const created = await frontdesk([
    ...["keys", "create", "--scopes", "contacts:read,contacts:write", "--approval", "with-approval"],
    ...["--workspace", "pipe-drain", "--json"],
  ]);
  const key = JSON.parse(created.out) as { id: string; key: string; approval: string };
  assert.match(key.key, /^fd_live_[\w-]{43}$/);
  assert.equal(key.approval, "with-approval");
  const rotated = JSON.parse((await frontdesk(["keys", "rotate", key.id, "--json"])).out) as { key: string };
  assert.notEqual(rotated.key, key.key);
  assert.equal((await frontdesk(["keys", "revoke", key.id])).code, 0);
  const again = await frontdesk(["keys", "revoke", key.id]);
  assert.equal(again.code, 1);
  assert.match(again.err, /has no key .* in force/);
  const listed = await frontdesk(["keys", "list"]);
  assert.match(listed.out, new RegExp(`${key.id}.*revoked`));
  assert.doesNotMatch(listed.out, new RegExp(rotated.key.slice(20)));
});

test("a password is made for an administrator, printed once, and renewed", async () => {
  const give = (...more: string[]) => frontdesk(["people", "password", "--json", ...more]);
  const first = await give("--email", "Ann@example.com", "--name", "Ann");
  assert.equal(first.code, 0, first.err);
  const { created, password } = JSON.parse(first.out) as { created: boolean; password: string };
  assert.equal(created, true);
  assert.ok(password.length >= 20);
  const again = await give("--email", "ann@example.com", "--password", "chosen by Ann");
  const renewed = JSON.parse(again.out) as { created: boolean; password?: string };
  assert.deepEqual([renewed.created, renewed.password], [false, undefined]);
  assert.match((await give("--email", "ann@example.com", "--password", "short")).err, /at least 10/);
});

test("wrong words are refused with the right ones", async () => {
  const scope = await frontdesk(["keys", "create", "--scopes", "contacts:nope"]);
  assert.equal(scope.code, 1);
  assert.match(scope.err, /Unknown: contacts:nope\. Known: contacts:read/);
  const workspace = await frontdesk(["keys", "list", "--workspace", "nobody"]);
  assert.match(workspace.err, /no workspace nobody/);
  const environmentWrong = await frontdesk(["migrate"], { PORT: "many", FRONTDESK_ROLE: "boss" });
  assert.equal(environmentWrong.code, 1);
  assert.match(environmentWrong.err, /FRONTDESK_ROLE must be all, api or worker[\s\S]*PORT must be a number/);
  assert.doesNotMatch(environmentWrong.err, /at .*\.ts:/);
});

test("a key nobody has is told, however its id is written", async () => {
  for (const verb of ["revoke", "rotate"]) {
    for (const id of ["nonsense", "0190a1b2-0000-7000-8000-000000000000"]) {
      const ran = await frontdesk(["keys", verb, id, "--workspace", "pipe-drain"]);
      assert.equal(ran.code, 1);
      assert.match(ran.err, new RegExp(`^pipe-drain has no key ${id} in force\\. frontdesk keys list`));
    }
  }
});

test("a move from nowhere, or to a server that is not there, says what to check", async () => {
  const folder = join(scratch, "none");
  const nowhere = "postgres://nobody@127.0.0.1:1/none";
  const alone = { FRONTDESK_DATA: folder, DATABASE_URL: "" };
  const empty = await frontdesk(["move", "--to", nowhere], alone);
  assert.equal(empty.code, 1);
  assert.match(empty.err, /^There is no embedded database in .*none to move\. FRONTDESK_DATA/);
  assert.equal(existsSync(folder), false, "nor is one made");
  const unreached = await frontdesk(["keys", "list"], { DATABASE_URL: nowhere });
  assert.equal(unreached.code, 1);
  assert.match(
    unreached.err,
    /^The PostgreSQL server cannot be reached: .*ECONNREFUSED.*Check DATABASE_URL\./,
  );
});

test("doctor looks and makes nothing", async () => {
  const folder = join(scratch, "later", "data");
  const ran = await frontdesk(["doctor"], { FRONTDESK_DATA: folder, DATABASE_URL: "" });
  assert.equal(ran.code, 0, ran.out);
  assert.match(ran.out, /data folder: .*is not there yet; the first start makes it/);
  assert.match(ran.out, /embedded database: none yet/);
  assert.equal(existsSync(join(scratch, "later")), false);
});

test("doctor says what is right and what is wrong", async () => {
  const well = await frontdesk(["doctor"]);
  assert.equal(well.code, 0, well.out);
  assert.match(well.out, /schema: up to date/);
  assert.match(well.out, /extensions: .*pg_trgm/);
  const ill = await frontdesk(["doctor", "--json"], {
    DATABASE_URL: "postgres://nobody@127.0.0.1:1/none",
    FRONTDESK_TELEPHONY: "twilio",
  });
  assert.equal(ill.code, 1);
  const findings = JSON.parse(ill.out) as { ok?: boolean; about: string; text: string }[];
  const wrong = findings.filter((finding) => finding.ok === false);
  assert.deepEqual(
    wrong.map((finding) => finding.about),
    ["providers", "PostgreSQL"],
  );
  assert.match(wrong[0]?.text ?? "", /TWILIO_ACCOUNT_SID/);
});

test("jobs redrive, migrate and restore answer in words", async () => {
  assert.match((await frontdesk(["jobs", "redrive"])).out, /No job has failed for good/);
  assert.match((await frontdesk(["migrate"])).out, /up to date/);
  const restore = await frontdesk(["restore", "--list"]);
  assert.match(restore.out + restore.err, /no snapshot|DATABASE_URL is set/);
});

test("a command on a folder in use says so", { skip: "DATABASE_URL" in environment }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "frontdesk-cli-used-"));
  const unlock = await lockFolder(folder);
  const ran = await frontdesk(["keys", "list"], { FRONTDESK_DATA: folder, DATABASE_URL: "" });
  assert.equal(ran.code, 1);
  assert.match(ran.err, /open in another Frontdesk process/);
  await unlock();
  await rm(folder, { recursive: true });
});

test("an older Node hands over to the one that came with the package", async () => {
  // What decides is process.versions, so a preloaded line is enough to be old.
  const preload = join(scratch, "old.cjs");
  await writeFile(
    preload,
    "if (!process.env.FRONTDESK_HANDED_OVER) Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } });",
  );
  const ran = await frontdesk(["--help"], { NODE_OPTIONS: `--require ${preload}` });
  assert.equal(ran.code, 0, ran.err);
  assert.match(ran.out, /Usage: frontdesk/);
  const command = await frontdesk(["nonsense"], { NODE_OPTIONS: `--require ${preload}` });
  assert.equal(command.code, 1);
});
