import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { TestWorkspace } from "../../../testing/harness.ts";

const frontdesk = await startHarness();
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
