import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../../testing/harness.ts";
import { keyOf, seedOf } from "../testing.ts";
import { templates } from "./templates.ts";
import { addCard, base, create, fieldOf, read } from "./test-dashboards.ts";
import type { Dashboard } from "./test-dashboards.ts";

const frontdesk = await startHarness();

test("workspace.create_report_dashboard workspace.create_report_dashboard#0 a dashboard needs a name, or a template that has one", async () => {
  const workspace = await frontdesk.workspace();
  for (const body of [{}, { description: "Nameless" }, { name: " " }]) {
    const answer = await workspace.call("POST", base, body);
    assert.equal(answer.status, 400);
    assert.equal(fieldOf(answer), "name");
  }
  const plain = await create(workspace, { name: " Mine ", description: "" });
  assert.deepEqual([plain.name, plain.template, plain.cards], ["Mine", null, []]);
  assert.equal((await create(workspace, { template: "pipeline_health" })).name, "Pipeline health");
  assert.equal((await create(workspace, { template: "pipeline_health", name: "Ours" })).name, "Ours");
  assert.equal((await workspace.call("POST", base, { template: "magic" })).status, 400);
});

test("workspace.create_report_dashboard#1 every card of every template answers its query", async () => {
  const workspace = await frontdesk.workspace();
  const seed = seedOf(frontdesk, workspace);
  const { stages } = await seed.pipeline("Sales", ["New"]);
  const users = [await seed.member("Ann")];
  await seed.deal({ value: 5000, stages, users, source: "Google", status: "lost", lostReasons: ["price"] });
  await seed.deal({
    value: 5000,
    stages,
    users,
    status: "won",
    wonAt: "2026-03-01T12:00:00Z",
    lines: [{ name: "Tap", price: 10 }],
  });
  await seed.deal({ stages, users });
  await seed.task({ dueDate: "2026-02-01" });
  await seed.task({ status: "completed", completedAt: "2026-03-02T08:00:00Z" });
  for (const template of templates) {
    const { cards } = await create(workspace, { template: template.key });
    assert.deepEqual(
      cards.map((card) => card.title),
      template.cards.map((card) => card.title),
    );
    for (const card of cards) {
      const answer = await workspace.call("POST", "/api/v1/reports/query", card.query_spec);
      assert.equal(answer.status, 200, `${template.key} ${card.title}: ${answer.text}`);
      assert.ok(answer.body.data.length > 0, `${template.key} ${card.title} has rows`);
    }
  }
});

test("workspace.create_report_dashboard#2 a pipeline scopes every card of the template", async () => {
  const workspace = await frontdesk.workspace();
  const seed = seedOf(frontdesk, workspace);
  const mine = await seed.pipeline("Mine", ["New"]);
  const other = await seed.pipeline("Other", ["New"]);
  const dealId = await seed.deal({ name: "Theirs", value: 5000, stages: other.stages, source: "Google" });
  await seed.task({ dealId, dueDate: "2026-02-01" });
  for (const template of templates) {
    const { cards } = await create(workspace, { template: template.key, pipeline_id: mine.id });
    for (const card of cards) {
      const { body } = await workspace.call("POST", "/api/v1/reports/query", card.query_spec);
      const numbers = (body.data as object[]).flatMap((row) => Object.values(row)).filter((value) => value);
      assert.deepEqual(numbers, [], `${template.key} ${card.title}`);
    }
  }
  const stranger = seedOf(frontdesk, await frontdesk.workspace());
  const { id: foreign } = await stranger.pipeline("Foreign", ["New"]);
  const answer = await workspace.call("POST", base, { template: "marketing_roi", pipeline_id: foreign });
  assert.equal(answer.status, 400);
  assert.equal(fieldOf(answer), "pipeline_id");
});

