import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../../testing/harness.ts";
import { keyOf, seedOf } from "../testing.ts";
import { ask, count, refused, shop, total } from "./test-questions.ts";

const frontdesk = await startHarness();
const path = "/api/v1/reports/query";

test("workspace.query_report#5 every operator keeps what it says", async () => {
  const workspace = await frontdesk.workspace();
  const { big, sales } = await shop(frontdesk, workspace);
  const names = async (...filters: object[]) => {
    const spec = {
      source: "deals",
      mode: "drilldown",
      dimensions: ["name"],
      order_by: { field: "name" },
      filters,
    };
    return (await ask(workspace, spec)).map((row) => row["name"]).join(" ");
  };
  const has = (field: string, operator: string, value?: unknown) => ({
    field,
    operator,
    ...(value === undefined ? {} : { value }),
  });
  assert.equal(await names(has("status", "eq", "won")), "Big");
  assert.equal(await names(has("lead_source", "neq", "Google")), "Small");
  assert.equal(await names(has("value", "gt", 200)), "Big");
  assert.equal(await names(has("value", "gte", 200)), "Big Small");
  assert.equal(await names(has("value", "lt", 1000.5)), "Small");
  assert.equal(await names(has("value", "lte", 1000.5)), "Big Small");
  assert.equal(await names({ field: "status", operator: "in", values: ["won", "lost"] }), "Bare Big");
  assert.equal(await names(has("status", "not_in", ["won", "lost"])), "Small");
  assert.equal(await names(has("name", "like", "b%")), "Bare Big");
  assert.equal(await names(has("name", "like", "100\\")), "");
  assert.equal(await names(has("name", "contains", "AL")), "Small");
  assert.equal(await names(has("name", "contains", "%")), "");
  assert.equal(await names(has("lead_source", "is_null")), "Small");
  assert.equal(await names(has("lead_source", "is_not_null")), "Bare Big");
  assert.equal(await names(has("id", "eq", big)), "Big");
  // Lists: one of the values will do; none of them must be there.
  assert.equal(
    await names(has("won_reasons", "contains", "speed"), has("won_reasons", "contains", "price")),
    "Big",
  );
  assert.equal(await names(has("won_reasons", "neq", "price")), "Bare Small");
  assert.equal(await names(has("won_reasons", "is_null")), "Bare Small");
  assert.equal(await names(has("product_names", "in", ["Tap", "Sink"])), "Big");
  // A card is judged whole: Big stands in New, but not in New of Sales.
  assert.equal(await names(has("stage_name", "eq", "New")), "Big Small");
  assert.equal(await names(has("stage_name", "eq", "New"), has("pipeline_id", "eq", sales.id)), "Small");
  assert.equal(await names(has("assigned_user_name", "is_null")), "Bare");
  // Big has a card in Sales beside the other one.
  assert.equal(await names(has("pipeline_name", "neq", "Sales")), "Bare");
});

test("workspace.query_report#5 a filter that does not fit its field is told by its place", async () => {
  const workspace = await frontdesk.workspace();
  const wrong = (filter: object, field: string) =>
    refused(
      workspace,
      { source: "deals", filters: [{ field: "status", operator: "is_null" }, filter] },
      field,
    );
  for (const value of ["100", true])
    await wrong({ field: "value", operator: "gt", value }, "filters.1.value");
  await wrong({ field: "status", operator: "eq", value: "opened" }, "filters.1.value");
  await wrong({ field: "lead_source", operator: "eq", value: 5 }, "filters.1.value");
  await wrong({ field: "won_at", operator: "gt", value: "yesterday evening" }, "filters.1.value");
  await wrong({ field: "won_at", operator: "gt", value: "2026-02-30" }, "filters.1.value");
  await wrong({ field: "pipeline_id", operator: "eq", value: "Sales" }, "filters.1.value");
  await wrong({ field: "value", operator: "in", values: [1, "2"] }, "filters.1.values.1");
  await wrong({ field: "value", operator: "gt" }, "filters.1.value");
  await wrong({ field: "value", operator: "in" }, "filters.1.values");
  await wrong({ field: "status", operator: "eq", value: ["won"] }, "filters.1.value");
  await wrong({ field: "value", operator: "like", value: "1%" }, "filters.1.operator");
  await wrong({ field: "value", operator: "between", value: 1 }, "filters.1.operator");
  const unknown = await wrong({ field: "nope", operator: "eq", value: 1 }, "filters.1.field");
  assert.match(unknown.fix, /lead_source/);
  assert.equal(
    (
      await workspace.call("POST", path, {
        source: "deals",
        filters: [{ field: "name", operator: "eq", value: "\u0000" }],
      })
    ).status,
    400,
  );
});

