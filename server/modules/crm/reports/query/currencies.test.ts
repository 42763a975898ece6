import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../../testing/harness.ts";
import type { TestWorkspace } from "../../../../testing/harness.ts";
import { seedOf } from "../testing.ts";
import { ask } from "./test-questions.ts";

const frontdesk = await startHarness();
const sum = [{ field: "value", aggregation: "sum", alias: "v" }];

async function mixed(): Promise<TestWorkspace> {
  const workspace = await frontdesk.workspace();
  const seed = seedOf(frontdesk, workspace);
  const { stages } = await seed.pipeline("Sales", ["New"]);
  await seed.deal({ value: 10_000, currency: "AUD", source: "web", stages });
  await seed.deal({ value: 10_000, currency: "USD", source: "web", stages });
  await seed.deal({ value: 100_000, currency: "JPY", source: "call", stages });
  return workspace;
}

test("money is never added across currencies: a row for each, named, whatever else is asked", async () => {
  const workspace = await mixed();
  const about = async (more: object) => ask(workspace, { source: "deals", measures: sum, ...more });
  assert.deepEqual(await about({}), [
    { currency: "JPY", v: 100_000 },
    { currency: "AUD", v: 100 },
    { currency: "USD", v: 100 },
  ]);
  assert.deepEqual(await about({ dimensions: ["lead_source"] }), [
    { lead_source: "call", currency: "JPY", v: 100_000 },
    { lead_source: "web", currency: "AUD", v: 100 },
    { lead_source: "web", currency: "USD", v: 100 },
  ]);
  assert.deepEqual((await about({ dimensions: ["currency"] })).length, 3);
  const usd = [{ field: "currency", operator: "eq", value: "USD" }];
  assert.deepEqual(await about({ filters: usd }), [{ currency: "USD", v: 100 }]);
  for (const aggregation of ["avg", "min", "max"]) {
    const rows = await about({ measures: [{ field: "value", aggregation, alias: "v" }] });
    assert.deepEqual(rows.map((row) => row["currency"]).toSorted(), ["AUD", "JPY", "USD"], aggregation);
  }
  const total = await about({
    measures: [{ field: "products_total_value", aggregation: "sum", alias: "v" }],
  });
  assert.equal(total.length, 3);
  // How many have a value, and how many there are, is no money.
  assert.deepEqual(await about({ measures: [{ field: "value", aggregation: "count", alias: "n" }] }), [
    { n: 3 },
  ]);
  const nothing = [{ field: "currency", operator: "eq", value: "GBP" }];
  assert.deepEqual(await about({ filters: nothing }), [{ currency: null, v: 0 }]);
});

test("a number in a filter on money is in the currency the question names, or in the usual one; other currencies do not match", async () => {
  const workspace = await mixed();
  const names = async (filters: object[], more: object = {}) =>
    (
      await ask(workspace, {
        source: "deals",
        mode: "drilldown",
        dimensions: ["currency", "value"],
        order_by: { field: "currency" },
        filters,
        ...more,
      })
    ).map((row) => `${row["currency"]} ${row["value"]}`);
  const is = (field: string, operator: string, value?: unknown) => ({ field, operator, value });
  const inUsd = is("currency", "eq", "USD");
  assert.deepEqual(await names([is("value", "gte", 100)]), ["AUD 100"]);
  assert.deepEqual(await names([is("value", "gt", 100)]), [], "nor is a yen worth a dollar");
  assert.deepEqual(await names([is("value", "eq", 100), inUsd]), ["USD 100"]);
  assert.deepEqual(await names([is("value", "lte", 100), is("currency", "in", ["USD"])]), ["USD 100"]);
  assert.deepEqual(await names([is("value", "in", [100, 100_000]), is("currency", "eq", "JPY")]), [
    "JPY 100000",
  ]);
  // What is not 100 AUD stays: another value, or the same number of something else.
  assert.deepEqual(await names([is("value", "neq", 100)]), ["JPY 100000", "USD 100"]);
  assert.deepEqual(await names([is("value", "not_in", [100])]), ["JPY 100000", "USD 100"]);
  assert.deepEqual(await names([is("value", "is_not_null")]), ["AUD 100", "JPY 100000", "USD 100"]);
  assert.deepEqual(await names([is("products_total_value", "eq", 0)]), ["AUD 100"]);
  const drilled = { drilldown_dimension: "value", drilldown_value: "100" };
  assert.deepEqual(await names([], drilled), ["AUD 100"]);
  assert.deepEqual(await names([inUsd], drilled), ["USD 100"]);
  const bar = { drilldown_dimension: "currency", drilldown_value: "USD" };
  assert.deepEqual(await names([is("value", "gte", 1)], bar), ["USD 100"]);
  const several = await workspace.call("POST", "/api/v1/reports/query", {
    source: "deals",
    filters: [is("currency", "in", ["AUD", "USD"]), is("value", "gt", 1)],
  });
  assert.equal(several.status, 400);
  assert.match(several.body.error.message, /filters\.1.*one currency/);
  assert.match(several.body.error.fix, /Name one currency/);
});