test("workspace.create_report_dashboard#3 workspace.create_report_dashboard#4 everybody sees a dashboard unless it is restricted; to arrange them takes reading deals, and more than reading", async () => {
  const workspace = await frontdesk.workspace();
  const key = await workspace.keyWith(["opportunities:read", "opportunities:write"]);
  const answer = await frontdesk.call("POST", base, { key, body: { name: "Open" } });
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.body.data.visibility, "all_users");
  assert.equal((await create(workspace, { name: "B", visibility: "restricted" })).visibility, "restricted");
  assert.equal((await workspace.call("POST", base, { name: "C", visibility: "secret" })).status, 400);
  for (const scopes of [["opportunities:read"], ["opportunities:write"], ["contacts:read"]]) {
    const poor = await workspace.keyWith(scopes);
    assert.equal(
      (await frontdesk.call("POST", base, { key: poor, body: { name: "D" } })).status,
      403,
      scopes[0],
    );
  }
});

test("workspace.create_report_dashboard#5 workspace.list_report_dashboards a restricted dashboard is there for those it was opened to, and for nobody else", async () => {
  const workspace = await frontdesk.workspace();
  const seed = seedOf(frontdesk, workspace);
  const people = {
    maker: await seed.member("Maker"),
    user: await seed.member("User"),
    viewer: await seed.member("Viewer", "client_viewer"),
    stranger: await seed.member("Stranger"),
  };
  const keys = {} as Record<keyof typeof people, string>;
  for (const [name, id] of Object.entries(people)) {
    keys[name as keyof typeof people] = await keyOf(frontdesk, workspace, id);
  }
  const open = await create(workspace, { name: "Open" });
  const as = (who: keyof typeof people, method: string, path: string, body?: object) =>
    frontdesk.call(method, path, { key: keys[who], ...(body ? { body } : {}) });
  const made = await as("maker", "POST", base, { template: "sales_overview", visibility: "restricted" });
  const { id, cards } = made.body.data as Dashboard;
  const cardId = cards[0]?.id ?? "";
  const seen = async (who: keyof typeof people) => {
    const listed = (await as(who, "GET", base)).body.data.map((row: Dashboard) => row.id) as string[];
    const got = (await as(who, "GET", `${base}/${id}`)).status === 200;
    assert.equal(listed.includes(id), got);
    assert.ok(listed.includes(open.id));
    return got;
  };
  assert.deepEqual(
    [await seen("maker"), await seen("user"), await seen("viewer"), await seen("stranger")],
    [true, false, false, false],
  );
  await as("maker", "POST", `${base}/${id}/acl`, { principal_type: "user", principal_id: people.user });
  const role = await as("maker", "POST", `${base}/${id}/acl`, {
    principal_type: "role",
    principal_id: "client_viewer",
  });
  assert.deepEqual([await seen("user"), await seen("viewer"), await seen("stranger")], [true, true, false]);
  for (const [method, path, body] of [
    ["PATCH", `${base}/${id}`, { visibility: "all_users" }],
    ["DELETE", `${base}/${id}`],
    ["GET", `${base}/${id}/acl`],
    ["POST", `${base}/${id}/acl`, { principal_type: "role", principal_id: "client_editor" }],
    ["POST", `${base}/${id}/cards`, { title: "Mine" }],
    ["PUT", `${base}/${id}/reorder`, { card_ids: [] }],
    ["PATCH", `/api/v1/report-cards/${cardId}`, { title: "Mine" }],
    ["DELETE", `/api/v1/report-cards/${cardId}`],
    ["DELETE", `${base}/acl/${role.body.data.id as string}`],
  ] as const) {
    const answer = await as("stranger", method, path, body);
    assert.equal(answer.status, 404, `${method} ${path}: ${answer.text}`);
  }
  assert.equal((await as("maker", "DELETE", `${base}/acl/${role.body.data.id as string}`)).status, 204);
  assert.equal(await seen("viewer"), false);
  // The business' own key, which acts for nobody, sees everything.
  assert.equal((await workspace.call("GET", `${base}/${id}`)).status, 200);
});

