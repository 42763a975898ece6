import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { fieldOf, openDeals } from "./test-deals.ts";

const frontdesk = await startHarness();

/** An opportunity, and what is done to its lines and their costs. */
async function openLines() {
  const open = await openDeals(frontdesk);
  const { id } = await open.deal();
  const path = `/opportunities/${id}/products`;
  const costs = `/opportunities/${id}/product-costs`;
  const add = (fields: object) => open.make(path, fields);
  const lines = async (key?: string) => (await open.call("GET", path, undefined, key)).body.data as Json[];
  return { ...open, id, path, costs, add, lines };
}

test("workspace.add_opportunity_product#1 workspace.add_opportunity_product#3 workspace.add_opportunity_product#4 a line takes the product's price and deposit unless told", async () => {
  const { add, product, call, id, lines } = await openLines();
  const valve = await product({ deposit_percent: 20 });
  const plain = await add({ product_id: valve });
  const { quantity, unit_price, discount_percent, deposit_percent, total, deposit, position } = plain;
  assert.deepEqual(
    { quantity, unit_price, discount_percent, deposit_percent, total, deposit, position },
    {
      quantity: 1,
      unit_price: 12.5,
      discount_percent: 0,
      deposit_percent: 20,
      total: 12.5,
      deposit: 2.5,
      position: 0,
    },
  );
  const dear = await add({
    product_id: valve,
    quantity: 2.5,
    unit_price: 99.99,
    discount_percent: 10,
    deposit_percent: null,
  });
  assert.deepEqual([dear.total, dear.deposit, dear.position], [224.98, null, 1]);
  const deal = (await call("GET", `/opportunities/${id}`)).body.data;
  assert.deepEqual([deal.products_total_value, deal.value], [237.48, null]);
  // The product's later life does not touch the line.
  await call("PATCH", `/products/${valve}`, { name: "Better valve", price: 20 });
  assert.equal((await call("DELETE", `/products/${valve}`)).status, 204);
  assert.deepEqual(
    (await lines()).map((line) => [line.name, line.unit_price, line.product_id]),
    [
      ["Valve", 12.5, null],
      ["Valve", 99.99, null],
    ],
  );
});

test("workspace.add_opportunity_product#0 a product of the workspace is needed, priced in the opportunity's currency", async () => {
  const { product, call, path, add } = await openLines();
  const refused = async (body: object) => {
    const answer = await call("POST", path, body);
    assert.equal(answer.status, 400, answer.text);
    return fieldOf(answer);
  };
  const stranger = await openDeals(frontdesk);
  assert.equal(await refused({}), "product_id");
  assert.equal(await refused({ product_id: randomUUID() }), "product_id");
  assert.equal(await refused({ product_id: await stranger.product() }), "product_id");
  const euros = await product({ currency: "EUR" });
  assert.equal(await refused({ product_id: euros }), "unit_price");
  assert.equal((await add({ product_id: euros, unit_price: 15 })).currency, "AUD");
  const valve = await product();
  for (const wrong of [{ quantity: 0 }, { quantity: -1 }, { quantity: 1e300 }]) {
    assert.equal(await refused({ product_id: valve, ...wrong }), "quantity");
  }
  assert.equal(await refused({ product_id: valve, discount_percent: 101 }), "discount_percent");
  assert.equal(await refused({ product_id: valve, quantity: 1e6, unit_price: 1e12 }), "quantity");
});

test("workspace.add_opportunity_product#2 workspace.list_opportunity_products#0 workspace.update_opportunity_product#0 workspace.update_opportunity_product#1 who was paid is for those with the invoice scopes", async () => {
  const { add, product, call, path, lines, workspace } = await openLines();
  const product_id = await product();
  const line = await add({ product_id });
  assert.equal(line.payment_status, "unpaid");
  assert.equal(
    (await add({ product_id, payment_status: "deposit_invoiced" })).payment_status,
    "deposit_invoiced",
  );
  const poor = await workspace.keyWith(["opportunities:read", "opportunities:write"]);
  assert.ok((await lines(poor)).every((one) => !("payment_status" in one)));
  const refusals = [
    await call("POST", path, { product_id, payment_status: "paid" }, poor),
    await call("PATCH", `${path}/${line.id}`, { payment_status: "paid" }, poor),
  ];
  for (const answer of refusals) {
    assert.equal(answer.status, 403, answer.text);
    assert.deepEqual(answer.body.error.details.missing_scopes, ["invoices:write"]);
  }
  const writer = await workspace.keyWith(["opportunities:write", "invoices:write"]);
  for (const status of ["invoiced", "paid", "unpaid"]) {
    const set = await call("PATCH", `${path}/${line.id}`, { payment_status: status }, writer);
    assert.equal(set.status, 200, set.text);
    assert.equal((await lines())[0].payment_status, status);
  }
  const wrong = await call("PATCH", `${path}/${line.id}`, { payment_status: "later" });
  assert.equal(fieldOf(wrong), "payment_status");
  // Whoever may see invoices sees it, whoever only writes them does not.
  const seeing = await workspace.keyWith(["opportunities:read", "invoices:read"]);
  assert.ok((await lines(seeing)).every((one) => "payment_status" in one));
});

