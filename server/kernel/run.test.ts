import assert from "node:assert/strict";
import { test } from "node:test";
import { modules } from "../modules/index.ts";
import { startHarness } from "../testing/harness.ts";
import type { TestWorkspace } from "../testing/harness.ts";
import { noted, probe, writeProbe } from "../testing/probe.ts";
import { fieldChanges } from "./audit.ts";

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

test("a call that succeeds commits all of it together", async () => {
  const workspace = await frontdesk.workspace();
  const done = await workspace.call("POST", "/api/v1/probe", { name: "Whole" }, headers);
  assert.equal(done.status, 200);
  assert.deepEqual(await countsOf(workspace), { contacts: 1, audit: 1, events: 2, keys: 1 });
  await frontdesk.settle();
  assert.equal(noted.filter((note) => note.label === "Whole").length, 1);
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
