import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { probe, seen, trouble } from "../../../testing/probe.ts";
import { browse, joined } from "../members/test-people.ts";
import { modules } from "../../index.ts";
import type { TestWorkspace } from "../../../testing/harness.ts";
import { everyScope } from "../../../scopes.ts";

const frontdesk = await startHarness({ modules: [...modules, probe] });
const weekSeconds = 7 * 86_400;

type Held = { id: string; key: string };

async function hold(workspace: TestWorkspace, body: object = { first_name: "Paul" }): Promise<Held> {
  const key = await workspace.keyWith(["contacts:write", "contacts:read"], "with-approval");
  const answer = await frontdesk.call("POST", "/api/v1/contacts", { key, body });
  assert.equal(answer.status, 202);
  assert.equal(answer.body.data.status, "pending");
  return { id: answer.body.data.approval_id as string, key };
}

const contactsOf = async (workspace: TestWorkspace) =>
  (await workspace.call("GET", "/api/v1/contacts")).body.data as { id: string; first_name: string }[];

test("workspace.list_approvals#0 pending by default; approved, rejected, expired and all by name", async () => {
  const workspace = await frontdesk.workspace();
  const [expired, approved, rejected] = [await hold(workspace), await hold(workspace), await hold(workspace)];
  await workspace.call("POST", `/api/v1/approvals/${approved.id}/approve`);
  await workspace.call("POST", `/api/v1/approvals/${rejected.id}/reject`);
  await frontdesk.advance(weekSeconds + 1);
  const pending = await hold(workspace);
  const ids = async (query: string) =>
    (await workspace.call("GET", `/api/v1/approvals${query}`)).body.data.map((row: { id: string }) => row.id);
  assert.deepEqual(await ids(""), [pending.id]);
  assert.deepEqual(await ids("?status=pending"), [pending.id]);
  assert.deepEqual(await ids("?status=approved"), [approved.id]);
  assert.deepEqual(await ids("?status=rejected"), [rejected.id]);
  assert.deepEqual(await ids("?status=expired"), [expired.id]);
  assert.equal((await ids("?status=all")).length, 4);
  assert.equal((await workspace.call("GET", "/api/v1/approvals?status=odd")).status, 400);
  const row = (await workspace.call("GET", `/api/v1/approvals/${pending.id}`)).body.data;
  assert.equal(row.operation, "create_contact");
  assert.equal(row.resource, "contacts");
  assert.equal(row.method, "POST");
  assert.equal(row.company_id, workspace.id);
  assert.equal(row.request_body.first_name, "Paul");
  assert.equal((await workspace.call("GET", `/api/v1/approvals/${expired.id}`)).body.data.status, "expired");
});

test("workspace.list_approvals#1 limit is 25 by default and 100 at most", async () => {
  const workspace = await frontdesk.workspace();
  const key = await workspace.keyWith(["contacts:write"], "with-approval");
  for (let count = 0; count < 27; count += 1) {
    await frontdesk.call("POST", "/api/v1/contacts", { key, body: { first_name: `N${count}` } });
  }
  const first = await workspace.call("GET", "/api/v1/approvals");
  assert.equal(first.body.data.length, 25);
  assert.equal(first.body.pagination.limit, 25);
  const next = await workspace.call("GET", `/api/v1/approvals?cursor=${first.body.pagination.next_cursor}`);
  assert.equal(next.body.data.length, 2);
  assert.equal((await workspace.call("GET", "/api/v1/approvals?limit=100")).body.data.length, 27);
  assert.equal((await workspace.call("GET", "/api/v1/approvals?limit=101")).status, 400);
});

test("workspace.approve_approval#0 approving runs what was held, once, and keeps the result", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await hold(workspace);
  assert.deepEqual(await contactsOf(workspace), []);
  const answers = await Promise.all([
    workspace.call("POST", `/api/v1/approvals/${id}/approve`),
    workspace.call("POST", `/api/v1/approvals/${id}/approve`),
  ]);
  for (const answer of answers) {
    assert.equal(answer.status, 200);
    assert.equal(answer.body.approval_id, id);
    assert.equal(answer.body.status, "approved");
    assert.equal(answer.body.execution_status, 201);
    assert.equal(answer.body.execution_result.first_name, "Paul");
  }
  assert.deepEqual(answers[0]?.body.execution_result, answers[1]?.body.execution_result);
  assert.equal((await contactsOf(workspace)).length, 1);
  const row = (await workspace.call("GET", `/api/v1/approvals/${id}`)).body.data;
  assert.equal(row.status, "approved");
  assert.deepEqual(row.execution_result, answers[0]?.body.execution_result);
  assert.ok(row.resolved_at && row.resolved_by);
  assert.equal((await workspace.call("POST", `/api/v1/approvals/${id}/reject`)).status, 409);
});