test("the shipped dashboards show and mail one figure for each currency", async () => {
  const workspace = await mixed();
  const made = await workspace.call("POST", "/api/v1/report-dashboards", { template: "sales_overview" });
  assert.equal(made.status, 201, made.text);
  const sent = await workspace.call("POST", "/api/v1/reports/send", {
    dashboard_id: made.body.data.id,
    recipients: ["boss@example.com"],
  });
  assert.equal(sent.status, 200, sent.text);
  await frontdesk.settle();
  const { rows } = await frontdesk.app.database.owner(
    "select text_body, html_body from email_logs where workspace_id = $1",
    [workspace.id],
  );
  const text = String(rows[0]?.["text_body"]);
  assert.match(text, /JPY 100,000 · AUD 100\.00 · USD 100\.00/);
  assert.match(text, /New: Value \(AUD\) 100.*Value \(USD\) 100|New: .*JPY/);
  assert.doesNotMatch(text, /100,200/);
});

test("every card of a mail writes an amount with the decimals of its currency", async () => {
  const workspace = await frontdesk.workspace();
  const seed = seedOf(frontdesk, workspace);
  const { stages } = await seed.pipeline("Sales", ["New"]);
  await seed.deal({ value: 1234, currency: "KWD", source: "web", stages });
  const made = await workspace.call("POST", "/api/v1/report-dashboards", { name: "Mail" });
  const { id } = made.body.data;
  for (const [visualization_type, dimensions] of [
    ["stat", []],
    ["bar", ["lead_source"]],
    ["pie", ["lead_source"]],
    ["bar", ["currency"]],
    ["table", ["lead_source"]],
  ] as const) {
    const card = await workspace.call("POST", `/api/v1/report-dashboards/${id}/cards`, {
      title: visualization_type,
      visualization_type,
      query_spec: { source: "deals", measures: sum, dimensions },
    });
    assert.equal(card.status, 201, card.text);
  }
  const recipients = ["boss@example.com"];
  const sent = await workspace.call("POST", "/api/v1/reports/send", { dashboard_id: id, recipients });
  assert.equal(sent.status, 200, sent.text);
  await frontdesk.settle();
  const { rows } = await frontdesk.app.database.owner(
    "select text_body from email_logs where workspace_id = $1",
    [workspace.id],
  );
  const text = String(rows[0]?.["text_body"]);
  assert.equal([...text.matchAll(/1\.234(?!\d)/g)].length, 5, text);
  assert.doesNotMatch(text, /1\.23(?!4)/);
});

test("to have none is a group, so that the groups add up to the whole", async () => {
  const workspace = await frontdesk.workspace();
  const seed = seedOf(frontdesk, workspace);
  await seed.deal({ value: 100, wonReasons: ["price"], lines: [{ name: "Tap", price: 5 }] });
  await seed.deal({ value: 200 });
  for (const dimension of ["won_reasons", "lost_reasons", "product_names", "product_categories"]) {
    const rows = await ask(workspace, {
      source: "deals",
      measures: [{ field: "id", aggregation: "count", alias: "n" }],
      dimensions: [dimension],
    });
    assert.equal(
      rows.reduce((total, row) => total + Number(row["n"]), 0),
      2,
      dimension,
    );
    assert.ok(
      rows.some((row) => row[dimension] === null),
      dimension,
    );
  }
});

