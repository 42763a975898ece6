import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../../testing/harness.ts";
import { startHarness } from "../../../testing/harness.ts";
import { openDeals } from "../opportunities/test-deals.ts";
import type { TestDeals } from "../opportunities/test-deals.ts";

const frontdesk = await startHarness();

const logsOf = async ({ call }: TestDeals, id: string): Promise<Json[]> =>
  (await call("GET", `/data/crm-logs?entity_id=${id}`)).body.data;

const actionsOf = async (deals: TestDeals, id: string) => [
  ...new Set((await logsOf(deals, id)).map((row) => row.action)),
];

const preview = async ({ call }: TestDeals, type: string, ids: string[]): Promise<Json> => {
  const answer = await call("GET", `/deletions/preview?type=${type}&ids=${ids.join(",")}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data;
};

test("an activity or a task of two records outlives one of them, and the reference that goes is logged and told", async () => {
  const deals = await openDeals(frontdesk);
  const { call, make, events } = deals;
  const [contact, company] = [await deals.contact("Keep"), await deals.company("Co")];
  const { id: deal } = await deals.deal({ contact_id: contact });
  const about = { contact_id: contact, deal_id: deal };
  const call1 = await make("/activities", { activity_type: "call", subject: "s", ...about });
  const task = await make("/tasks", { title: "t", ...about });
  const note = await make("/activities", {
    activity_type: "note",
    subject: "n",
    contact_id: contact,
    customer_id: company,
  });
  assert.equal((await call("DELETE", `/opportunities/${deal}`)).status, 204);
  assert.equal((await call("POST", "/companies/bulk-delete", { ids: [company] })).body.data.deleted, 1);
  const shown = async (path: string) => (await call("GET", path)).body.data;
  const left = await shown(`/activities/${call1.id}`);
  assert.deepEqual([left.contact_id, left.deal_id], [contact, null]);
  assert.deepEqual(
    [(await shown(`/tasks/${task.id}`)).contact_id, (await shown(`/tasks/${task.id}`)).deal_id],
    [contact, null],
  );
  assert.equal((await shown(`/activities/${note.id}`)).customer_id, null);
  const [row] = await logsOf(deals, task.id);
  assert.deepEqual([row.action, row.field, row.old_value, row.new_value], ["updated", "deal_id", deal, null]);
  const [told] = await events("task.updated");
  assert.deepEqual(told?.payload._previous_values, { deal_id: deal });
  assert.equal((await events("activity.updated")).length, 2);
  // The contact is the last they belong to: they go with it, each by itself.
  assert.equal((await call("DELETE", `/contacts/${contact}`)).status, 204);
  for (const path of [`/activities/${call1.id}`, `/activities/${note.id}`, `/tasks/${task.id}`]) {
    assert.equal((await call("GET", path)).status, 404, path);
  }
  assert.deepEqual(await actionsOf(deals, task.id), ["deleted", "updated", "created"]);
  assert.equal((await events("activity.deleted")).length, 2);
  assert.equal((await events("task.deleted")).length, 1);
  const gone = (await logsOf(deals, contact)).find((one) => one.field === "deleted_with_it");
  assert.deepEqual(gone.old_value, { activity: 2, task: 1 });
});

test("an opportunity that loses its contact or its company says so", async () => {
  const deals = await openDeals(frontdesk);
  const { call, events } = deals;
  const [contact, company] = [await deals.contact("Ann"), await deals.company("Co")];
  const other = await deals.contact("Ben");
  const { id } = await deals.deal({ contact_id: contact, customer_id: company });
  await call("POST", `/opportunities/${id}/contacts/${other}`);
  await call("POST", `/contacts/${other}/employers/${company}`);
  const before = await preview(deals, "contact", [contact, other]);
  assert.deepEqual(before, {
    found: 2,
    deleted: { contact_employer: 1, opportunity_contact: 1 },
    cleared: { "opportunity.contact_id": 1 },
    refused: {},
  });
  assert.equal((await call("POST", "/contacts/bulk-delete", { ids: [contact] })).status, 200);
  assert.equal((await call("DELETE", `/companies/${company}`)).status, 204);
  const fields = (await logsOf(deals, id)).filter((row) => row.action === "updated").map((row) => row.field);
  assert.deepEqual(fields.toSorted(), ["contact_added", "contact_id", "customer_id"]);
  const changed = (await events("opportunity.updated")).map(({ payload }) => payload._changed_fields?.[0]);
  assert.deepEqual(changed, ["contacts", "contact_id", "customer_id"]);
  assert.equal((await events("contact.employer_unlinked")).length, 1);
  assert.equal((await call("DELETE", `/contacts/${other}`)).status, 204);
  assert.equal((await events("opportunity.updated")).at(-1)?.payload.contact_removed, other);
});

test("what a deletion takes along is said beforehand, and nothing is deleted by asking", async () => {
  const deals = await openDeals(frontdesk);
  const { call, make } = deals;
  const board = await deals.board();
  const { id } = await deals.deal({ stage_id: board.stages[0] });
  const product = await deals.product();
  const line = await make(`/opportunities/${id}/products`, { product_id: product });
  await make(`/opportunities/${id}/product-costs/${line.id}`, { unit_cost: 3 });
  await make("/work-orders", { deal_product_id: line.id, schedule_date: "2026-03-05" });
  await make("/tasks", { title: "t", deal_id: id });
  assert.deepEqual(await preview(deals, "opportunity", [id, id.toUpperCase(), product]), {
    found: 1,
    deleted: { card: 1, opportunity_product: 1, opportunity_product_cost: 1, task: 1, work_order: 1 },
    cleared: {},
    refused: {},
  });
  assert.deepEqual((await preview(deals, "opportunity_product", [line.id])).deleted, {
    opportunity_product_cost: 1,
    work_order: 1,
  });
  assert.deepEqual((await preview(deals, "product", [product])).cleared, {
    "opportunity_product.product_id": 1,
  });
  assert.deepEqual((await preview(deals, "stage", [board.stages[0] as string])).refused, {
    "card.stage_id": 1,
  });
  assert.equal((await call("GET", `/opportunities/${id}/products`)).body.data.length, 1);
  const stranger = await openDeals(frontdesk);
  assert.equal((await preview(stranger, "opportunity", [id])).found, 0);
  const key = await deals.workspace.keyWith(["contacts:read"]);
  const weak = await call("GET", `/deletions/preview?type=opportunity&ids=${id}`, undefined, key);
  assert.equal(weak.status, 403);
});

test("a product line's work orders and costs go with it, each told", async () => {
  const deals = await openDeals(frontdesk);
  const { call, make, events } = deals;
  const { id } = await deals.deal();
  const line = await make(`/opportunities/${id}/products`, { product_id: await deals.product() });
  const order = await make("/work-orders", { deal_product_id: line.id, schedule_date: "2026-03-05" });
  assert.equal((await call("DELETE", `/opportunities/${id}/products/${line.id}`)).status, 204);
  assert.equal((await call("GET", `/work-orders/${order.id}`)).status, 404);
  assert.deepEqual(await actionsOf(deals, order.id), ["deleted", "created"]);
  assert.equal((await events("work_order.deleted")).length, 1);
  assert.equal((await events("opportunity_product.deleted")).length, 1);
});

test("a pipeline that holds opportunities is kept until it is said what becomes of them", async () => {
  const deals = await openDeals(frontdesk);
  const { call, events } = deals;
  const board = await deals.board();
  const { id } = await deals.deal({ stage_id: board.stages[0] });
  const refused = await call("DELETE", `/pipelines/${board.id}`);
  assert.deepEqual([refused.status, refused.body.error.details.deal_count], [409, 1]);
  assert.match(refused.body.error.fix, /remove_cards=true/);
  assert.equal((await call("DELETE", `/pipelines/${board.id}?remove_cards=true`)).status, 204);
  assert.deepEqual((await call("GET", `/opportunities/${id}`)).body.data.placements, []);
  const told = (await events("opportunity.updated")).map(({ payload }) => payload);
  assert.deepEqual(told[0]?._previous_values, { pipeline_id: board.id, stage_id: board.stages[0] });
  assert.equal((await events("stage.deleted")).length, 3);
  const log = (await logsOf(deals, id)).filter((row) => row.field === "stage_id" && row.action === "updated");
  assert.deepEqual(
    log.map((row) => row.new_value),
    [null],
  );
});

test("what somebody who leaves had still to do is nobody's, and what they did stays theirs", async () => {
  const deals = await openDeals(frontdesk);
  const { call, make, events } = deals;
  const invited = await make("/company/users/invite", {
    email: "gone@example.com",
    role: "client_editor",
  });
  const user = invited.id as string;
  const open = await make("/tasks", { title: "open", assigned_to: user });
  const done = await make("/tasks", { title: "done", assigned_to: user });
  await call("PATCH", `/tasks/${done.id}`, { status: "completed" });
  const [running, won] = [await deals.deal({ assigned_to: user }), await deals.deal({ assigned_to: user })];
  await call("PATCH", `/opportunities/${won.id}`, { status: "won" });
  const line = await make(`/opportunities/${running.id}/products`, { product_id: await deals.product() });
  const order = await make("/work-orders", {
    deal_product_id: line.id,
    schedule_date: "2026-03-05",
    assigned_to: user,
  });
  assert.equal((await call("DELETE", `/company/users/${user}`)).status, 204);
  const assignee = async (path: string) => (await call("GET", path)).body.data.assigned_to;
  assert.deepEqual(
    [
      await assignee(`/tasks/${open.id}`),
      await assignee(`/tasks/${done.id}`),
      await assignee(`/work-orders/${order.id}`),
    ],
    [null, user, null],
  );
  const [row] = await logsOf(deals, open.id);
  assert.deepEqual([row.field, row.old_value, row.new_value], ["assigned_to", user, null]);
  assert.equal((await events("work_order.updated")).length, 1);
  assert.equal((await events("opportunity.updated")).at(-1)?.payload.user_removed, user);
  const users = async (id: string) => (await call("GET", `/opportunities/${id}/users`)).body.data.length;
  assert.deepEqual([await users(running.id), await users(won.id)], [0, 1]);
});
