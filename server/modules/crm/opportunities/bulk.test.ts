import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { fieldOf, openDeals } from "./test-deals.ts";

const frontdesk = await startHarness();

test("workspace.bulk_create_opportunities#0 workspace.bulk_create_opportunities#3 workspace.bulk_create_opportunities#4 what is right is created, what is wrong is told record by record", async () => {
  const { call, contact, company, workspace } = await openDeals(frontdesk);
  const rich = {
    name: "Kitchen",
    contact_id: await contact("Ann"),
    customer_id: await company("Pipes"),
    status: "won",
    value: 1200.5,
    notes: "Old job",
    tags: ["import"],
    metadata: { ref: 7 },
    assigned_to: workspace.adminId,
  };
  const wrong: [object, string][] = [
    [{ value: 3 }, "name"],
    [{ name: "A", contact_id: randomUUID() }, "contact_id"],
    [{ name: "A", contact_id: "Ann" }, "contact_id"],
    [{ name: "A", stage_id: randomUUID() }, "stage_id"],
    [{ name: "A", colour: "red" }, "colour"],
    [{ name: "A\u0000" }, "name"],
    [{ name: "A", metadata: { x: "\u0000" } }, "metadata"],
    [{ name: "A", metadata: { [randomUUID()]: 1 } }, "metadata"],
  ];
  const records = [{ name: "First" }, ...wrong.map(([record]) => record), rich];
  const answer = await call("POST", "/opportunities/bulk-create", { records });
  assert.equal(answer.status, 200, answer.text);
  const { created, errors } = answer.body.data;
  assert.deepEqual(
    created.map((row: Json) => [row.name, row.public_id]),
    [
      ["First", "D-001"],
      ["Kitchen", "D-002"],
    ],
  );
  const { status, value, notes, tags, metadata, assigned_to } = created[1];
  assert.deepEqual(
    { status, value, notes, tags, metadata, assigned_to },
    {
      status: "won",
      value: 1200.5,
      notes: "Old job",
      tags: [{ name: "import", color: "#3b82f6" }],
      metadata: { ref: 7 },
      assigned_to: workspace.adminId,
    },
  );
  assert.deepEqual(
    errors.map((error: Json) => [error.index, error.fields[0].field.split(".")[0]]),
    wrong.map(([, field], index) => [index + 1, field]),
  );
  const many = Array.from({ length: 101 }, () => ({ name: "A" }));
  assert.equal(fieldOf(await call("POST", "/opportunities/bulk-create", { records: many })), "records");
  assert.equal(fieldOf(await call("POST", "/deals/bulk-create", { records: [] })), "records");
});

test("workspace.bulk_create_opportunities#1 workspace.bulk_create_opportunities#2 a place for all holds where a record names none; automations may be kept out", async () => {
  const { call, board, events, column } = await openDeals(frontdesk);
  const [jobs, sales] = [await board("Jobs"), await board("Sales")];
  const answer = await call("POST", "/deals/bulk-create", {
    records: [
      { name: "a" },
      { name: "b" },
      { name: "c", pipeline_id: sales.id },
      { name: "d", stage_id: jobs.stages[0] },
    ],
    pipeline_id: jobs.id,
    stage_id: jobs.stages[1],
    skip_automations: true,
  });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.body.data.errors, []);
  assert.deepEqual(await column(jobs.stages[1] ?? ""), ["a", "b"]);
  assert.deepEqual(await column(sales.stages[0] ?? ""), ["c"]);
  assert.deepEqual(await column(jobs.stages[0] ?? ""), ["d"]);
  const told = await events();
  const about = told.filter((event) => event.type.startsWith("opportunity."));
  assert.equal(about.length, 8);
  assert.ok(about.every((event) => event.payload.skip_automations === true));
});

