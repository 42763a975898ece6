import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { startHarness } from "../../../testing/harness.ts";
import type { Answer, TestWorkspace } from "../../../testing/harness.ts";
import { addDeal } from "../test-crm.ts";

const frontdesk = await startHarness();
const path = "/api/v1/tasks";
const absent = "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b";
const daySeconds = 86_400;

type Row = Record<string, unknown> & { id: string; title: string };

const fieldOf = (answer: Answer) => answer.body.error.details.fields[0].field as string;

async function add(workspace: TestWorkspace, title: string, body: object = {}): Promise<Row> {
  const answer = await workspace.call("POST", path, { title, ...body });
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data as Row;
}

const titles = async (workspace: TestWorkspace, query = "") => {
  const answer = await workspace.call("GET", `${path}${query}`);
  assert.equal(answer.status, 200, answer.text);
  return (answer.body.data as Row[]).map((row) => row.title);
};

test("workspace.create_task#0 a title is all a task needs", async () => {
  const workspace = await frontdesk.workspace();
  const made = await add(workspace, "  Order the boiler ");
  const { id: _i, position: _p, created_at: _c, updated_at: _u, ...rest } = made;
  assert.deepEqual(rest, {
    title: "Order the boiler",
    description: null,
    status: "open",
    priority: "medium",
    category_id: null,
    category: null,
    due_date: null,
    is_overdue: false,
    completed_at: null,
    deal_id: null,
    contact_id: null,
    assigned_to: null,
  });
  for (const body of [{}, { title: "" }, { title: "  " }, { title: null }]) {
    const answer = await workspace.call("POST", path, body);
    assert.deepEqual([answer.status, fieldOf(answer)], [400, "title"]);
  }
});

test("a task names its deal, contact, member, category and day; what is not there is refused by field", async () => {
  const workspace = await frontdesk.workspace();
  const contact = await workspace.call("POST", "/api/v1/contacts", { first_name: "Ann" });
  const links = {
    deal_id: await addDeal({ frontdesk, workspace }),
    contact_id: contact.body.data.id as string,
    assigned_to: workspace.adminId,
  };
  const category = await workspace.call("POST", `${path}/categories`, { name: "Follow-up" });
  const full = {
    ...links,
    category: "follow-UP",
    due_date: "2026-03-05",
    priority: "high",
    description: "By phone",
  };
  const made = await add(workspace, "Call", full);
  for (const [name, value] of Object.entries({ ...full, category: "Follow-up" }))
    assert.equal(made[name], value, name);
  assert.equal(made["category_id"], category.body.data.id);
  const done = await add(workspace, "Done before it was written down", { status: "completed" });
  assert.equal(done["completed_at"], frontdesk.app.clock.now().toISOString());
  for (const [field, value] of [
    ["deal_id", absent],
    ["contact_id", links.deal_id],
    ["assigned_to", absent],
    ["category", "Nobody's"],
    ["category_id", absent],
    ["due_date", "2026-02-30"],
    ["due_date", "0000-01-01"],
    ["due_date", "tomorrow"],
    ["priority", "urgent"],
    ["status", "done"],
    ["completed_at", "2026-01-01T00:00:00Z"],
  ] as const) {
    const answer = await workspace.call("POST", path, { title: "T", [field]: value });
    assert.deepEqual([answer.status, fieldOf(answer)], [400, field], answer.text);
  }
  const unknown = await workspace.call("POST", path, { title: "T", category: "Nobody's" });
  assert.match(unknown.body.error.fix, /Follow-up/);
  const both = { title: "T", category: "Follow-up", category_id: category.body.data.id };
  assert.equal(fieldOf(await workspace.call("POST", path, both)), "category");
});

test("completing stamps the moment, opening again clears it; what is not sent stays", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, "Call", { due_date: "2026-03-02" });
  const patch = async (body: object) => (await workspace.call("PATCH", `${path}/${id}`, body)).body.data;
  await frontdesk.advance(60);
  const completedAt = frontdesk.app.clock.now().toISOString();
  const done = await patch({ status: "completed" });
  assert.deepEqual([done.status, done.completed_at, done.due_date], ["completed", completedAt, "2026-03-02"]);
  await frontdesk.advance(60);
  assert.equal((await patch({ status: "completed", title: "Called" })).completed_at, completedAt);
  assert.equal((await patch({ status: "open" })).completed_at, null);
  assert.equal((await patch({ due_date: null })).due_date, null);
  assert.equal(fieldOf(await workspace.call("PATCH", `${path}/${id}`, { rank: "a0" })), "rank");
  const events = await frontdesk.app.database.read(workspace.id, (db) =>
    db.from("events").selectAll().where("type", "=", "task.updated").orderBy("position").execute(),
  );
  assert.deepEqual(events[0]?.payload["_changed_fields"], ["status", "completed_at"]);
  assert.deepEqual(events[0]?.payload["_previous_values"], { status: "open", completed_at: null });
});

