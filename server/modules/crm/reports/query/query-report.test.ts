import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../../testing/harness.ts";
import { seedOf } from "../testing.ts";
import { ask, count, refused, shop, total } from "./test-questions.ts";

const frontdesk = await startHarness();

test("workspace.query_report what joins add multiplies nothing: a deal counts once for its value, and once in every group it is in", async () => {
  const workspace = await frontdesk.workspace();
  await shop(frontdesk, workspace);
  const [all] = await ask(workspace, {
    source: "deals",
    measures: [
      ...count,
      ...total,
      { field: "products_total_value", alias: "products" },
      { field: "product_count" },
    ],
  });
  assert.deepEqual(all, { currency: "AUD", n: 3, total: 1200.5, products: 525.5, sum_product_count: 3 });
  for (const [dimension, wanted] of [
    ["pipeline_name", { Sales: 1200.5, Care: 1000.5, null: 0 }],
    ["stage_name", { New: 1200.5, Quoted: 1000.5, null: 0 }],
    ["assigned_user_name", { Ann: 1200.5, Ben: 1000.5, null: 0 }],
    ["won_reasons", { price: 1000.5, speed: 1000.5, null: 200 }],
    ["product_names", { Boiler: 1000.5, Tap: 1000.5, null: 200 }],
    ["product_categories", { Heating: 1000.5, Kitchen: 1000.5, null: 200 }],
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
    [1000.5, 1000.5, 1000.5, 1000.5, 200],
  );
});

test("workspace.query_report another workspace's rows are in no answer", async () => {
  const [mine, theirs] = [await frontdesk.workspace(), await frontdesk.workspace()];
  await shop(frontdesk, theirs);
  assert.deepEqual(await ask(mine, { source: "deals", measures: count }), [{ n: 0 }]);
  assert.deepEqual(await ask(mine, { source: "deals", dimensions: ["product_names"] }), []);
  assert.deepEqual(await ask(mine, { source: "tasks", mode: "drilldown" }), []);
});

test("workspace.query_report money is decimal numbers of each deal's own currency", async () => {
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

test("workspace.query_report#0 the source is deals or tasks", async () => {
  const workspace = await frontdesk.workspace();
  await refused(workspace, { source: "invoices" }, "source");
  await refused(workspace, {}, "source");
  for (const source of ["deals", "tasks"])
    assert.deepEqual(await ask(workspace, { source }), [{ count_id: 0 }]);
});

test("workspace.query_report#1 counts, sums, averages, extremes; of nothing they are 0 or null", async () => {
  const workspace = await frontdesk.workspace();
  const measures = ["count", "sum", "avg", "min", "max"].map((aggregation) => ({
    field: "value",
    aggregation,
  }));
  const [none] = await ask(workspace, { source: "deals", measures });
  assert.deepEqual(none, {
    currency: null,
    count_value: 0,
    sum_value: 0,
    avg_value: null,
    min_value: null,
    max_value: null,
  });
  const seed = seedOf(frontdesk, workspace);
  for (const value of [100, 200, 201, null]) await seed.deal({ value });
  const [some] = await ask(workspace, { source: "deals", measures });
  assert.deepEqual(some, {
    currency: "AUD",
    count_value: 3,
    sum_value: 5.01,
    avg_value: 1.67,
    min_value: 1,
    max_value: 2.01,
  });
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

test("workspace.query_report#2 deals are grouped by what the contract lists, and by nothing else", async () => {
  const workspace = await frontdesk.workspace();
  await shop(frontdesk, workspace);
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

test("workspace.query_report#3 workspace.query_report#4 workspace.query_report#12 tasks are grouped by what the contract lists; client falls back to the deal and is for display only", async () => {
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

test("workspace.query_report#7 a drilldown shows the rows, in the columns and the order asked for", async () => {
  const workspace = await frontdesk.workspace();
  const { big } = await shop(frontdesk, workspace);
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

test("workspace.query_report#8 workspace.query_report#9 order_by is a list or one object; sort is its other name", async () => {
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
  await wrong({ order_by: { field: "total", direction: "up" } }, "order_by.direction");
  assert.match(
    (await wrong({ order_by: [{ field: "nope" }] }, "order_by.0.field")).fix,
    /lead_source, currency, total/,
  );
  await wrong({ order_by: { field: "status" } }, "order_by.field");
});

test("workspace.query_report#10 a hundred rows unless asked for up to a thousand", async () => {
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

test("workspace.query_report#11 a drilldown shows what is in one bar of the chart", async () => {
  const workspace = await frontdesk.workspace();
  const { seed } = await shop(frontdesk, workspace);
  await seed.task({ title: "late", dueDate: "2026-01-01" });
  const names = async (more: object, source = "deals", column = "name") => {
    const spec = { source, mode: "drilldown", dimensions: [column], order_by: { field: column }, ...more };
    return (await ask(workspace, spec)).map((row) => row[column]).join(" ");
  };
  const drill = (drilldown_dimension: string, drilldown_value?: string | null) => ({
    drilldown_dimension,
    ...(drilldown_value === undefined ? {} : { drilldown_value }),
  });
  assert.equal(await names(drill("lead_source", "Google")), "Bare Big");
  assert.equal(await names(drill("lead_source")), "Small");
  assert.equal(await names(drill("lead_source", null)), "Small", "as the group of the aggregate is shown");
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