test("workspace.query_report#6 periods are those of the workspace's wall, also on days of 23 and 25 hours", async () => {
  const workspace = await frontdesk.workspace({ timeZone: "Europe/London" });
  const seed = seedOf(frontdesk, workspace);
  // Half past midnight on the day the clocks go forward is still UTC; half past eleven that night is BST.
  const instants = [
    "2026-03-29T00:30:00Z",
    "2026-03-29T22:30:00Z",
    "2026-03-29T23:30:00Z",
    "2026-12-31T23:59:00Z",
  ];
  for (const at of instants) await seed.deal({ wonAt: at, createdAt: at, lostAt: at, status: "won" });
  await seed.deal({});
  const by = async (granularity: string, field = "won_at", more = {}) => {
    const time = { field, granularity, ...more };
    const rows = await ask(workspace, { source: "deals", measures: count, time_dimension: time });
    return rows.map((row) => `${String(row[field])} ${String(row["n"])}`);
  };
  assert.deepEqual(await by("day"), ["2026-03-29 2", "2026-03-30 1", "2026-12-31 1"]);
  assert.deepEqual(await by("week"), ["2026-03-23 2", "2026-03-30 1", "2026-12-28 1"]);
  assert.deepEqual(await by("month"), ["2026-03-01 3", "2026-12-01 1"]);
  assert.deepEqual(await by("quarter"), ["2026-01-01 3", "2026-10-01 1"]);
  assert.deepEqual(await by("year", "lost_at"), ["2026-01-01 4"]);
  assert.equal((await by("day", "deal_created_at")).length, 4);
  assert.deepEqual(
    (await by("quarter", "won_at", { fill: true })).map((row) => row.slice(5)),
    ["01-01 3", "04-01 0", "07-01 0", "10-01 1"],
  );
  const wrong = (time: object, field: string, source = "deals") =>
    refused(workspace, { source, time_dimension: time }, field);
  await wrong({ field: "won_at", granularity: "hour" }, "time_dimension.granularity");
  await wrong({ field: "due_date" }, "time_dimension.field");
  await wrong({ field: "won_at" }, "time_dimension.field", "tasks");
});

test("workspace.query_report#6 tasks have their times; a card's time is when it was placed", async () => {
  const workspace = await frontdesk.workspace();
  const seed = seedOf(frontdesk, workspace);
  const { stages } = await seed.pipeline("Sales", ["New"]);
  const other = await seed.pipeline("Care", ["New"]);
  const at = (placedAt: string) => ({ placedAt });
  await seed.deal({
    value: 100,
    stages: [
      { ...(stages[0] as { id: string; pipelineId: string }), ...at("2026-01-05T00:00:00Z") },
      { ...(other.stages[0] as { id: string; pipelineId: string }), ...at("2026-01-20T00:00:00Z") },
    ],
  });
  const placed = {
    source: "deals",
    measures: total,
    time_dimension: { field: "placed_at", granularity: "month" },
  };
  assert.deepEqual(await ask(workspace, placed), [{ placed_at: "2026-01-01", currency: "AUD", total: 1 }]);
  await seed.task({ dueDate: "2026-03-08", completedAt: "2026-03-09T00:00:00Z", status: "completed" });
  for (const [field, week] of [
    ["due_date", "2026-03-02"],
    ["completed_at", "2026-03-09"],
    ["task_created_at", "2026-03-02"],
  ] as const) {
    const rows = await ask(workspace, { source: "tasks", time_dimension: { field, granularity: "week" } });
    assert.deepEqual(rows, [{ [field]: week, count_id: 1 }]);
  }
});

test("workspace.query_report#6 a day in a filter is all of that day on the wall; words move with today", async () => {
  const workspace = await frontdesk.workspace({ timeZone: "Pacific/Auckland" });
  const seed = seedOf(frontdesk, workspace);
  const at = frontdesk.app.clock.now();
  await seed.deal({ name: "late", wonAt: "2026-02-28T10:59:59Z", status: "won" });
  await seed.deal({ name: "next", wonAt: "2026-02-28T11:00:00Z", status: "won" });
  const names = async (operator: string, value: string) => {
    const filters = [{ field: "won_at", operator, value }];
    const spec = {
      source: "deals",
      mode: "drilldown",
      dimensions: ["name"],
      order_by: { field: "won_at" },
      filters,
    };
    return (await ask(workspace, spec)).map((row) => row["name"]).join(" ");
  };
  assert.equal(await names("lte", "2026-02-28"), "late");
  assert.equal(await names("eq", "2026-02-28"), "late");
  assert.equal(await names("gt", "2026-02-28"), "next");
  assert.equal(await names("gte", "2026-03-01"), "next");
  assert.equal(await names("lt", "2026-03-01"), "late");
  assert.equal(await names("neq", "2026-03-01"), "late");
  assert.equal(await names("gte", "2026-02-28T11:00:00Z"), "next");
  assert.equal(at.getUTCMonth(), 2);
  assert.equal(await names("gte", "start_of_month"), "next");
  assert.equal(await names("gte", "start_of_year"), "late next");
  assert.equal(await names("lt", "30_days_ago"), "");
  assert.equal(await names("lt", "in_2_days"), "late next");
});

test("the filter value current_user is the member a key acts for, and nobody for the business' own", async () => {
  const workspace = await frontdesk.workspace();
  const { ben, seed } = await shop(frontdesk, workspace);
  await seed.task({ assignee: ben });
  const mine = async (source: string, field: string, key: string) => {
    const body = { source, measures: count, filters: [{ field, operator: "eq", value: "current_user" }] };
    const answer = await frontdesk.call("POST", path, { key, body });
    assert.equal(answer.status, 200, answer.text);
    return answer.body.data[0].n as number;
  };
  const key = await keyOf(frontdesk, workspace, ben, ["opportunities:read", "tasks:read", "users:read"]);
  assert.equal(await mine("deals", "assigned_user_name", key), 1);
  assert.equal(await mine("deals", "assigned_user_id", key), 1);
  assert.equal(await mine("tasks", "assignee_name", key), 1);
  assert.equal(await mine("deals", "assigned_user_name", workspace.key), 0);
});
