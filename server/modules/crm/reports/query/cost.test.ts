import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { scansOf, statementsOf } from "../../../../testing/generated/plans.ts";
import { startHarness } from "../../../../testing/harness.ts";
import { seedOf } from "../testing.ts";

const frontdesk = await startHarness({ work: false });
const mine = await frontdesk.workspace();
const theirs = await frontdesk.workspace();
const [few, many] = [200, 8000];

/** Deals with a card, an assignee and two lines each, and a task for each of them. */
async function stock(workspace: typeof mine, deals: number): Promise<void> {
  const seed = seedOf(frontdesk, workspace);
  const { id, stages } = await seed.pipeline("Sales", ["New"]);
  const member = await seed.member("Ann");
  const [w, stage] = [workspace.id, stages[0]?.id];
  await seed.run(sql`
    insert into opportunities (workspace_id, id, public_id, name, value_minor, created_at, updated_at)
    select ${w}::uuid, gen_random_uuid(), 'O-' || n, 'Deal ' || n, n, now() - n * interval '1 hour', now() from generate_series(1, ${deals}::int) n`);
  await seed.run(sql`
    insert into opportunity_placements (workspace_id, id, opportunity_id, pipeline_id, stage_id, rank, placed_at, updated_at)
    select workspace_id, gen_random_uuid(), id, ${id}::uuid, ${stage}::uuid, 'a', now(), now() from opportunities where workspace_id = ${w}`);
  await seed.run(sql`
    insert into opportunity_users (workspace_id, opportunity_id, user_id, created_at)
    select workspace_id, id, ${member}::uuid, now() from opportunities where workspace_id = ${w}`);
  await seed.run(sql`
    insert into opportunity_products (workspace_id, id, opportunity_id, name, unit_price_minor, currency, created_at, updated_at)
    select workspace_id, gen_random_uuid(), id, 'Tap', 100, 'AUD', now(), now() from opportunities, generate_series(1, 2) where workspace_id = ${w}`);
  await seed.run(sql`
    insert into tasks (workspace_id, id, title, opportunity_id, assigned_to, rank, created_at, updated_at)
    select workspace_id, gen_random_uuid(), name, id, ${member}::uuid, 'a', now(), now() from opportunities where workspace_id = ${w}`);
}

await stock(mine, few);
await stock(theirs, many);
await frontdesk.app.database.owner("analyze");

const large = new Set([
  "opportunities",
  "opportunity_placements",
  "opportunity_users",
  "opportunity_products",
  "tasks",
]);
const open = { field: "status", operator: "eq", value: "open" };
const questions = {
  total: { source: "deals", measures: [{ field: "value" }], filters: [open] },
  stages: {
    source: "deals",
    measures: [{ field: "value" }],
    dimensions: ["pipeline_name", "stage_name"],
    filters: [open],
  },
  people: { source: "deals", dimensions: ["assigned_user_name"], time_dimension: { field: "placed_at" } },
  products: { source: "deals", dimensions: ["product_names"], measures: [{ field: "products_total_value" }] },
  rows: {
    source: "deals",
    mode: "drilldown",
    filters: [{ field: "stage_name", operator: "eq", value: "New" }],
  },
  tasks: { source: "tasks", dimensions: ["assignee_name", "is_overdue"] },
  clients: { source: "tasks", mode: "drilldown", dimensions: ["title", "client"] },
};

for (const [name, spec] of Object.entries(questions)) {
  test(`a report (${name}) reads its own workspace's rows and nobody else's`, async () => {
    const statements = await statementsOf(frontdesk.app.database, async () => {
      const answer = await mine.call("POST", "/api/v1/reports/query", spec);
      assert.equal(answer.status, 200, answer.text);
    });
    const scans = [];
    for (const statement of statements)
      scans.push(...(await scansOf(frontdesk.app.database, mine.id, statement)));
    const told = scans.filter(({ table }) => large.has(table));
    assert.ok(told.length > 0);
    for (const { node, table, rows } of told) {
      assert.notEqual(node, "Seq Scan", `${table} is read by an index`);
      assert.ok(rows <= 4 * few, `${node} of ${table} looked at ${rows} rows`);
    }
  });
}
