import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../testing/harness.ts";
import type { Json } from "../../testing/harness.ts";
import { fieldOf, openDeals } from "./opportunities/test-deals.ts";

const frontdesk = await startHarness({ work: false });

test("workspace.update_opportunity#0 workspace.update_opportunity#1 a currency that cannot express the amounts is refused and names them; one that can leaves the numbers, each line logged", async () => {
  const { call, make, deal, product, events } = await openDeals(frontdesk);
  const { id } = await deal({ value: 10.55 });
  const path = `/opportunities/${id}`;
  const line = await make(`${path}/products`, { product_id: await product(), unit_price: 19.99 });
  const value = async () => (await call("GET", path)).body.data.value;
  const price = async () => (await call("GET", `${path}/products`)).body.data[0].unit_price;
  const refused = await call("PATCH", path, { currency: "JPY" });
  assert.deepEqual([refused.status, fieldOf(refused)], [400, "currency"]);
  assert.match(refused.body.error.message, /JPY.*no decimals.*value 10\.55/);
  const lines = await call("PATCH", path, { currency: "JPY", value: 11 });
  assert.deepEqual([lines.status, fieldOf(lines)], [400, "currency"]);
  assert.match(lines.body.error.message, /Valve at 19\.99/);
  assert.deepEqual([await value(), await price()], [10.55, 19.99], "nothing changed");
  // Three decimals hold two.
  assert.equal((await call("PATCH", path, { currency: "KWD" })).body.data.value, 10.55);
  assert.equal(await price(), 19.99);
  const [told] = await events("opportunity_product.updated");
  assert.ok(told?.payload._changed_fields.includes("currency"));
  const log = await call("GET", `/data/crm-logs?entity_id=${line.id}&field=currency`);
  assert.deepEqual([log.body.data[0].old_value, log.body.data[0].new_value], ["AUD", "KWD"]);
  assert.equal((await call("PATCH", path, { currency: "AUD" })).body.data.value, 10.55);
});

test("amounts finer than their currency are refused wherever one is given, never rounded", async () => {
  const { call, make, deal, product, company } = await openDeals(frontdesk);
  const { id } = await deal();
  const [valve, supplier] = [await product(), await company("Supplier")];
  const line = await make(`/opportunities/${id}/products`, { product_id: valve });
  const cost = await make(`/opportunities/${id}/product-costs/${line.id}`, { unit_cost: 2.5 });
  const catalogue = await make("/supplier-catalog", {
    supplier_id: supplier,
    supplier_price: 2.5,
    product_id: valve,
  });
  const productCost = await make(`/products/${valve}/costs`, { cost_price: 2.5 });
  for (const [method, path, body, field] of [
    ["POST", "/opportunities", { name: "O", value: 0.005 }, "value"],
    ["POST", "/opportunities", { name: "O", value: 100.5, currency: "JPY" }, "value"],
    ["PATCH", `/opportunities/${id}`, { value: 1.234 }, "value"],
    ["POST", `/opportunities/${id}/products`, { product_id: valve, unit_price: 1.999 }, "unit_price"],
    ["POST", `/opportunities/${id}/products`, { product_id: valve, quantity: 1.3337 }, "quantity"],
    ["PATCH", `/opportunities/${id}/products/${line.id}`, { unit_price: 1.999 }, "unit_price"],
    ["PATCH", `/opportunities/${id}/products/${line.id}`, { discount_percent: 1.2345 }, "discount_percent"],
    ["PATCH", `/opportunities/${id}/products/${line.id}`, { quantity: 1.3337 }, "quantity"],
    ["POST", `/opportunities/${id}/product-costs/${line.id}`, { unit_cost: 0.001 }, "unit_cost"],
    ["PATCH", `/opportunities/${id}/product-costs/${cost.id}`, { unit_cost: 0.001 }, "unit_cost"],
    ["PATCH", `/opportunities/${id}/product-costs/${cost.id}`, { currency: "JPY" }, "currency"],
    ["POST", "/products", { name: "P", price: 9.999 }, "price"],
    ["PATCH", `/products/${valve}`, { price: 9.999 }, "price"],
    ["PATCH", `/products/${valve}`, { currency: "JPY" }, "currency"],
    ["PATCH", `/products/${valve}`, { deposit_percent: 1.2345 }, "deposit_percent"],
    ["PATCH", `/products/${valve}/costs/${productCost.id}`, { cost_price: 1.001 }, "cost_price"],
    [
      "POST",
      "/supplier-catalog",
      { supplier_id: supplier, supplier_price: 1.001, product_name: "X" },
      "supplier_price",
    ],
    ["PATCH", `/supplier-catalog/${catalogue.id}`, { currency: "JPY" }, "currency"],
    ["PATCH", `/supplier-catalog/${catalogue.id}`, { supplier_price: 1.001 }, "supplier_price"],
  ] as const) {
    const answer = await call(method, path, body);
    assert.equal(answer.status, 400, `${method} ${path} ${JSON.stringify(body)}: ${answer.text}`);
    assert.equal(fieldOf(answer), field);
  }
  const bulk = await call("POST", "/opportunities/bulk-create", {
    records: [
      { name: "A", value: 1.005 },
      { name: "B", value: 1 },
    ],
  });
  assert.deepEqual(
    [bulk.body.data.created.length, bulk.body.data.errors.map((one: Json) => one.fields[0].field)],
    [1, ["value"]],
  );
  // What floating point makes of an amount is that amount.
  assert.equal((await deal({ value: 0.1 + 0.2 })).value, 0.3);
  assert.equal((await deal({ value: 19.99 })).value, 19.99);
});