test("an approved run that fails undoes its own work, and its error is the result", async () => {
  const workspace = await frontdesk.workspace();
  const contact = (await workspace.call("POST", "/api/v1/contacts", { first_name: "Gone" })).body.data;
  const key = await workspace.keyWith(["contacts:write"], "with-approval");
  const held = await frontdesk.call("PATCH", `/api/v1/contacts/${contact.id}`, {
    key,
    body: { first_name: "New" },
  });
  await workspace.call("DELETE", `/api/v1/contacts/${contact.id}`);
  const id = held.body.data.approval_id;
  const row = (await workspace.call("GET", `/api/v1/approvals/${id}`)).body.data;
  assert.equal(row.target_id, contact.id);
  const answer = await workspace.call("POST", `/api/v1/approvals/${id}/approve`);
  assert.equal(answer.status, 200);
  assert.equal(answer.body.execution_status, 404);
  assert.equal(answer.body.execution_result.error.code, "NOT_FOUND");
  assert.deepEqual((await workspace.call("POST", `/api/v1/approvals/${id}/approve`)).body, answer.body);
});

test("approving checks again: expiry, the key, its scopes", async () => {
  const workspace = await frontdesk.workspace();
  const expired = await hold(workspace);
  await frontdesk.advance(weekSeconds + 1);
  const late = await workspace.call("POST", `/api/v1/approvals/${expired.id}/approve`);
  assert.equal(late.status, 409);
  assert.equal(late.body.error.code, "APPROVAL_NOT_PENDING");

  const revoked = await hold(workspace);
  const { api_key_id: keyId } = (await workspace.call("GET", `/api/v1/approvals/${revoked.id}`)).body.data;
  await frontdesk.app.credentials.revoke(workspace.id, keyId);
  const answer = await workspace.call("POST", `/api/v1/approvals/${revoked.id}/approve`);
  assert.equal(answer.body.execution_status, 401);

  const narrowed = await hold(workspace);
  const row = (await workspace.call("GET", `/api/v1/approvals/${narrowed.id}`)).body.data;
  await frontdesk.app.database.system("authenticate", (kysely) =>
    kysely
      .updateTable("api_keys")
      .set({ scopes: ["contacts:read"] })
      .where("id", "=", row.api_key_id)
      .execute(),
  );
  const refused = await workspace.call("POST", `/api/v1/approvals/${narrowed.id}/approve`);
  assert.equal(refused.body.execution_status, 403);
  assert.equal(refused.body.execution_result.error.code, "INSUFFICIENT_SCOPE");
  assert.deepEqual(await contactsOf(workspace), []);
});

test("workspace.reject_approval#0 workspace.reject_approval#1 rejecting runs nothing; the reason may be left out", async () => {
  const workspace = await frontdesk.workspace();
  const [plain, reasoned] = [await hold(workspace), await hold(workspace)];
  const first = await workspace.call("POST", `/api/v1/approvals/${plain.id}/reject`);
  assert.deepEqual([first.status, first.body.approval_id, first.body.status], [200, plain.id, "rejected"]);
  const second = await workspace.call("POST", `/api/v1/approvals/${reasoned.id}/reject`, { reason: "Twice" });
  assert.equal(second.body.reason, "Twice");
  assert.equal((await workspace.call("GET", `/api/v1/approvals/${reasoned.id}`)).body.data.reason, "Twice");
  assert.equal((await workspace.call("POST", `/api/v1/approvals/${plain.id}/approve`)).status, 409);
  await frontdesk.settle();
  assert.deepEqual(await contactsOf(workspace), []);
});

