import assert from "node:assert/strict";
import { test } from "node:test";
import { deleteRows } from "../../../kernel/deletion.ts";
import { startHarness } from "../../../testing/harness.ts";
import { openDeals } from "./test-deals.ts";

const frontdesk = await startHarness({ work: false });

test("two changes at once come one after the other: neither writes over what it did not change", async () => {
  const { call, deal } = await openDeals(frontdesk);
  const { id } = await deal();
  for (let round = 0; round < 15; round += 1) {
    const answers = await Promise.all([
      call("PATCH", `/opportunities/${id}`, { metadata: { round } }),
      call("PATCH", `/opportunities/${id}`, { notes: `round ${round}` }),
    ]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200],
    );
    const { metadata, notes } = (await call("GET", `/opportunities/${id}`)).body.data;
    assert.deepEqual([metadata.round, notes], [round, `round ${round}`]);
  }
});

test("workspace.update_opportunity#1 every field that changes has its row in the log", async () => {
  const { call, deal } = await openDeals(frontdesk);
  const { id } = await deal();
  const fields = { notes: "n", name: "Other", lead_source: "web", probability: 50, next_action: "call" };
  for (const [field, value] of Object.entries(fields)) {
    await call("PATCH", `/opportunities/${id}`, { [field]: value });
    const log = await call("GET", `/data/crm-logs?entity_id=${id}&field=${field}`);
    assert.equal(log.body.data[0]?.new_value, value, field);
  }
});

test("a cost is one of its opportunity's, and what is not sent stays", async () => {
  const { call, make, deal, product } = await openDeals(frontdesk);
  const [mine, other] = [await deal(), await deal()];
  const line = await make(`/opportunities/${mine.id}/products`, { product_id: await product() });
  const cost = await make(`/opportunities/${mine.id}/product-costs/${line.id}`, {
    unit_cost: 7.25,
    quantity: 3,
  });
  const stranger = `/opportunities/${other.id}/product-costs/${cost.id}`;
  assert.equal((await call("PATCH", stranger, { unit_cost: 1 })).status, 404);
  assert.equal((await call("DELETE", stranger)).status, 404);
  const path = `/opportunities/${mine.id}/product-costs/${cost.id}`;
  const { label, unit_cost, quantity, currency } = (await call("PATCH", path, { label: "Pipe" })).body.data;
  assert.deepEqual([label, unit_cost, quantity, currency], ["Pipe", 7.25, 3, "AUD"]);
  assert.equal((await call("PATCH", path, { quantity: 2 })).body.data.unit_cost, 7.25);
});

test("a deposit is whole cents", async () => {
  const { make, deal, product } = await openDeals(frontdesk);
  const { id } = await deal();
  const line = await make(`/opportunities/${id}/products`, {
    product_id: await product(),
    unit_price: 0.05,
    deposit_percent: 50,
  });
  assert.deepEqual([line.total, line.deposit], [0.05, 0.03]);
});

test("a deletion the database refuses fails as a whole, and nothing is told", async () => {
  const { deal, board, inside, events, call } = await openDeals(frontdesk);
  const jobs = await board();
  await deal({ stage_id: jobs.stages[0] });
  await assert.rejects(
    inside((ctx) => deleteRows(ctx, "pipeline_stages", [jobs.stages[0] as string])),
    /violates foreign key/,
  );
  assert.deepEqual(await events("stage.deleted"), []);
  assert.equal((await call("GET", `/pipelines/${jobs.id}`)).body.data.stages.length, 3);
});

test("a hundred ids go in one call, and no more", async () => {
  const { call, deal } = await openDeals(frontdesk);
  const { id } = await deal();
  const ids = Array.from(
    { length: 99 },
    (_, index) => `0190f3a0-1111-7000-8000-${String(index).padStart(12, "0")}`,
  );
  for (const path of ["/opportunities/bulk-delete", "/contacts/bulk-delete", "/companies/bulk-delete"]) {
    assert.equal((await call("POST", path, { ids: [...ids, id, id] })).status, 400, path);
    assert.equal((await call("POST", path, { ids: [...ids, id] })).status, 200, path);
  }
  assert.equal((await call("GET", `/opportunities/${id}`)).status, 404);
});

test("the text an opportunity is found by is in no answer and in no log, and a noun's plural is one", async () => {
  const { call, deal } = await openDeals(frontdesk);
  const { id } = await deal();
  const shown = (await call("GET", `/opportunities/${id}`)).body.data;
  assert.ok(!("search_text" in shown) && !("workspace_id" in shown));
  await call("DELETE", `/opportunities/${id}`);
  const log = (await call("GET", `/data/crm-logs?entity_id=${id}&limit=100`)).body.data;
  assert.ok(!log.some((row: { field: string }) => row.field === "search_text"));
  const missing = await call("GET", `/activities/${id}`);
  assert.equal(missing.body.error.fix, "List the activities to find a valid id.");
});