test("workspace.update_opportunity_product#2 workspace.update_opportunity_product#3 workspace.remove_opportunity_product a line changes and goes, also under the old name", async () => {
  const { add, product, call, id, lines, workspace, deal } = await openLines();
  const line = await add({ product_id: await product() });
  const poor = await workspace.keyWith(["opportunities:write"]);
  const legacy = `/deals/${id}/products/${line.id}`;
  const body = { quantity: 3, unit_price: 10, discount_percent: 50, deposit_percent: 10 };
  const changed = await call("PATCH", legacy, body, poor);
  assert.equal(changed.status, 200, changed.text);
  assert.deepEqual([changed.body.data.total, changed.body.data.deposit], [15, 1.5]);
  const other = await deal();
  assert.equal((await call("PATCH", `/opportunities/${other.id}/products/${line.id}`, body)).status, 404);
  // Another currency keeps the numbers.
  await call("PATCH", `/opportunities/${id}`, { currency: "JPY" });
  assert.deepEqual(
    (await lines()).map((one) => [one.unit_price, one.currency, one.total]),
    [[10, "JPY", 15]],
  );
  assert.equal((await call("DELETE", legacy, undefined, poor)).status, 204);
  assert.equal((await call("DELETE", legacy)).status, 404);
  assert.deepEqual(await lines(), []);
});

test("workspace.reorder_opportunity_products#0 lines take the order of their ids; the rest follow", async () => {
  const { add, product, call, path, lines } = await openLines();
  const product_id = await product();
  const [a, b, c] = [await add({ product_id }), await add({ product_id }), await add({ product_id })];
  const order = async (product_ids: unknown[]) => call("POST", `${path}/reorder`, { product_ids });
  const answer = await order([c.id, a.id]);
  assert.equal(answer.status, 200, answer.text);
  const expected = [c.id, a.id, b.id];
  assert.deepEqual(
    answer.body.data.map((line: Json) => line.id),
    expected,
  );
  assert.deepEqual(
    (await lines()).map((line) => [line.id, line.position]),
    expected.map((id, index) => [id, index]),
  );
  for (const wrong of [[product_id], [a.id, a.id], []]) {
    const refused = await order(wrong);
    assert.equal(refused.status, 400, refused.text);
    assert.match(fieldOf(refused), /^product_ids/);
  }
});

test("workspace.create_opportunity_product_cost workspace.list_opportunity_product_costs workspace.update_opportunity_product_cost#0 workspace.delete_opportunity_product_cost#0 costs of a line, and the margin they leave", async () => {
  const { add, product, call, costs, lines, make, id } = await openLines();
  const line = await add({ product_id: await product(), quantity: 10 });
  assert.deepEqual([line.total, line.total_cost, line.margin], [125, 0, 125]);
  const pipe = await make(`${costs}/${line.id}`, { label: " Pipe ", unit_cost: 2.35, quantity: 10 });
  const { label, unit_cost, quantity, currency, total, deal_product_id } = pipe;
  assert.deepEqual(
    { label, unit_cost, quantity, currency, total, deal_product_id },
    { label: "Pipe", unit_cost: 2.35, quantity: 10, currency: "AUD", total: 23.5, deal_product_id: line.id },
  );
  await make(`/deals/${id}/product-costs/${line.id}`, { unit_cost: 1.5 });
  const margin = async () => {
    const [one] = await lines();
    return [one.total_cost, one.margin];
  };
  assert.deepEqual(await margin(), [25, 100]);
  assert.equal((await call("GET", `${costs}/${line.id}`)).body.data.length, 2);
  // Read by the line's id, changed by the cost's own.
  assert.equal((await call("PATCH", `${costs}/${line.id}`, { unit_cost: 1 })).status, 404);
  assert.equal((await call("GET", `${costs}/${pipe.id}`)).status, 404);
  const changed = await call("PATCH", `${costs}/${pipe.id}`, { unit_cost: 3 });
  assert.deepEqual([changed.status, changed.body.data.total], [200, 30]);
  assert.deepEqual(await margin(), [31.5, 93.5]);
  // What is paid in another currency cannot be subtracted.
  const euros = await make(`${costs}/${line.id}`, { unit_cost: 3, currency: "EUR" });
  assert.deepEqual(await margin(), [null, null]);
  assert.equal((await call("DELETE", `${costs}/${euros.id}`)).status, 204);
  assert.deepEqual(await margin(), [31.5, 93.5]);
});

test("workspace.create_opportunity_product_cost a supplier's product fills in what is not sent", async () => {
  const { add, product, call, company, costs, make } = await openLines();
  const supplier_id = await company("Pipes", { is_supplier: true });
  const line = await add({ product_id: await product() });
  const offer = await make("/supplier-catalog", {
    supplier_id,
    product_name: "Copper pipe",
    supplier_price: 7.5,
    currency: "AUD",
  });
  const cost = await make(`${costs}/${line.id}`, { supplier_product_id: offer.id, quantity: 2 });
  assert.deepEqual(
    [cost.label, cost.unit_cost, cost.currency, cost.supplier_id, cost.total],
    ["Copper pipe", 7.5, "AUD", supplier_id, 15],
  );
  for (const field of ["supplier_id", "supplier_product_id"]) {
    const answer = await call("POST", `${costs}/${line.id}`, { [field]: randomUUID() });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(fieldOf(answer), field);
  }
});