test("a key whose writes need approval decides about none; nobody decides across workspaces", async () => {
  const workspace = await frontdesk.workspace();
  const { id, key } = await hold(workspace);
  const another = await workspace.keyWith(["contacts:write"], "with-approval");
  for (const reviewer of [key, another, await workspace.keyWith([], "read-only")]) {
    for (const verb of ["approve", "reject"]) {
      const answer = await frontdesk.call("POST", `/api/v1/approvals/${id}/${verb}`, { key: reviewer });
      assert.equal(answer.status, 403, verb);
    }
  }
  // A key that was raised to full access still may not wave its own request through.
  const { api_key_id: keyId } = (await workspace.call("GET", `/api/v1/approvals/${id}`)).body.data;
  await frontdesk.app.database.system("authenticate", (kysely) =>
    kysely.updateTable("api_keys").set({ approval_level: "full" }).where("id", "=", keyId).execute(),
  );
  await frontdesk.app.credentials.revoke(workspace.id, "00000000-0000-7000-8000-000000000000");
  const own = await frontdesk.call("POST", `/api/v1/approvals/${id}/approve`, { key });
  assert.equal(own.status, 403);
  assert.match(own.body.error.message, /asked for itself/);
  const stranger = await frontdesk.workspace();
  assert.equal((await stranger.call("POST", `/api/v1/approvals/${id}/approve`)).status, 404);
  assert.equal((await stranger.call("GET", `/api/v1/approvals/${id}`)).status, 404);
});

test("workspace.assign_approval#0 workspace.assign_approval#1 workspace.assign_approval#2 pending ones are assigned to members, with the scope", async () => {
  const workspace = await frontdesk.workspace();
  const stranger = await frontdesk.workspace();
  const { id } = await hold(workspace);
  const path = `/api/v1/approvals/${id}/assign`;
  const body = { primary_assignee_id: workspace.adminId, secondary_assignee_id: workspace.adminId };
  const done = await workspace.call("POST", path, body);
  assert.equal(done.status, 200, done.text);
  assert.equal(done.body.data.primary_assignee_id, workspace.adminId);
  assert.equal(done.body.data.secondary_assignee_id, workspace.adminId);
  const kept = await workspace.call("POST", path, { primary_assignee_id: workspace.adminId });
  assert.equal(kept.body.data.secondary_assignee_id, workspace.adminId);
  const cleared = await workspace.call("POST", path, { ...body, secondary_assignee_id: null });
  assert.equal(cleared.body.data.secondary_assignee_id, null);
  for (const field of ["primary_assignee_id", "secondary_assignee_id"]) {
    const answer = await workspace.call("POST", path, { ...body, [field]: stranger.adminId });
    assert.equal(answer.status, 400);
    assert.equal(answer.body.error.details.fields[0].field, field);
  }
  const key = await workspace.keyWith(["contacts:write"]);
  assert.equal((await frontdesk.call("POST", path, { key, body })).status, 403);
  await workspace.call("POST", `/api/v1/approvals/${id}/reject`);
  const late = await workspace.call("POST", path, body);
  assert.equal(late.status, 409);
  assert.equal(late.body.error.code, "APPROVAL_NOT_PENDING");
});

const everyOther = (...without: string[]) => everyScope.filter((scope) => !without.includes(scope));
const approve = (key: string, id: string) =>
  frontdesk.call("POST", `/api/v1/approvals/${id}/approve`, { key });
const rowOf = (workspace: TestWorkspace, id: string) =>
  frontdesk.app.database.read(workspace.id, (db) =>
    db.from("approvals").selectAll().where("id", "=", id).executeTakeFirstOrThrow(),
  );

/** Holds any write, by a key with every scope. */
async function holdCall(
  workspace: TestWorkspace,
  method: string,
  path: string,
  body?: object,
): Promise<string> {
  const key = await workspace.keyWith(everyScope, "with-approval");
  const answer = await frontdesk.call(method, `/api/v1${path}`, { key, ...(body ? { body } : {}) });
  assert.equal(answer.status, 202, answer.text);
  return answer.body.data.approval_id as string;
}

