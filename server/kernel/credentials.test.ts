import assert from "node:assert/strict";
import { test } from "node:test";
import { engineName, startHarness } from "../testing/harness.ts";
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
  assert.ok(await elsewhere.actorOf(secret, "workspace"));
  assert.equal(await statusWith(secret), 200);
  assert.equal(await app.credentials.revoke(workspace.id, id), true);
  assert.equal(await app.credentials.revoke(workspace.id, id), false);
  assert.equal(await statusWith(secret), 401);
  for (let round = 0; round < 500 && (await elsewhere.actorOf(secret, "workspace")); round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.equal(await elsewhere.actorOf(secret, "workspace"), undefined);
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
  await app.credentials.flushUse();
  assert.deepEqual((await rowOf(id)).last_used_at, app.clock.now());
});
