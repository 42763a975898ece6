import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../../testing/harness.ts";
import type { TestWorkspace } from "../../../../testing/harness.ts";
import { keyOf, seedOf } from "../testing.ts";

const frontdesk = await startHarness();
const path = "/api/v1/reports/query";

const ask = async (workspace: TestWorkspace, spec: object) => {
  const answer = await workspace.call("POST", path, spec);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data as Record<string, unknown>[];
};

async function refused(workspace: TestWorkspace, spec: object, field: string) {
  const answer = await workspace.call("POST", path, spec);
  assert.equal(answer.status, 400, answer.text);
  assert.equal(answer.body.error.details.fields[0].field, field, answer.text);
  return answer.body.error as { message: string; fix: string };
}

const count = [{ field: "id", aggregation: "count", alias: "n" }];
const total = [{ field: "value", aggregation: "sum", alias: "total" }];

/** A deal of everything twice: two stages, two assignees, three lines, two reasons. */
async function shop(workspace: TestWorkspace) {
  const seed = seedOf(frontdesk, workspace);
  const sales = await seed.pipeline("Sales", ["New", "Quoted"]);
  const care = await seed.pipeline("Care", ["New", "Done"]);
  const [ann, ben] = [await seed.member("Ann"), await seed.member("Ben")];
  const boiler = await seed.product("Boiler", "Heating");
  const tap = await seed.product("Tap", "Kitchen");
  const [fresh, quoted] = sales.stages;
  const [caring] = care.stages;
  assert.ok(fresh && quoted && caring);
  const big = await seed.deal({
    name: "Big",
    value: 100_050,
    source: "Google",
    status: "won",
    wonAt: "2026-02-10T10:00:00Z",
    wonReasons: ["price", "speed", "price"],
    stages: [quoted, caring],
    users: [ann, ben],
    lines: [
      { name: "Boiler", price: 50_000, productId: boiler },
      { name: "Tap", price: 1_025, quantity: 2, productId: tap },
      { name: "Tap", price: 500, productId: tap },
    ],
  });
  const small = await seed.deal({ name: "Small", value: 20_000, stages: [fresh], users: [ann] });
  const bare = await seed.deal({ name: "Bare", status: "lost", lostReasons: ["price"], source: "Google" });
  return { seed, sales, care, ann, ben, big, small, bare, fresh, quoted };
}

test("workspace.query_report#0 what joins add multiplies nothing: a deal counts once for its value, and once in every group it is in", async () => {
  const workspace = await frontdesk.workspace();
  await shop(workspace);
  const [all] = await ask(workspace, {
    source: "deals",
    measures: [
      ...count,
      ...total,
      { field: "products_total_value", alias: "products" },
      { field: "product_count" },
    ],
  });
  assert.deepEqual(all, { n: 3, total: 1200.5, products: 525.5, sum_product_count: 3 });
  for (const [dimension, wanted] of [
    ["pipeline_name", { Sales: 1200.5, Care: 1000.5, null: 0 }],
    ["stage_name", { New: 1200.5, Quoted: 1000.5, null: 0 }],
    ["assigned_user_name", { Ann: 1200.5, Ben: 1000.5, null: 0 }],
    ["won_reasons", { price: 1000.5, speed: 1000.5 }],
    ["product_names", { Boiler: 1000.5, Tap: 1000.5 }],
    ["product_categories", { Heating: 1000.5, Kitchen: 1000.5 }],
  ] as const) {
    const rows = await ask(workspace, { source: "deals", measures: total, dimensions: [dimension] });
    assert.deepEqual(Object.fromEntries(rows.map((row) => [String(row[dimension]), row["total"]])), wanted);
  }
  const both = await ask(workspace, {
    source: "deals",
    measures: total,
    dimensions: ["product_names", "won_reasons"],
  });
  assert.deepEqual(
    both.map((row) => row["total"]),
    [1000.5, 1000.5, 1000.5, 1000.5],
  );
});