test("whoever lacks a scope of what is held neither sees its body and result nor decides about it", async () => {
  const workspace = await frontdesk.workspace();
  const [open, done] = [await hold(workspace), await hold(workspace)];
  await workspace.call("POST", `/api/v1/approvals/${done.id}/approve`);
  const poor = await workspace.keyWith(everyOther("contacts:write"));
  for (const id of [open.id, done.id]) {
    const row = (await frontdesk.call("GET", `/api/v1/approvals/${id}`, { key: poor })).body.data;
    assert.deepEqual([row.request_body, row.execution_result], [{}, null]);
    assert.deepEqual(row.missing_scopes, ["contacts:write"]);
    for (const verb of ["approve", "reject"]) {
      const answer = await frontdesk.call("POST", `/api/v1/approvals/${id}/${verb}`, { key: poor });
      assert.deepEqual([answer.status, answer.body.error.code], [403, "INSUFFICIENT_SCOPE"], verb);
      assert.doesNotMatch(answer.text, /Paul/);
    }
  }
  const { id: refused } = await hold(workspace);
  const reason = "Paul is there already";
  await workspace.call("POST", `/api/v1/approvals/${refused}/reject`, { reason });
  const list = await frontdesk.call("GET", "/api/v1/approvals?status=all", { key: poor });
  assert.equal(list.body.data.length, 3);
  assert.equal((await workspace.call("GET", `/api/v1/approvals/${refused}`)).body.data.reason, reason);
  assert.doesNotMatch(list.text, /Paul/);
  const rich = (await workspace.call("GET", `/api/v1/approvals/${open.id}`)).body.data;
  assert.deepEqual([rich.request_body.first_name, rich.missing_scopes], ["Paul", []]);
  assert.equal(rich.status, "pending", "nothing was decided");
  assert.equal((await contactsOf(workspace)).length, 1);
});

test("products:read and a held invitation make no administrator", async () => {
  const workspace = await frontdesk.workspace();
  const id = await holdCall(workspace, "POST", "/company/users/invite", {
    email: "eve@example.test",
    role: "client_admin",
  });
  for (const scopes of [["products:read"], everyOther("users:write")]) {
    assert.equal((await approve(await workspace.keyWith(scopes), id)).status, 403);
  }
  // With the scope to invite, and less than an administrator may do: nobody gives a role above their own.
  const refused = await approve(await workspace.keyWith(everyOther("webhooks:write")), id);
  assert.equal(refused.status, 403, refused.text);
  assert.match(refused.text, /webhooks:write/);
  assert.equal((await workspace.call("GET", `/api/v1/approvals/${id}`)).body.data.status, "pending");
  assert.equal((await approve(workspace.key, id)).body.execution_status, 201);
});

test("people approve what their role may do", async () => {
  const workspace = await frontdesk.workspace();
  const webhook = await holdCall(workspace, "POST", "/webhooks/incoming", { name: "Form" });
  const contact = await holdCall(workspace, "POST", "/contacts", { first_name: "Paul" });
  const [viewer, editor] = [
    await joined(frontdesk, workspace, "client_viewer"),
    await joined(frontdesk, workspace, "client_editor"),
  ];
  const decide = async (cookie: string, id: string, verb = "approve") =>
    (await browse(frontdesk, cookie, "POST", `/api/v1/approvals/${id}/${verb}`, {})).status;
  for (const verb of ["approve", "reject"]) {
    assert.equal(await decide(editor.cookie, webhook, verb), 403);
    assert.equal(await decide(viewer.cookie, contact, verb), 403);
  }
  const seenBy = async ({ cookie }: { cookie: string }) =>
    (await browse(frontdesk, cookie, "GET", `/api/v1/approvals/${contact}`)).body.data.request_body;
  assert.deepEqual(await seenBy(viewer), {});
  assert.equal((await seenBy(editor)).first_name, "Paul");
  assert.equal(await decide(editor.cookie, contact), 200);
  assert.equal((await rowOf(workspace, contact)).resolved_by, editor.id);
});

