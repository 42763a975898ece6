import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { TestWorkspace } from "../../../testing/harness.ts";

const frontdesk = await startHarness();
const weekSeconds = 7 * 86_400;

async function hold(workspace: TestWorkspace): Promise<{ id: string }> {
  const key = await workspace.keyWith(["contacts:write"], "with-approval");
  const answer = await frontdesk.call("POST", "/api/v1/contacts", { key, body: { first_name: "Paul" } });
  assert.equal(answer.status, 202, answer.text);
  return { id: answer.body.data.approval_id as string };
}

const rowOf = (workspace: TestWorkspace, id: string) =>
  frontdesk.app.database.read(workspace.id, (db) =>
    db.from("approvals").selectAll().where("id", "=", id).executeTakeFirstOrThrow(),
  );

test("deciding about one leaves the others as they are", async () => {
  const workspace = await frontdesk.workspace();
  const [one, other] = [await hold(workspace), await hold(workspace)];
  await workspace.call("POST", `/api/v1/approvals/${one.id}/approve`);
  const left = await rowOf(workspace, other.id);
  assert.deepEqual([left.status, left.resolved_at, left.execution_result], ["pending", null, null]);
  await workspace.call("POST", `/api/v1/approvals/${other.id}/assign`, {
    primary_assignee_id: workspace.adminId,
  });
  assert.equal((await rowOf(workspace, one.id)).primary_assignee_id, null);
  assert.equal((await workspace.call("POST", `/api/v1/approvals/${workspace.adminId}/approve`)).status, 404);
});

test("only somebody who is active can be asked to decide", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await hold(workspace);
  const invited = await workspace.call("POST", "/api/v1/company/users/invite", {
    email: "later@example.com",
    role: "client_admin",
  });
  const body = { primary_assignee_id: invited.body.data.id };
  assert.equal((await workspace.call("POST", `/api/v1/approvals/${id}/assign`, body)).status, 400);
});

test("an approval waits for seven days, to the second", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await hold(workspace);
  const status = async () =>
    (await workspace.call("GET", `/api/v1/approvals/${id}`)).body.data.status as string;
  await frontdesk.advance(weekSeconds - 1);
  assert.equal(await status(), "pending");
  await frontdesk.advance(1);
  assert.equal(await status(), "expired");
  assert.equal((await workspace.call("POST", `/api/v1/approvals/${id}/reject`)).status, 409);
});