test("workspace.list_report_dashboards newest first, a page at a time, and only the workspace's own", async () => {
  const [workspace, other] = [await frontdesk.workspace(), await frontdesk.workspace()];
  await create(other, { name: "Theirs" });
  const made: string[] = [];
  for (const name of ["A", "B", "C"]) made.unshift((await create(workspace, { name })).id);
  const first = await workspace.call("GET", `${base}?limit=2`);
  assert.deepEqual(
    first.body.data.map((row: Dashboard) => row.id),
    made.slice(0, 2),
  );
  assert.equal(first.body.data[0].cards, undefined);
  const next = await workspace.call("GET", `${base}?cursor=${first.body.pagination.next_cursor as string}`);
  assert.deepEqual(
    next.body.data.map((row: Dashboard) => row.id),
    made.slice(2),
  );
});

test("workspace.list_report_templates workspace.list_report_templates#0 the four templates, each with its cards", async () => {
  const workspace = await frontdesk.workspace();
  const { body } = await workspace.call("GET", "/api/v1/reports/templates");
  assert.deepEqual(
    body.data.map((template: { key: string }) => template.key),
    ["sales_overview", "staff_accountability", "pipeline_health", "marketing_roi"],
  );
  for (const template of body.data) assert.ok(template.cards.length >= 5 && template.name);
});

test("workspace.list_report_sources workspace.list_report_sources#0 each source with its measures, dimensions and filters; client is virtual", async () => {
  const workspace = await frontdesk.workspace();
  const { body } = await workspace.call("GET", "/api/v1/reports/sources");
  const [deals, tasks] = body.data;
  assert.deepEqual([deals.source, tasks.source, body.data.length], ["deals", "tasks", 2]);
  const names = (list: { field: string }[]) => list.map(({ field }) => field);
  assert.deepEqual(names(deals.measures), ["id", "value", "products_total_value", "product_count"]);
  assert.deepEqual(deals.measures[0].aggregations, ["count"]);
  assert.deepEqual(
    names(tasks.dimensions),
    "status priority category assignee_name deal_name contact_name is_overdue client".split(" "),
  );
  assert.deepEqual(names(deals.time_dimensions), ["deal_created_at", "won_at", "lost_at", "placed_at"]);
  const virtual = tasks.dimensions.filter((field: { virtual: boolean }) => field.virtual);
  assert.deepEqual(names(virtual), ["client"]);
  assert.ok(!names(tasks.filters).includes("client") && names(tasks.filters).includes("contact_name"));
  const value = deals.filters.find((field: { field: string }) => field.field === "value");
  assert.deepEqual(value.operators, [
    "eq",
    "neq",
    "gt",
    "gte",
    "lt",
    "lte",
    "in",
    "not_in",
    "is_null",
    "is_not_null",
  ]);
});

test("workspace.get_report_dashboard workspace.get_report_dashboard#0 a dashboard comes with its cards, each whole", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await create(workspace, { name: "A" });
  const query_spec = {
    source: "tasks",
    measures: [{ field: "id" }],
    dimensions: ["status"],
    order_by: { field: "status" },
  };
  const display_config = { columns: ["status", { key: "count_id", label: "How many" }], color: "teal" };
  const card = { title: "Tasks", visualization_type: "table", size: "lg", query_spec, display_config };
  const made = await addCard(workspace, id, card);
  const [got] = (await read(workspace, id)).cards;
  assert.deepEqual(got, made);
  for (const [name, value] of Object.entries({ ...card, position: 0 })) assert.deepEqual(got?.[name], value);
});

