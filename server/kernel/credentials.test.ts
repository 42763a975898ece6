import assert from "node:assert/strict";
import { test } from "node:test";
import { engineName, startHarness } from "../testing/harness.ts";
import { systemActor } from "./actor.ts";
import type { Ctx } from "./context.ts";
import { Credentials } from "./credentials.ts";

const frontdesk = await startHarness({ work: false });
const { app } = frontdesk;
const workspace = await frontdesk.workspace();
const issue = (extra: object = {}) =>
  app.credentials.issue({
    workspaceId: workspace.id,
    kind: "workspace",
    name: "k",
    scopes: ["contacts:read"],
    approvalLevel: "full",
    ...extra,
  });
const statusWith = async (key: string) => (await frontdesk.call("GET", "/api/v1/contacts", { key })).status;
const rowOf = (id: string) =>
  app.database.system("authenticate", (kysely) =>
    kysely.selectFrom("api_keys").selectAll().where("id", "=", id).executeTakeFirstOrThrow(),
  );

test("a secret is stored as its hash and nowhere else", async () => {
  const { id, secret } = await issue();
  assert.match(secret, /^fd_live_[\w-]{43}$/);
  assert.match((await issue({ mode: "test" })).secret, /^fd_test_/);
  const stored = JSON.stringify(await rowOf(id));
  assert.equal(stored.includes(secret), false);
  assert.equal(stored.includes(secret.slice(20)), false);
  assert.equal((await rowOf(id)).secret_hash.length, 64);
});

test("rotation ends the old secret at once and keeps the key", async () => {
  const { id, secret } = await issue({ mode: "test" });
  assert.equal(await statusWith(secret), 200);
  const rotated = await app.credentials.rotate(workspace.id, id);
  assert.match(rotated?.secret ?? "", /^fd_test_/, "it stays what it was");
  assert.equal(await statusWith(secret), 401);
  assert.equal(await statusWith(rotated?.secret ?? ""), 200);
  assert.equal(await app.credentials.rotate(workspace.id, workspace.adminId), undefined);
});