test("workspace.bulk_delete_opportunities#0 workspace.bulk_delete_opportunities#1 workspace.bulk_delete_opportunities#2 workspace.bulk_delete_opportunities#3 they go for good with all that is theirs", async () => {
  const { deal, call, board, contact, product, make, workspace, inside } = await openDeals(frontdesk);
  const stranger = await openDeals(frontdesk);
  const jobs = await board();
  const [one, two] = [await deal({ stage_id: jobs.stages[0], assigned_to: workspace.adminId }), await deal()];
  await make(`/opportunities/${one.id}/products`, { product_id: await product() });
  await make(`/opportunities/${one.id}/contacts/${await contact("Ann")}`, {});
  const failed = [randomUUID(), (await stranger.deal()).id];
  const ids = [one.id, ...failed, two.id];
  const writer = await workspace.keyWith(["opportunities:write"]);
  assert.equal((await call("POST", "/opportunities/bulk-delete", { ids }, writer)).status, 403);
  const answer = await call("POST", "/opportunities/bulk-delete", { ids });
  assert.deepEqual(answer.body.data, { success: true, deleted: 2, failed });
  assert.equal((await call("GET", `/opportunities/${one.id}`)).status, 404);
  for (const table of [
    "opportunities",
    "opportunity_placements",
    "opportunity_products",
    "opportunity_contacts",
    "opportunity_users",
  ] as const) {
    assert.deepEqual(await inside((ctx) => ctx.db.from(table).selectAll().execute()), [], table);
  }
  const many = Array.from({ length: 101 }, () => randomUUID());
  assert.equal(fieldOf(await call("POST", "/deals/bulk-delete", { ids: many })), "ids");
});

test("workspace.bulk_move_opportunities#0 workspace.bulk_move_opportunities#3 workspace.bulk_move_opportunities#4 workspace.bulk_move_opportunities#5 all go to the top of the stage in their order", async () => {
  const { deal, call, board, column, make, workspace } = await openDeals(frontdesk);
  const [jobs, sales] = [await board("Jobs"), await board("Sales")];
  const a = await deal({ name: "a" });
  const b = await deal({ name: "b", stage_id: jobs.stages[0] });
  const c = await deal({ name: "c", stage_id: sales.stages[0] });
  const d = await deal({ name: "d", stage_id: jobs.stages[1] });
  await make(`/opportunities/${d.id}/add-card`, { pipeline_id: sales.id, stage_id: sales.stages[0] });
  await deal({ name: "z", stage_id: jobs.stages[2] });
  const failed = randomUUID();
  const target = { pipeline_id: jobs.id, stage_id: jobs.stages[2] };
  const ids = [d.id, a.id, failed, c.id, b.id, a.id];
  const writer = await workspace.keyWith(["opportunities:write"]);
  const answer = await call("POST", "/deals/bulk-move", { ids, ...target }, writer);
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.body.data, { success: true, moved: 4, failed: [failed] });
  assert.deepEqual(await column(jobs.stages[2] ?? ""), ["d", "a", "c", "b", "z"]);
  assert.deepEqual(await column(sales.stages[0] ?? ""), ["d"]);
  const refused = async (body: object) =>
    fieldOf(await call("POST", "/opportunities/bulk-move", { ids, ...body }));
  assert.equal(await refused({ pipeline_id: jobs.id }), "stage_id");
  assert.equal(await refused({ stage_id: jobs.stages[0] }), "pipeline_id");
  assert.equal(await refused({ ...target, stage_id: sales.stages[0] }), "stage_id");
  assert.equal(await refused({ ...target, ids: Array.from({ length: 101 }, () => randomUUID()) }), "ids");
});

test("workspace.bulk_move_opportunities#1 workspace.bulk_move_opportunities#2 workspace.bulk_move_opportunities#6 what automations leave out is told for every record", async () => {
  const { deal, call, board, events } = await openDeals(frontdesk);
  const jobs = await board();
  const ids = [(await deal()).id, (await deal()).id];
  const move = (stage: number, more: object) =>
    call("POST", "/opportunities/bulk-move", {
      ids,
      pipeline_id: jobs.id,
      stage_id: jobs.stages[stage],
      ...more,
    });
  const action = randomUUID();
  await move(0, { skip_automations: true });
  await move(1, { skip_action_ids: [action] });
  await move(1, {});
  await move(2, {});
  const told = (await events("opportunity.stage_changed")).map(({ payload }) => [
    jobs.stages.indexOf(payload.to_stage_id),
    payload.skip_automations ?? payload.skip_action_ids ?? null,
  ]);
  assert.deepEqual(told, [
    [0, true],
    [0, true],
    [1, [action]],
    [1, [action]],
    [2, null],
    [2, null],
  ]);
});