test("workspace.query_report#0 another workspace's rows are in no answer", async () => {
  const [mine, theirs] = [await frontdesk.workspace(), await frontdesk.workspace()];
  await shop(theirs);
  assert.deepEqual(await ask(mine, { source: "deals", measures: count }), [{ n: 0 }]);
  assert.deepEqual(await ask(mine, { source: "deals", dimensions: ["product_names"] }), []);
  assert.deepEqual(await ask(mine, { source: "tasks", mode: "drilldown" }), []);
});

test("workspace.query_report#0 money is decimal numbers of each deal's own currency", async () => {
  const workspace = await frontdesk.workspace();
  const seed = seedOf(frontdesk, workspace);
  await seed.deal({ value: 1250, currency: "JPY", lines: [{ name: "A", price: 900 }] });
  await seed.deal({ value: 1250, currency: "KWD", lines: [{ name: "A", price: 900 }] });
  await seed.deal({ value: 1250, currency: "USD", lines: [{ name: "A", price: 900 }] });
  const rows = await ask(workspace, {
    source: "deals",
    measures: [...total, { field: "products_total_value", alias: "products" }],
    dimensions: ["currency"],
  });
  assert.deepEqual(rows, [
    { currency: "JPY", total: 1250, products: 900 },
    { currency: "USD", total: 12.5, products: 9 },
    { currency: "KWD", total: 1.25, products: 0.9 },
  ]);
});

test("workspace.query_report#1 the source is deals or tasks", async () => {
  const workspace = await frontdesk.workspace();
  await refused(workspace, { source: "invoices" }, "source");
  await refused(workspace, {}, "source");
  for (const source of ["deals", "tasks"])
    assert.deepEqual(await ask(workspace, { source }), [{ count_id: 0 }]);
});

test("workspace.query_report#2 counts, sums, averages, extremes; of nothing they are 0 or null", async () => {
  const workspace = await frontdesk.workspace();
  const measures = ["count", "sum", "avg", "min", "max"].map((aggregation) => ({
    field: "value",
    aggregation,
  }));
  const [none] = await ask(workspace, { source: "deals", measures });
  assert.deepEqual(none, { count_value: 0, sum_value: 0, avg_value: null, min_value: null, max_value: null });
  const seed = seedOf(frontdesk, workspace);
  for (const value of [100, 200, 201, null]) await seed.deal({ value });
  const [some] = await ask(workspace, { source: "deals", measures });
  assert.deepEqual(some, { count_value: 3, sum_value: 5.01, avg_value: 1.67, min_value: 1, max_value: 2.01 });
  for (const field of ["products_total_value", "product_count", "id"]) {
    const [row] = await ask(workspace, { source: "deals", measures: [{ field, aggregation: "count" }] });
    assert.equal(row?.[`count_${field}`], 4);
  }
  const wrong = (measure: object, field: string, source = "deals") =>
    refused(workspace, { source, measures: [measure] }, field);
  await wrong({ field: "id", aggregation: "sum" }, "measures.0.aggregation");
  await wrong({ field: "value", aggregation: "median" }, "measures.0.aggregation");
  await wrong({ field: "value", alias: "1; drop table" }, "measures.0.alias");
  const unknown = await wrong({ field: "profit" }, "measures.0.field");
  assert.match(unknown.message, /profit/);
  assert.match(unknown.fix, /products_total_value/);
  await wrong({ field: "value" }, "measures.0.field", "tasks");
  await refused(workspace, { source: "deals", measures: [...count, ...count] }, "measures");
});

test("workspace.query_report#3 deals are grouped by what the contract lists, and by nothing else", async () => {
  const workspace = await frontdesk.workspace();
  await shop(workspace);
  const dimensions =
    "status pipeline_name stage_name assigned_user_name lead_source currency won_reasons lost_reasons product_names product_categories";
  for (const dimension of dimensions.split(" ")) {
    const rows = await ask(workspace, { source: "deals", dimensions: [dimension], measures: count });
    assert.ok(rows.length > 0 && rows.every((row) => dimension in row && Number(row["n"]) > 0), dimension);
  }
  const fault = await refused(
    workspace,
    { source: "deals", dimensions: ["status", "color"] },
    "dimensions.1",
  );
  assert.match(fault.message, /color/);
  for (const known of dimensions.split(" ")) assert.ok(fault.fix.includes(known), known);
  await refused(workspace, { source: "deals", dimensions: ["status", "status"] }, "dimensions.1");
  await refused(workspace, { source: "deals", dimensions: ["value"] }, "dimensions.0");
});