test("workspace.update_report_dashboard workspace.update_report_dashboard#0 only what is sent changes; lifting the restriction keeps the grants", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await create(workspace, { name: "A", description: "Before", visibility: "restricted" });
  const grant = { principal_type: "role", principal_id: "client_viewer" };
  assert.equal((await workspace.call("POST", `${base}/${id}/acl`, grant)).status, 201);
  const renamed = (await workspace.call("PATCH", `${base}/${id}`, { name: "B" })).body.data;
  assert.deepEqual([renamed.name, renamed.description, renamed.visibility], ["B", "Before", "restricted"]);
  const lifted = (await workspace.call("PATCH", `${base}/${id}`, { visibility: "all_users" })).body.data;
  assert.deepEqual([lifted.name, lifted.visibility], ["B", "all_users"]);
  assert.equal((await workspace.call("GET", `${base}/${id}/acl`)).body.data.length, 1);
  assert.equal(
    (await workspace.call("PATCH", `${base}/${id}`, { description: null })).body.data.description,
    null,
  );
  assert.equal((await workspace.call("PATCH", `${base}/${id}`, { visibility: "none" })).status, 400);
  assert.equal((await workspace.call("PATCH", `${base}/${id}`, { template: "marketing_roi" })).status, 400);
});

test("workspace.delete_report_dashboard workspace.delete_report_dashboard#0 a dashboard goes with its cards and its grants", async () => {
  const workspace = await frontdesk.workspace();
  const { id, cards } = await create(workspace, { template: "sales_overview", visibility: "restricted" });
  await workspace.call("POST", `${base}/${id}/acl`, {
    principal_type: "role",
    principal_id: "client_viewer",
  });
  assert.equal((await workspace.call("DELETE", `${base}/${id}`)).status, 204);
  assert.equal((await workspace.call("GET", `${base}/${id}`)).status, 404);
  assert.equal((await workspace.call("DELETE", `${base}/${id}`)).status, 404);
  const card = cards[0]?.id ?? "";
  assert.equal((await workspace.call("PATCH", `/api/v1/report-cards/${card}`, { title: "x" })).status, 404);
  const left = await frontdesk.app.database.read(workspace.id, async (db) => [
    ...(await db.from("report_cards").select("id").execute()),
    ...(await db.from("report_dashboard_acl").select("id").execute()),
  ]);
  assert.deepEqual(left, []);
});

test("workspace.list_report_dashboard_acl workspace.list_report_dashboard_acl#0 workspace.grant_report_dashboard_acl workspace.grant_report_dashboard_acl#0 a grant names a user or a role; granting twice is granting once", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await create(workspace, { name: "A", visibility: "restricted" });
  const path = `${base}/${id}/acl`;
  const grant = (principal_type: string, principal_id: string) =>
    workspace.call("POST", path, { principal_type, principal_id });
  const user = await grant("user", workspace.adminId);
  assert.deepEqual(
    [user.status, user.body.data.user_id, user.body.data.role_name],
    [201, workspace.adminId, null],
  );
  for (const role of ["client_admin", "client_editor", "client_viewer"]) {
    const { data } = (await grant("role", role)).body;
    assert.deepEqual([data.user_id, data.role_name], [null, role]);
  }
  const twice = await Promise.all([
    grant("user", workspace.adminId),
    grant("role", "client_admin"),
    grant("role", "client_admin"),
  ]);
  for (const answer of twice) assert.equal(answer.status, 201, answer.text);
  const { data } = (await workspace.call("GET", path)).body;
  assert.equal(data.length, 4);
  for (const entry of data) assert.ok((entry.user_id === null) !== (entry.role_name === null));
  const stranger = await frontdesk.workspace();
  for (const [type, name] of [
    ["user", "client_admin"],
    ["user", stranger.adminId],
    ["role", "owner"],
    ["role", workspace.adminId],
  ] as const) {
    const answer = await grant(type, name);
    assert.equal(answer.status, 400);
    assert.equal(fieldOf(answer), "principal_id");
  }
  assert.equal((await grant("group", "client_admin")).status, 400);
});

test("workspace.grant_report_dashboard_acl#1 a dashboard everybody sees is not opened to anybody: it must be restricted first", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await create(workspace, { name: "A" });
  const grant = () =>
    workspace.call("POST", `${base}/${id}/acl`, { principal_type: "role", principal_id: "client_viewer" });
  const refused = await grant();
  assert.equal(refused.status, 409);
  assert.match(refused.body.error.fix, /restricted/);
  await workspace.call("PATCH", `${base}/${id}`, { visibility: "restricted" });
  assert.equal((await grant()).status, 201);
});