test("a scope the call turns out to take is asked of the approver too; the approval waits for another", async () => {
  const workspace = await frontdesk.workspace();
  const product = (await workspace.call("POST", "/api/v1/products", { name: "Tap", price: 5 })).body.data;
  const deal = (await workspace.call("POST", "/api/v1/opportunities", { name: "Bath" })).body.data;
  const id = await holdCall(workspace, "POST", `/opportunities/${deal.id}/products`, {
    product_id: product.id,
    payment_status: "paid",
  });
  const refused = await approve(await workspace.keyWith(everyOther("invoices:write")), id);
  assert.deepEqual([refused.status, refused.body.error.code], [403, "INSUFFICIENT_SCOPE"]);
  assert.match(refused.body.error.message, /invoices:write/);
  assert.equal((await rowOf(workspace, id)).status, "pending");
  const done = await approve(await workspace.keyWith(everyOther("invoices:read")), id);
  assert.equal(done.body.execution_status, 201, done.text);
  // What a field's own scope hides it hides in what was sent and in results as well.
  const seenBy = async (key: string) =>
    (await frontdesk.call("GET", `/api/v1/approvals/${id}`, { key })).body.data;
  const unpaid = await seenBy(await workspace.keyWith(everyOther("invoices:read")));
  assert.equal("payment_status" in unpaid.execution_result, false);
  assert.deepEqual(unpaid.request_body, { id: deal.id, product_id: product.id });
  assert.equal((await seenBy(workspace.key)).request_body.payment_status, "paid");
});

test("a secret that is shown once is shown to the approver, and kept nowhere", async () => {
  const workspace = await frontdesk.workspace();
  const held = await holdCall(workspace, "POST", "/webhooks/incoming", { name: "Form" });
  const path = `/api/v1/approvals/${held}/approve`;
  const done = await workspace.call("POST", path, undefined, { "idempotency-key": "once" });
  const { url } = done.body.execution_result;
  assert.match(url, /\/hooks\/[\w-]{43}$/);
  const again = [
    await workspace.call("POST", path, undefined, { "idempotency-key": "once" }),
    await workspace.call("POST", path),
    await workspace.call("GET", `/api/v1/approvals/${held}`),
  ];
  for (const answer of again) {
    assert.equal(answer.status, 200);
    assert.doesNotMatch(answer.text, /hooks\/[\w-]{43}/);
  }
  for (const table of ["approvals", "idempotency_keys", "audit_entries", "events"] as const) {
    const rows = await frontdesk.app.database.read(workspace.id, (db) =>
      db.from(table).selectAll().execute(),
    );
    assert.equal(JSON.stringify(rows).includes(url.slice(-43)), false, table);
  }
});

test("a secret that was sent is kept under seal until somebody has decided, and shown to nobody", async () => {
  const workspace = await frontdesk.workspace();
  const secret = "a-secret-of-their-own";
  const body = { url: "https://example.com/hook", events: ["contact.created"], secret };
  const [first, second] = [
    await holdCall(workspace, "POST", "/webhooks/subscriptions", body),
    await holdCall(workspace, "POST", "/webhooks/subscriptions", body),
  ];
  const shown = (await workspace.call("GET", `/api/v1/approvals/${first}`)).body.data;
  assert.equal(shown.request_body.secret, "****-own");
  assert.equal("sealed_input" in shown, false);
  assert.equal(JSON.stringify(await rowOf(workspace, first)).includes(secret), false);
  assert.ok((await rowOf(workspace, first)).sealed_input);
  const done = await workspace.call("POST", `/api/v1/approvals/${first}/approve`);
  assert.equal(done.body.execution_result.secret, secret, "it was made with the secret itself");
  await workspace.call("POST", `/api/v1/approvals/${second}/reject`);
  for (const id of [first, second]) {
    const row = await rowOf(workspace, id);
    assert.equal(row.sealed_input, null);
    assert.equal(JSON.stringify(row).includes(secret), false);
  }
});

test("a call that was held with its secret in the open is masked once somebody has decided", async () => {
  const workspace = await frontdesk.workspace();
  const id = await holdCall(workspace, "POST", "/webhooks/incoming", { name: "Form" });
  const secret = "a-secret-in-the-open";
  await frontdesk.app.database.transaction(workspace.id, (db) =>
    db
      .update("approvals")
      .set({ input: JSON.stringify({ name: "Form", secret }), sealed_input: null } as never)
      .where("id", "=", id)
      .execute(),
  );
  await workspace.call("POST", `/api/v1/approvals/${id}/reject`);
  assert.deepEqual((await rowOf(workspace, id)).input, { name: "Form", secret: "****open" });
});

