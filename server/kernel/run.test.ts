import assert from "node:assert/strict";
import { test } from "node:test";
import { modules } from "../modules/index.ts";
import { startHarness } from "../testing/harness.ts";
import type { TestWorkspace } from "../testing/harness.ts";
import { noted, probe, quietProbe, writeProbe } from "../testing/probe.ts";
import { fieldChanges } from "./audit.ts";
import { successStatus } from "./run.ts";

const frontdesk = await startHarness({ modules: [...modules, probe] });
const { app } = frontdesk;

const countsOf = (workspace: TestWorkspace) =>
  app.database.read(workspace.id, async (db) => {
    const count = async (table: "contacts" | "audit_entries" | "events" | "idempotency_keys") =>
      (await db.from(table).select("workspace_id").execute()).length;
    return {
      contacts: await count("contacts"),
      audit: await count("audit_entries"),
      events: await count("events"),
      keys: await count("idempotency_keys"),
    };
  });
const nothing = { contacts: 0, audit: 0, events: 0, keys: 0 };
const headers = { "idempotency-key": "k" };

test("who is asked before what: key, scope, input, idempotency, approval", async () => {
  const workspace = await frontdesk.workspace();
  const bad = { nonsense: true };
  const nobody = await frontdesk.call("POST", "/api/v1/probe", { body: bad, headers });
  assert.equal(nobody.status, 401);
  const key = await workspace.keyWith(["contacts:read"]);
  const scope = await frontdesk.call("POST", "/api/v1/probe", { key, body: bad, headers });
  assert.deepEqual([scope.status, scope.body.error.code], [403, "INSUFFICIENT_SCOPE"]);
  const held = await workspace.keyWith(["contacts:write"], "with-approval");
  const input = await frontdesk.call("POST", "/api/v1/probe", { key: held, body: bad, headers });
  assert.equal(input.status, 400);
  assert.deepEqual(await countsOf(workspace), nothing);

  const body = { name: "Held" };
  const first = await frontdesk.call("POST", "/api/v1/probe", { key: held, body, headers });
  const again = await frontdesk.call("POST", "/api/v1/probe", { key: held, body, headers });
  assert.deepEqual([first.status, again.status], [202, 202]);
  assert.equal(again.headers["idempotent-replayed"], "true");
  assert.equal(again.body.data.approval_id, first.body.data.approval_id);
  assert.equal((await countsOf(workspace)).contacts, 0);
});

test("a call that fails leaves nothing: no record, audit entry, event, job, stored response or charge", async () => {
  const workspace = await frontdesk.workspace();
  const before = await app.database.read(workspace.id, (db) =>
    db.from("credit_balances").selectAll().execute(),
  );
  const failed = await workspace.call("POST", "/api/v1/probe/paid", { name: "Undone", fail: true }, headers);
  assert.equal(failed.status, 400);
  assert.deepEqual(await countsOf(workspace), nothing);
  await frontdesk.advance(60);
  assert.equal(
    noted.some((note) => note.label === "Undone"),
    false,
  );
  const after = await app.database.read(workspace.id, (db) =>
    db.from("credit_balances").selectAll().execute(),
  );
  assert.deepEqual(after, before);
});

test("what went well is 201 for what is created, 204 for nothing to say, and what an operation names itself", () => {
  const statusOf = (name: string) => {
    const operation = app.registry.find(name);
    assert.ok(operation, name);
    return successStatus(operation);
  };
  assert.deepEqual(
    ["create_contact", "list_contacts", "update_contact", "dry_run_import", "invite_company_user"].map(
      statusOf,
    ),
    [201, 200, 200, 202, 201],
  );
  assert.equal(statusOf("remove_opportunity_product"), 204);
});

test("a call that succeeds commits all of it together", async () => {
  const workspace = await frontdesk.workspace();
  const done = await workspace.call("POST", "/api/v1/probe", { name: "Whole" }, headers);
  assert.equal(done.status, 200);
  assert.deepEqual(await countsOf(workspace), { contacts: 1, audit: 1, events: 2, keys: 1 });
  await frontdesk.settle();
  assert.equal(noted.filter((note) => note.label === "Whole").length, 1);
});

test("an answer that holds what its definition does not name is an error too: no column slips into an answer unseen", async () => {
  const workspace = await frontdesk.workspace();
  const leaking = await workspace.call("POST", "/api/v1/probe", { name: "A", undeclared_output: true });
  assert.equal(leaking.status, 500);
  assert.doesNotMatch(leaking.text, /of ours/);
  assert.deepEqual(await countsOf(workspace), nothing);
});