test("workspace.query_report#4 workspace.query_report#5 workspace.query_report#13 tasks are grouped by what the contract lists; client falls back to the deal and is for display only", async () => {
  const workspace = await frontdesk.workspace({ timeZone: "Pacific/Auckland" });
  const seed = seedOf(frontdesk, workspace);
  const ann = await seed.member("Ann");
  const contactId = await seed.contact("Paul", "Hill");
  const dealId = await seed.deal({ name: "Roof" });
  // 09:00 in London is 22:00 in Auckland: the 2nd is today there and not overdue yet.
  const categoryId = await seed.category("Calls");
  await seed.task({ title: "A", dueDate: "2026-03-02", contactId, dealId, assignee: ann, categoryId });
  await seed.task({ title: "B", dueDate: "2026-03-01", dealId, priority: "high" });
  await seed.task({ title: "C", dueDate: "2026-02-01", status: "completed" });
  await seed.task({ title: "D" });
  const grouped = async (dimension: string) => {
    const rows = await ask(workspace, { source: "tasks", dimensions: [dimension], measures: count });
    return Object.fromEntries(rows.map((row) => [String(row[dimension]), row["n"]]));
  };
  assert.deepEqual(await grouped("status"), { open: 3, completed: 1 });
  assert.deepEqual(await grouped("priority"), { medium: 3, high: 1 });
  assert.deepEqual(await grouped("category"), { Calls: 1, null: 3 });
  assert.deepEqual(await grouped("assignee_name"), { Ann: 1, null: 3 });
  assert.deepEqual(await grouped("deal_name"), { Roof: 2, null: 2 });
  assert.deepEqual(await grouped("contact_name"), { "Paul Hill": 1, null: 3 });
  assert.deepEqual(await grouped("is_overdue"), { true: 1, false: 3 });
  assert.deepEqual(await grouped("client"), { "Paul Hill": 1, Roof: 1, null: 2 });
  await frontdesk.advance(3 * 3600);
  assert.deepEqual(await grouped("is_overdue"), { true: 2, false: 2 });
  const virtual = { source: "tasks", dimensions: ["client"] };
  for (const [more, field] of [
    [{ filters: [{ field: "client", operator: "eq", value: "Roof" }] }, "filters.0.field"],
    [{ order_by: [{ field: "client" }] }, "order_by.0.field"],
    [{ sort: { field: "client" } }, "sort.field"],
    [{ mode: "drilldown", drilldown_dimension: "client", drilldown_value: "Roof" }, "drilldown_dimension"],
  ] as const) {
    assert.match((await refused(workspace, { ...virtual, ...more }, field)).message, /virtual/);
  }
});

test("workspace.query_report#6 every operator keeps what it says", async () => {
  const workspace = await frontdesk.workspace();
  const { big, sales } = await shop(workspace);
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
  assert.equal(await names(has("pipeline_name", "neq", "Sales")), "Bare Big");
});