test("in their order, by status, priority, member, deal, contact and category", async () => {
  const workspace = await frontdesk.workspace();
  const contact = (await workspace.call("POST", "/api/v1/contacts", { first_name: "Ann" })).body.data.id;
  const deal = await addDeal({ frontdesk, workspace });
  const category = (await workspace.call("POST", `${path}/categories`, { name: "Orders" })).body.data.id;
  await add(workspace, "A", { status: "completed", priority: "low", deal_id: deal });
  await add(workspace, "B", { contact_id: contact, category: "orders" });
  await add(workspace, "C", { assigned_to: workspace.adminId, priority: "high", category_id: category });
  assert.deepEqual(await titles(workspace), ["A", "B", "C"]);
  for (const [query, expected] of [
    ["status=open", ["B", "C"]],
    ["status=completed", ["A"]],
    ["priority=high", ["C"]],
    [`assigned_to=${workspace.adminId}`, ["C"]],
    [`deal_id=${deal}`, ["A"]],
    [`contact_id=${contact}`, ["B"]],
    ["category=ORDERS", ["B", "C"]],
    [`category=${category}`, ["B", "C"]],
    [`category=${category}&status=open&priority=medium`, ["B"]],
    ["category=none", []],
  ] as const) {
    assert.deepEqual(await titles(workspace, `?${query}`), expected, query);
  }
  const first = await workspace.call("GET", `${path}?limit=2`);
  assert.deepEqual(await titles(workspace, `?limit=2&after=${first.body.pagination.next_cursor}`), ["C"]);
  for (const wrong of ["status=done", "due_before=soon", "due_after=0000-01-01", "is_overdue=maybe"]) {
    assert.equal((await workspace.call("GET", `${path}?${wrong}`)).status, 400, wrong);
  }
});

test("a task is overdue from the first moment of the day after, on the company's own wall", async () => {
  const workspace = await frontdesk.workspace({ timeZone: "Australia/Sydney" });
  const day = frontdesk.app.clock.now().toISOString().slice(0, 10);
  const next = new Date(frontdesk.app.clock.now().getTime() + daySeconds * 1000).toISOString().slice(0, 10);
  await add(workspace, "Due", { due_date: day });
  await add(workspace, "Later", { due_date: next });
  await add(workspace, "Done", { due_date: day, status: "completed" });
  await add(workspace, "Whenever");
  assert.deepEqual(await titles(workspace, `?due_before=${next}`), ["Due", "Done"]);
  assert.deepEqual(await titles(workspace, `?due_after=${day}`), ["Later"]);
  assert.deepEqual(await titles(workspace, "?is_overdue=true"), []);
  // 09:00 in London is 20:00 in Sydney: four hours on, that day is over there and not yet here.
  await frontdesk.advance(4.5 * 3600);
  assert.deepEqual(await titles(workspace, "?is_overdue=true"), ["Due"]);
  assert.deepEqual(await titles(workspace, "?is_overdue=false"), ["Later", "Done", "Whenever"]);
  const rows = (await workspace.call("GET", path)).body.data as Row[];
  assert.deepEqual(
    rows.map((row) => row["is_overdue"]),
    [true, false, false, false],
  );
});

test("one task is read and deleted", async () => {
  const workspace = await frontdesk.workspace();
  const made = await add(workspace, "Call");
  assert.deepEqual((await workspace.call("GET", `${path}/${made.id}`)).body.data, made);
  assert.equal((await workspace.call("DELETE", `${path}/${made.id}`)).status, 204);
  assert.equal((await workspace.call("GET", `${path}/${made.id}`)).status, 404);
});

test("workspace.create_task_category#0 categories are named once and listed in their order", async () => {
  const workspace = await frontdesk.workspace();
  const create = (body: object) => workspace.call("POST", `${path}/categories`, body);
  assert.equal(fieldOf(await create({ color: "red" })), "name");
  assert.equal(fieldOf(await create({ name: " " })), "name");
  const orders = await create({ name: "Orders", color: "#3b82f6" });
  assert.equal(orders.status, 201, orders.text);
  assert.deepEqual([orders.body.data.color, orders.body.data.position], ["#3b82f6", 0]);
  await create({ name: "Calls" });
  const listed = await workspace.call("GET", `${path}/categories`);
  assert.deepEqual(
    listed.body.data.map((row: { name: string }) => row.name),
    ["Orders", "Calls"],
  );
  assert.equal((await create({ name: "orders" })).status, 409);
  const crowd = await Promise.all(Array.from({ length: 6 }, () => create({ name: "Rush" })));
  assert.deepEqual(crowd.map((one) => one.status).sort(), [201, 409, 409, 409, 409, 409]);
});