test("an answer the definition does not allow is an error of ours, and undoes the work", async () => {
  const workspace = await frontdesk.workspace();
  const wrong = await workspace.call("POST", "/api/v1/probe", { name: "A", wrong_output: true });
  assert.equal(wrong.status, 500);
  assert.equal(wrong.body.error.code, "INTERNAL_ERROR");
  assert.doesNotMatch(wrong.text, /definition/);
  assert.deepEqual(await countsOf(workspace), nothing);
});

test("a read-only key reads and writes nothing", async () => {
  const workspace = await frontdesk.workspace();
  const key = await workspace.keyWith(["contacts:read", "contacts:write"], "read-only");
  assert.equal((await frontdesk.call("GET", "/api/v1/contacts", { key })).status, 200);
  assert.equal((await frontdesk.call("POST", "/api/v1/probe", { key, body: { name: "A" } })).status, 403);
});

test("a read-only key makes no write, whatever scopes the write takes", async () => {
  const workspace = await frontdesk.workspace();
  const post = async (level: "full" | "read-only") =>
    (
      await frontdesk.call("POST", "/api/v1/probe/open", {
        key: await workspace.keyWith([], level),
        body: {},
      })
    ).status;
  assert.deepEqual([await post("full"), await post("read-only")], [200, 403]);
});

test("where the record says which scope it takes, a key without any of them is refused before it is looked for", async () => {
  const workspace = await frontdesk.workspace();
  const path = "/api/v1/imports/0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b";
  const status = async (scope: string) =>
    (await frontdesk.call("GET", path, { key: await workspace.keyWith([scope]) })).status;
  assert.deepEqual([await status("companies:read"), await status("products:read")], [404, 403]);
});

test("a write that is held costs nothing until it is done", async () => {
  const workspace = await frontdesk.workspace();
  const balance = () =>
    app.database.read(workspace.id, (db) => db.from("credit_balances").selectAll().execute());
  const before = await balance();
  const key = await workspace.keyWith(["contacts:write"], "with-approval");
  const held = await frontdesk.call("POST", "/api/v1/probe/paid", { key, body: { name: "Held" } });
  assert.equal(held.status, 202, held.text);
  assert.deepEqual(await balance(), before);
  assert.equal(
    (await workspace.call("POST", `/api/v1/approvals/${held.body.data.approval_id}/approve`)).status,
    200,
  );
  assert.notDeepEqual(await balance(), before);
});

test("what is wrong with a write that would be held is told at once, and the rehearsal leaves nothing", async () => {
  const workspace = await frontdesk.workspace();
  const key = await workspace.keyWith(["contacts:write"], "with-approval");
  const ask = (body: object) => frontdesk.call("POST", "/api/v1/probe", { key, body, headers });
  const wrong = await ask({ name: "A", fail: true });
  assert.deepEqual([wrong.status, wrong.body.error.code], [400, "VALIDATION_ERROR"]);
  assert.deepEqual(await countsOf(workspace), nothing);
  const held = await ask({ name: "Rehearsed" });
  assert.equal(held.status, 202);
  // The approval itself: its audit entry, its event, the stored answer.
  assert.deepEqual(await countsOf(workspace), { contacts: 0, audit: 1, events: 1, keys: 1 });
  await frontdesk.settle();
  assert.equal(
    noted.some((note) => note.label === "Rehearsed"),
    false,
  );
});

test("followers are woken by what was run inside, though the work itself told nothing", async () => {
  const workspace = await frontdesk.workspace();
  const rings: string[] = [];
  const stop = app.bell.onAnyRing((id) => rings.push(id));
  const actor = {
    kind: "system" as const,
    id: "s",
    name: "s",
    scopes: undefined,
    approvalLevel: "full" as const,
  };
  const occasion = { workspaceId: workspace.id, operation: "t", surface: "t", requestId: "r" };
  const inside = (work: Parameters<typeof app.inWorkspace>[1]) =>
    app.inWorkspace({ ...occasion, actor: { ...actor, workspaceId: workspace.id } }, work);
  await inside((ctx) => ctx.run(quietProbe, {}));
  assert.deepEqual(rings, []);
  await inside((ctx) => ctx.run(writeProbe, { name: "Heard" }));
  stop();
  assert.deepEqual(rings, [workspace.id]);
});