test("revocation is seen at once, on other nodes too", async () => {
  const { id, secret } = await issue();
  const elsewhere = new Credentials(app.database, app.clock, app.log);
  await elsewhere.start();
  assert.ok(await elsewhere.actorOf(secret, "workspace", "127.0.0.1"));
  assert.equal(await statusWith(secret), 200);
  assert.equal(await app.credentials.revoke(workspace.id, id), true);
  assert.equal(await app.credentials.revoke(workspace.id, id), false);
  assert.equal(await statusWith(secret), 401);
  for (
    let round = 0;
    round < 500 && (await elsewhere.actorOf(secret, "workspace", "127.0.0.1"));
    round += 1
  ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.equal(await elsewhere.actorOf(secret, "workspace", "127.0.0.1"), undefined);
  await elsewhere.stop();
  assert.ok(engineName);
});

test("a key expires at its time, remembered or not", async () => {
  const { secret } = await issue({ expiresAt: new Date(app.clock.now().getTime() + 60_000) });
  assert.equal(await statusWith(secret), 200);
  await frontdesk.advance(59);
  assert.equal(await statusWith(secret), 200);
  await frontdesk.advance(1);
  assert.equal(await statusWith(secret), 401);
});

test("a token of one surface is none on another, and unknown keys all look the same", async () => {
  const token = await workspace.privateToken(["READ_BOOKINGS"]);
  assert.equal(await statusWith(token), 401);
  for (const key of ["fd_live_unknown", "nonsense"]) {
    const answer = await frontdesk.call("GET", "/api/v1/contacts", { key });
    assert.equal(answer.status, 401);
    assert.match(answer.body.error.message, /unknown, revoked or expired/);
  }
  const { secret } = await issue();
  const header = await frontdesk.call("GET", "/api/v1/contacts", { headers: { "x-api-key": secret } });
  assert.equal(header.status, 200);
});

test("last-used is written in batches, not per request", async () => {
  const { id, secret } = await issue();
  for (let count = 0; count < 5; count += 1) await statusWith(secret);
  assert.equal((await rowOf(id)).last_used_at, null);
  const another = await issue();
  await statusWith(another.secret);
  await app.credentials.flushUse();
  for (const one of [id, another.id]) assert.deepEqual((await rowOf(one)).last_used_at, app.clock.now());
});

test("a key that was revoked is not brought back by rotating it", async () => {
  const { id, secret } = await issue();
  await app.credentials.revoke(workspace.id, id);
  const before = await rowOf(id);
  assert.equal(await app.credentials.rotate(workspace.id, id), undefined);
  assert.deepEqual(await rowOf(id), before);
  assert.equal(await statusWith(secret), 401);
});

test("a key of another workspace is neither rotated nor revoked", async () => {
  const { id, secret } = await issue();
  const other = await frontdesk.workspace();
  assert.equal(await app.credentials.rotate(other.id, id), undefined);
  assert.equal(await app.credentials.revoke(other.id, id), false);
  assert.equal(await statusWith(secret), 200);
});

const inside = <T>(work: (ctx: Ctx) => Promise<T>) =>
  app.inWorkspace(
    {
      workspaceId: workspace.id,
      actor: systemActor(workspace.id),
      operation: "t",
      surface: "t",
      requestId: "r",
    },
    work,
  );

/** Remembered keys are forgotten when the notification comes; the clock of these tests stands still, so nothing else does it. */
async function isForgotten(secret: string): Promise<boolean> {
  for (let round = 0; round < 500; round += 1) {
    if (!(await app.credentials.actorOf(secret, "workspace", "127.0.0.1"))) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

test("what ends in a transaction is forgotten everywhere with its commit: one key, and all a member made", async () => {
  const [one, made, another] = [
    await issue(),
    await issue({ createdBy: workspace.adminId }),
    await issue({ createdBy: "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b" }),
  ];
  for (const { secret } of [one, made, another]) assert.equal(await statusWith(secret), 200);
  await inside((ctx) => app.credentials.revokeIn(ctx.db, one.id, ctx.now));
  assert.ok(await isForgotten(one.secret));
  assert.equal(await statusWith(made.secret), 200);
  const ended = await inside((ctx) => app.credentials.revokeMadeBy(ctx.db, workspace.adminId, ctx.now));
  assert.deepEqual(ended, [made.id]);
  assert.ok(await isForgotten(made.secret));
  assert.equal(await statusWith(another.secret), 200);
  assert.deepEqual(
    await inside((ctx) => app.credentials.revokeMadeBy(ctx.db, workspace.adminId, ctx.now)),
    [],
  );
});

test("whoever ends one in a transaction has forgotten it when that has committed, without hearing of it", async () => {
  const { id, secret } = await issue();
  const deaf = new Credentials(app.database, app.clock, app.log);
  assert.ok(await deaf.actorOf(secret, "workspace", "127.0.0.1"));
  const undone = app.database.transaction(workspace.id, async (db) => {
    await deaf.revokeIn(db, id, app.clock.now());
    throw new Error("undone");
  });
  await assert.rejects(undone, /undone/);
  assert.ok(await deaf.actorOf(secret, "workspace", "127.0.0.1"));
  await app.database.transaction(workspace.id, (db) => deaf.revokeIn(db, id, app.clock.now()));
  assert.equal(await deaf.actorOf(secret, "workspace", "127.0.0.1"), undefined);
});

test("by its id a key is who it is while it is in force", async () => {
  const { id } = await issue();
  assert.equal((await app.credentials.actorById(workspace.id, id))?.id, id);
  assert.equal(await app.credentials.actorById((await frontdesk.workspace()).id, id), undefined);
  await app.credentials.revoke(workspace.id, id);
  assert.equal(await app.credentials.actorById(workspace.id, id), undefined);
  const brief = await issue({ expiresAt: app.clock.now() });
  assert.equal(await app.credentials.actorById(workspace.id, brief.id), undefined);
});