test("workspace.query_report#6 neq and not_in of what a deal has several of mean none of them", async () => {
  const workspace = await frontdesk.workspace();
  const seed = seedOf(frontdesk, workspace);
  const jobs = await seed.pipeline("Jobs", ["New", "Done"]);
  const sales = await seed.pipeline("Sales", ["New"]);
  const [first, second] = [jobs.stages[0], sales.stages[0]];
  await seed.deal({ name: "Both", stages: [first, second] as never });
  await seed.deal({ name: "Sales", stages: [second] as never });
  await seed.deal({ name: "None" });
  const names = async (...filters: unknown[]) =>
    (
      await ask(workspace, {
        source: "deals",
        mode: "drilldown",
        dimensions: ["name"],
        order_by: { field: "name" },
        filters,
      })
    )
      .map((row) => row["name"])
      .join(" ");
  const is = (field: string, operator: string, value?: unknown) => ({ field, operator, value });
  assert.equal(await names(is("pipeline_id", "eq", jobs.id)), "Both");
  assert.equal(await names(is("pipeline_id", "neq", jobs.id)), "None Sales");
  assert.equal(await names(is("pipeline_name", "not_in", ["Jobs"])), "None Sales");
  assert.equal(await names(is("pipeline_name", "not_in", ["Jobs", "Sales"])), "None");
  assert.equal(await names(is("pipeline_name", "is_null")), "None");
  // In the pipeline, and none of its cards there in the stage.
  assert.equal(await names(is("pipeline_name", "eq", "Jobs"), is("stage_name", "neq", "New")), "");
  assert.equal(
    await names(is("pipeline_name", "eq", "Sales"), is("stage_name", "neq", "Done")),
    "Both Sales",
  );
  const grouped = await ask(workspace, {
    source: "deals",
    measures: [{ field: "id", aggregation: "count", alias: "n" }],
    dimensions: ["pipeline_name"],
    filters: [is("pipeline_name", "neq", "Jobs")],
  });
  assert.deepEqual(
    new Map(grouped.map((row) => [row["pipeline_name"], row["n"]])),
    new Map([
      ["Sales", 1],
      [null, 1],
    ]),
  );
});

test("a report names its workspace itself, without leaning on the wall behind it", async () => {
  const [mine, theirs] = [await mixed(), await mixed()];
  const { compile, compileProbe } = await import("./compile.ts");
  const { planOf } = await import("./plan.ts");
  const { dealsSource } = await import("./deals-source.ts");
  const scene = {
    workspaceId: mine.id,
    zone: "Europe/London",
    today: "2026-03-02",
    viewerId: null,
    scopes: undefined,
  };
  const web = [{ field: "lead_source", operator: "eq" as const, value: "web" }];
  const plan = planOf(dealsSource, { source: "deals", filters: web, limit: 100 } as never, scene);
  // The sweeping role sees every workspace.
  const count = await frontdesk.app.database.system("sweep", (db) => compile(plan).execute(db));
  assert.deepEqual(
    count.rows.map((row) => Number(row["m0"])),
    [2],
  );
  const none = planOf(
    dealsSource,
    { source: "deals", filters: [{ field: "lead_source", operator: "eq", value: "fax" }] } as never,
    { ...scene, workspaceId: theirs.id },
  );
  const found = await frontdesk.app.database.system("sweep", (db) => compileProbe(none).execute(db));
  assert.equal(found.rows[0]?.["found"], false);
});

test("workspace.send_report#1 whoever looks is current_user, or current_user_id as the text has it", async () => {
  const workspace = await frontdesk.workspace();
  for (const value of ["current_user", "current_user_id"]) {
    const filters = [{ field: "assigned_user_id", operator: "eq", value }];
    const rows = await ask(workspace, { source: "deals", filters });
    assert.deepEqual(rows, [{ count_id: 0 }], value);
  }
});

test("a text is found in a report as search finds it, with or without its accents", async () => {
  const workspace = await frontdesk.workspace();
  const seed = seedOf(frontdesk, workspace);
  for (const name of ["Café Müller", "Cafe\u0301 Ole", "Straße 5", "Tap"]) await seed.deal({ name });
  const found = async (operator: string, value: string) =>
    (
      await ask(workspace, {
        source: "deals",
        mode: "drilldown",
        dimensions: ["name"],
        filters: [{ field: "name", operator, value }],
      })
    ).length;
  for (const value of ["cafe", "CAFÉ", "cafe\u0301"]) assert.equal(await found("contains", value), 2, value);
  assert.equal(await found("contains", "muller"), 1);
  assert.equal(await found("contains", "STRASSE"), 1);
  assert.equal(await found("like", "cafe mull%"), 1);
  assert.equal(await found("like", "%straße_5"), 1);
});

test("a backslash in a filter is a letter like any other", async () => {
  const workspace = await frontdesk.workspace();
  const seed = seedOf(frontdesk, workspace);
  for (const name of ["a\\b", "ab", "a\\%"]) await seed.deal({ name });
  const names = async (operator: string, value: string) =>
    (
      await ask(workspace, {
        source: "deals",
        mode: "drilldown",
        dimensions: ["name"],
        order_by: { field: "name" },
        filters: [{ field: "name", operator, value }],
      })
    ).map((row) => row["name"]);
  assert.deepEqual(await names("like", "a\\b"), ["a\\b"]);
  assert.deepEqual(await names("contains", "\\b"), ["a\\b"]);
  assert.deepEqual(await names("contains", "\\%"), ["a\\%"]);
});