test("a category is renamed and deleted; its tasks stay", async () => {
  const workspace = await frontdesk.workspace();
  const category = (await workspace.call("POST", `${path}/categories`, { name: "Orders" })).body.data.id;
  const { id } = await add(workspace, "Call", { category: "Orders" });
  const at = `${path}/categories/${category}`;
  const renamed = await workspace.call("PATCH", at, { name: "Purchases", position: 4 });
  assert.deepEqual([renamed.body.data.name, renamed.body.data.position], ["Purchases", 4]);
  assert.equal(
    (await workspace.call("PATCH", at, { name: "PURCHASES" })).status,
    200,
    "its own name is free",
  );
  assert.equal((await workspace.call("GET", `${path}/${id}`)).body.data.category, "PURCHASES");
  assert.equal((await workspace.call("DELETE", at)).status, 204);
  const task = (await workspace.call("GET", `${path}/${id}`)).body.data;
  assert.deepEqual([task.category_id, task.category], [null, null]);
  assert.equal((await workspace.call("DELETE", at)).status, 404);
});

test("workspace.reorder_tasks#0 tasks take the order of their ids; those not named keep their place", async () => {
  const workspace = await frontdesk.workspace();
  const ids = new Map<string, string>();
  for (const title of ["A", "B", "C", "D", "E"]) ids.set(title, (await add(workspace, title)).id);
  const reorder = (order: unknown) => workspace.call("POST", `${path}/reorder`, { order });
  const byTitle = (...wanted: string[]) => wanted.map((title) => ids.get(title));
  const all = await reorder(byTitle("E", "D", "C", "B", "A"));
  assert.deepEqual([all.status, all.body.data], [200, { success: true, moved: 4 }]);
  assert.deepEqual(await titles(workspace), ["E", "D", "C", "B", "A"]);
  await reorder(byTitle("A", "E"));
  assert.deepEqual(await titles(workspace), ["A", "D", "C", "B", "E"]);
  assert.equal((await reorder(byTitle("A", "D"))).body.data.moved, 0);
  await add(workspace, "F");
  assert.equal((await titles(workspace)).at(-1), "F");
  const theirs = (await add(await frontdesk.workspace(), "T")).id;
  for (const [order, field] of [
    [[], "order"],
    ["A", "order"],
    [[ids.get("A"), theirs], "order.1"],
    [[absent], "order.0"],
    [["x"], "order.0"],
    [byTitle("A", "A"), "order.1"],
  ] as const) {
    const answer = await reorder(order);
    assert.deepEqual([answer.status, fieldOf(answer)], [400, field], answer.text);
  }
  const moved = await frontdesk.app.database.read(workspace.id, (db) =>
    db.from("events").selectAll().where("record_id", "=", ids.get("A")!).orderBy("position").execute(),
  );
  assert.deepEqual(moved.at(-1)?.payload["_changed_fields"], ["position"]);
});

test("orders that meet come one after the other: one of them holds, and no two tasks share a place", async () => {
  const workspace = await frontdesk.workspace();
  const ids: string[] = [];
  for (const title of ["A", "B", "C", "D"]) ids.push((await add(workspace, title)).id);
  const orders = ids.map((_, turn) => [...ids.slice(turn), ...ids.slice(0, turn)]);
  const wanted = [...orders, ...orders].map((order) => workspace.call("POST", `${path}/reorder`, { order }));
  for (const answer of await Promise.all(wanted)) assert.equal(answer.status, 200, answer.text);
  const rows = (await workspace.call("GET", path)).body.data as Row[];
  const now = rows.map((row) => row.id);
  assert.ok(
    orders.some((order) => order.join() === now.join()),
    "the list stands in one of the orders",
  );
  assert.equal(new Set(rows.map((row) => row["position"])).size, ids.length);
});

test("tasks added at the same moment are parted when they are put into an order", async () => {
  const workspace = await frontdesk.workspace();
  await Promise.all(["A", "B", "C", "D"].map((title) => add(workspace, title)));
  // Whether or not the race was lost above: three of them at one place, and one right after.
  await frontdesk.app.database.transaction(workspace.id, (db) =>
    db.raw(
      sql`update tasks set rank = case title when 'D' then 'a1' else 'a0' end where workspace_id = ${workspace.id}`,
    ),
  );
  const rows = (await workspace.call("GET", path)).body.data as Row[];
  const at = (title: string) => rows.find((row) => row.title === title)!.id;
  const answer = await workspace.call("POST", `${path}/reorder`, { order: [at("C"), at("B"), at("A")] });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(await titles(workspace), ["C", "B", "A", "D"]);
});