test("what was asked for is what is done, to the last field", async () => {
  const workspace = await frontdesk.workspace();
  const id = await holdCall(workspace, "POST", "/contacts", { first_name: "Quiet", skip_automations: true });
  const row = (await workspace.call("GET", `/api/v1/approvals/${id}`)).body.data;
  assert.equal(row.request_body.skip_automations, true);
  await workspace.call("POST", `/api/v1/approvals/${id}/approve`);
  const events = await frontdesk.app.database.read(workspace.id, (db) =>
    db.from("events").select("payload").where("type", "=", "contact.created").execute(),
  );
  assert.deepEqual(
    events.map(({ payload }) => payload["skip_automations"]),
    [true],
  );
});

test("deciding is recorded: who, what it was and what it is", async () => {
  const workspace = await frontdesk.workspace();
  const [yes, no] = [await hold(workspace), await hold(workspace)];
  const reviewer = await workspace.keyWith(everyScope);
  const { id: reviewerId } = (await frontdesk.app.credentials.actorOf(
    reviewer,
    "workspace",
    "127.0.0.1",
  )) ?? { id: "" };
  await approve(reviewer, yes.id);
  await frontdesk.call("POST", `/api/v1/approvals/${no.id}/reject`, {
    key: reviewer,
    body: { reason: "No" },
  });
  const entries = await frontdesk.app.database.read(workspace.id, (db) =>
    db.from("audit_entries").selectAll().where("noun", "=", "approval").orderBy("id").execute(),
  );
  const decided = entries.filter(({ action }) => action === "updated");
  assert.deepEqual(
    decided.map(({ record_id: id, actor_id: actor, changes }) => [id, actor, changes]),
    [
      [
        yes.id,
        reviewerId,
        { status: { from: "pending", to: "approved" }, execution_status: { from: null, to: 201 } },
      ],
      [no.id, reviewerId, { status: { from: "pending", to: "rejected" } }],
    ],
  );
  const events = await frontdesk.app.database.read(workspace.id, (db) =>
    db
      .from("events")
      .select(["type", "record_id", "payload"])
      .where("noun", "=", "approval")
      .orderBy("position")
      .execute(),
  );
  assert.deepEqual(
    events.map(({ type, record_id: id }) => [type, id]),
    [
      ["approval.requested", yes.id],
      ["approval.requested", no.id],
      ["approval.approved", yes.id],
      ["approval.rejected", no.id],
    ],
  );
  assert.equal(events[2]?.payload["execution_status"], 201);
  for (const { id } of [yes, no]) assert.equal((await rowOf(workspace, id)).resolved_by, reviewerId);
});

test("an approved run that fails after it wrote undoes that, and the decision stands", async () => {
  const workspace = await frontdesk.workspace();
  const id = await holdCall(workspace, "POST", "/probe/locks", { name: "Half" });
  trouble.now = true;
  const failed = await workspace.call("POST", `/api/v1/approvals/${id}/approve`);
  trouble.now = false;
  assert.deepEqual([failed.status, failed.body.execution_status], [200, 409], failed.text);
  assert.equal((await rowOf(workspace, id)).status, "failed");
  assert.deepEqual(await contactsOf(workspace), []);
});

test("an approval is locked while it is decided, so that it is decided once", async () => {
  const workspace = await frontdesk.workspace();
  const id = await holdCall(workspace, "POST", "/probe/locks", { name: "Locked" });
  assert.ok(!seen.locks.includes("relation approvals RowShareLock"), "not by asking");
  await workspace.call("POST", `/api/v1/approvals/${id}/approve`);
  assert.ok(seen.locks.includes("relation approvals RowShareLock"), seen.locks.join("\n"));
});

test("a key that expired since is not acted for", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await hold(workspace);
  const { api_key_id: keyId } = await rowOf(workspace, id);
  await frontdesk.app.database.system("authenticate", (kysely) =>
    kysely
      .updateTable("api_keys")
      .set({ expires_at: frontdesk.app.clock.now() })
      .where("id", "=", keyId)
      .execute(),
  );
  const answer = await workspace.call("POST", `/api/v1/approvals/${id}/approve`);
  assert.equal(answer.body.execution_status, 401);
  assert.deepEqual(await contactsOf(workspace), []);
});