test("a write that changed no record is on the record, run by itself or inside another", async () => {
  const workspace = await frontdesk.workspace();
  const entries = async () =>
    (await app.database.read(workspace.id, (db) => db.from("audit_entries").selectAll().execute())).map(
      ({ operation, noun, action, record_id: id }) => [operation, noun, action, id],
    );
  const expected = ["write_nothing_probe", "contact", "ran", null];
  await workspace.call("POST", "/api/v1/probe/quiet", {});
  assert.deepEqual(await entries(), [expected]);
  const actor = { kind: "agent" as const, id: "a", name: "a", workspaceId: workspace.id } as const;
  const full = { ...actor, scopes: undefined, approvalLevel: "full" as const };
  await app.inWorkspace(
    { workspaceId: workspace.id, actor: full, operation: "t", surface: "t", requestId: "r" },
    (ctx) => ctx.run(quietProbe, {}),
  );
  assert.deepEqual(await entries(), [expected, expected]);
});

test("a secret is in the answer, and in nothing that is kept of it", async () => {
  const workspace = await frontdesk.workspace();
  const body = { given: "a-secret-that-was-given", name: "Sec" };
  const first = await workspace.call("POST", "/api/v1/probe/secret", body, headers);
  const { id, url } = first.body.data;
  assert.match(url, /^https:\/\/made\.example\/[\w-]{36}$/);
  const again = await workspace.call("POST", "/api/v1/probe/secret", body, headers);
  assert.equal(again.headers["idempotent-replayed"], "true");
  assert.deepEqual(again.body.data, { id, url: `****${url.slice(-4)}`, paid: "in full" });
  for (const table of ["idempotency_keys", "audit_entries", "events"] as const) {
    const rows = await app.database.read(workspace.id, (db) => db.from(table).selectAll().execute());
    const text = JSON.stringify(rows);
    assert.ok(rows.length > 0 && !text.includes(url) && !text.includes(body.given), `${table}: ${text}`);
  }
});

test("a field with a scope of its own is left out for those who lack it, also when the answer is replayed", async () => {
  const workspace = await frontdesk.workspace();
  const body = { given: "a-secret-that-was-given", name: "Sec" };
  const ask = (key: string) => frontdesk.call("POST", "/api/v1/probe/secret", { key, body, headers });
  const { id, secret } = await app.credentials.issue({
    workspaceId: workspace.id,
    kind: "workspace",
    name: "k",
    scopes: ["contacts:write", "invoices:read"],
    approvalLevel: "full",
  });
  assert.equal((await ask(secret)).body.data.paid, "in full");
  assert.equal("paid" in (await ask(await workspace.keyWith(["contacts:write"]))).body.data, false);
  await app.database.system("authenticate", (kysely) =>
    kysely
      .updateTable("api_keys")
      .set({ scopes: ["contacts:write"] })
      .where("id", "=", id)
      .execute(),
  );
  const rotated = await app.credentials.rotate(workspace.id, id);
  const replayed = await ask(rotated?.secret ?? "");
  assert.equal(replayed.headers["idempotent-replayed"], "true");
  assert.equal("paid" in replayed.body.data, false);
});

test("an operation run inside another goes through every check, as the actor it is given", async () => {
  const workspace = await frontdesk.workspace();
  const limited = { ...{ kind: "agent" as const, id: "a", name: "a" }, workspaceId: workspace.id };
  const inside = (scopes: string[], input: unknown) =>
    app.inWorkspace(
      {
        workspaceId: workspace.id,
        actor: { ...limited, scopes: undefined, approvalLevel: "full" },
        operation: "t",
        surface: "t",
        requestId: "r",
      },
      (ctx) => ctx.run(writeProbe, input, { ...limited, scopes: new Set(scopes), approvalLevel: "full" }),
    );
  await assert.rejects(inside([], { name: "A" }), { code: "INSUFFICIENT_SCOPE" });
  await assert.rejects(inside(["contacts:write"], { name: 7 }), { code: "VALIDATION_ERROR" });
  assert.deepEqual(await countsOf(workspace), nothing);
  await inside(["contacts:write"], { name: "In" });
  const [entry] = await app.database.read(workspace.id, (db) =>
    db.from("audit_entries").selectAll().execute(),
  );
  assert.deepEqual([entry?.operation, entry?.actor_kind, entry?.request_id], ["write_probe", "agent", "r"]);
});

test("changes are told field by field; what did not change is left out", () => {
  const at = new Date("2026-01-01T00:00:00Z");
  assert.deepEqual(
    fieldChanges(
      { name: "A", list: [1], at, same: { a: 1 }, gone: "x", updated_at: at },
      { name: "B", list: [1, 2], at: new Date(at), same: { a: 1 }, updated_at: new Date() },
    ),
    { name: { from: "A", to: "B" }, list: { from: [1], to: [1, 2] }, gone: { from: "x", to: null } },
  );
});