test("workspace.query_report#6 a filter that does not fit its field is told by its place", async () => {
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

test("workspace.query_report#7 periods are those of the workspace's wall, also on days of 23 and 25 hours", async () => {
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

test("workspace.query_report#7 tasks have their times; a card's time is when it was placed", async () => {
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
  assert.deepEqual(await ask(workspace, placed), [{ placed_at: "2026-01-01", total: 1 }]);
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

test("workspace.query_report#7 a day in a filter is all of that day on the wall; words move with today", async () => {
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

test("workspace.query_report#8 a drilldown shows the rows, in the columns and the order asked for", async () => {
  const workspace = await frontdesk.workspace();
  const { big } = await shop(workspace);
  const dimensions = [
    "name",
    "value",
    "stage_name",
    "won_reasons",
    "assigned_user_name",
    "product_names",
    "won_at",
    "id",
  ];
  const rows = await ask(workspace, {
    source: "deals",
    mode: "drilldown",
    dimensions,
    order_by: { field: "value", direction: "desc" },
  });
  assert.deepEqual(
    rows.map((row) => row["name"]),
    ["Big", "Small", "Bare"],
  );
  assert.deepEqual(Object.keys(rows[0] ?? {}), dimensions);
  assert.deepEqual(Object.values(rows[0] ?? {}), [
    "Big",
    1000.5,
    "New, Quoted",
    ["price", "speed"],
    "Ann, Ben",
    ["Boiler", "Tap"],
    "2026-02-10T10:00:00.000Z",
    big,
  ]);
  const plain = await ask(workspace, { source: "deals", mode: "drilldown", limit: 1 });
  assert.ok(plain[0] && "name" in plain[0] && "id" in plain[0]);
  await refused(
    workspace,
    { source: "deals", mode: "drilldown", dimensions: [...dimensions, "status"] },
    "dimensions",
  );
  await refused(workspace, { source: "deals", mode: "drilldown", measures: count }, "measures");
  await refused(workspace, { source: "deals", mode: "pivot" }, "mode");
});

test("workspace.query_report#9 workspace.query_report#10 order_by is a list or one object; sort is its other name", async () => {
  const workspace = await frontdesk.workspace();
  const seed = seedOf(frontdesk, workspace);
  for (const [source, value] of [
    ["b", 1],
    ["a", 2],
    ["c", 2],
  ] as const)
    await seed.deal({ source, value: value * 100 });
  const order = async (keys: object) => {
    const spec = { source: "deals", measures: total, dimensions: ["lead_source"], ...keys };
    return (await ask(workspace, spec)).map((row) => row["lead_source"]).join("");
  };
  assert.equal(await order({}), "acb");
  assert.equal(await order({ order_by: { field: "lead_source", direction: "desc" } }), "cba");
  assert.equal(
    await order({
      order_by: [
        { field: "total", direction: "desc" },
        { field: "lead_source", direction: "desc" },
      ],
    }),
    "cab",
  );
  assert.equal(await order({ order_by: [{ field: "value" }] }), "bac");
  assert.equal(await order({ sort: [{ field: "total", direction: "asc" }] }), "bac");
  const wrong = (keys: object, field: string) =>
    refused(workspace, { source: "deals", measures: total, dimensions: ["lead_source"], ...keys }, field);
  await wrong({ order_by: { field: "total" }, sort: { field: "total" } }, "sort");
  await wrong({ order_by: { field: "total", direction: "up" } }, "order_by");
  assert.match(
    (await wrong({ order_by: [{ field: "nope" }] }, "order_by.0.field")).fix,
    /lead_source, total/,
  );
  await wrong({ order_by: { field: "status" } }, "order_by.field");
});

test("workspace.query_report#11 a hundred rows unless asked for up to a thousand", async () => {
  const workspace = await frontdesk.workspace();
  const seed = seedOf(frontdesk, workspace);
  const { sql } = await import("kysely");
  await seed.run(sql`insert into tasks (workspace_id, id, title, rank, created_at, updated_at)
    select ${workspace.id}::uuid, gen_random_uuid(), 'T' || n, 'a0', now(), now() from generate_series(1, 1100) n`);
  const rows = async (limit?: number) =>
    (await ask(workspace, { source: "tasks", mode: "drilldown", limit })).length;
  assert.deepEqual([await rows(), await rows(1), await rows(1000)], [100, 1, 1000]);
  for (const limit of [0, 1001, 1.5]) await refused(workspace, { source: "tasks", limit }, "limit");
});

test("workspace.query_report#12 a drilldown shows what is in one bar of the chart", async () => {
  const workspace = await frontdesk.workspace();
  const { seed } = await shop(workspace);
  await seed.task({ title: "late", dueDate: "2026-01-01" });
  const names = async (more: object, source = "deals", column = "name") => {
    const spec = { source, mode: "drilldown", dimensions: [column], order_by: { field: column }, ...more };
    return (await ask(workspace, spec)).map((row) => row[column]).join(" ");
  };
  const drill = (drilldown_dimension: string, drilldown_value?: string) => ({
    drilldown_dimension,
    ...(drilldown_value === undefined ? {} : { drilldown_value }),
  });
  assert.equal(await names(drill("lead_source", "Google")), "Bare Big");
  assert.equal(await names(drill("lead_source")), "Small");
  assert.equal(await names(drill("won_reasons", "speed")), "Big");
  assert.equal(await names(drill("stage_name", "New")), "Big Small");
  assert.equal(await names(drill("value", "200")), "Small");
  assert.equal(
    await names({
      ...drill("won_at", "2026-02-01"),
      time_dimension: { field: "won_at", granularity: "month" },
    }),
    "Big",
  );
  assert.equal(
    await names({
      ...drill("won_at", "2026-01-01"),
      time_dimension: { field: "won_at", granularity: "month" },
    }),
    "",
  );
  assert.equal(await names(drill("is_overdue", "true"), "tasks", "title"), "late");
  await refused(
    workspace,
    { source: "deals", mode: "drilldown", ...drill("nope", "x") },
    "drilldown_dimension",
  );
  await refused(workspace, { source: "deals", mode: "drilldown", drilldown_value: "x" }, "drilldown_value");
  await refused(
    workspace,
    { source: "deals", mode: "drilldown", ...drill("value", "much") },
    "drilldown_value",
  );
  await refused(workspace, { source: "deals", ...drill("lead_source", "Google") }, "drilldown_dimension");
});

test("the filter value current_user is the member a key acts for, and nobody for the business' own", async () => {
  const workspace = await frontdesk.workspace();
  const { ben, seed } = await shop(workspace);
  await seed.task({ assignee: ben });
  const mine = async (source: string, field: string, key: string) => {
    const body = { source, measures: count, filters: [{ field, operator: "eq", value: "current_user" }] };
    const answer = await frontdesk.call("POST", path, { key, body });
    assert.equal(answer.status, 200, answer.text);
    return answer.body.data[0].n as number;
  };
  const key = await keyOf(frontdesk, workspace, ben);
  assert.equal(await mine("deals", "assigned_user_name", key), 1);
  assert.equal(await mine("deals", "assigned_user_id", key), 1);
  assert.equal(await mine("tasks", "assignee_name", key), 1);
  assert.equal(await mine("deals", "assigned_user_name", workspace.key), 0);
});

test("custom fields of deals are dimensions, measures and filters by their own type", async () => {
  const workspace = await frontdesk.workspace();
  const seed = seedOf(frontdesk, workspace);
  const fields = [
    { id: "roof", label: "Roof", type: "dropdown", options: ["flat", "gabled"] },
    { id: "rooms", label: "Rooms", type: "number" },
    { id: "insured", label: "Insured", type: "checkbox" },
  ];
  const stored = { crm: { custom_fields: { deal: fields } } };
  await frontdesk.app.database.transaction(workspace.id, async (db) => {
    const { sql } = await import("kysely");
    await db.raw(
      sql`update workspaces set settings = ${JSON.stringify(stored)}::jsonb where id = ${workspace.id}`,
    );
  });
  await seed.deal({ metadata: { roof: "flat", rooms: 3, insured: true } });
  await seed.deal({ metadata: { roof: "flat", rooms: "four", insured: false } });
  await seed.deal({ metadata: { roof: "gabled", rooms: 5.5 } });
  const rows = await ask(workspace, {
    source: "deals",
    measures: [{ field: "metadata.rooms", aggregation: "sum", alias: "rooms" }],
    dimensions: ["metadata.roof"],
    order_by: { field: "metadata.roof" },
  });
  assert.deepEqual(rows, [
    { "metadata.roof": "flat", rooms: 3 },
    { "metadata.roof": "gabled", rooms: 5.5 },
  ]);
  const filtered = (field: string, value: unknown) =>
    ask(workspace, { source: "deals", measures: count, filters: [{ field, operator: "eq", value }] });
  assert.deepEqual(await filtered("metadata.insured", true), [{ n: 1 }]);
  await refused(
    workspace,
    { source: "deals", filters: [{ field: "metadata.rooms", operator: "gt", value: "3" }] },
    "filters.0.value",
  );
  await refused(
    workspace,
    { source: "deals", filters: [{ field: "metadata.none", operator: "gt", value: 3 }] },
    "filters.0.field",
  );
});
