import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Answer } from "../../../testing/harness.ts";
import { addCompany } from "../test-crm.ts";

const frontdesk = await startHarness();
const path = "/api/v1/supplier-catalog";
const absent = "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b";

const fieldOf = (answer: Answer) => answer.body.error.details.fields[0].field as string;

async function shop() {
  const workspace = await frontdesk.workspace();
  const supplierId = await addCompany({ frontdesk, workspace });
  const product = await workspace.call("POST", "/api/v1/products", {
    name: "Tap",
    price: 30,
    currency: "GBP",
  });
  const productId = product.body.data.id as string;
  const offer = (body: object) =>
    workspace.call("POST", path, { supplier_id: supplierId, supplier_price: 12.5, ...body });
  return { workspace, supplierId, productId, offer };
}

test("workspace.create_supplier_product#0 supplier and price are required, and the supplier is a company", async () => {
  const { workspace, supplierId, productId, offer } = await shop();
  const made = await offer({
    product_id: productId,
    supplier_sku: "X1",
    lead_time_days: 3,
    minimum_order_qty: 2.5,
  });
  assert.equal(made.status, 201, made.text);
  const { data } = made.body;
  assert.deepEqual(
    [data.supplier_id, data.supplier_price, data.supplier_sku, data.lead_time_days, data.minimum_order_qty],
    [supplierId, 12.5, "X1", 3, 2.5],
  );
  assert.deepEqual([data.is_active, data.currency], [true, "GBP"], "in the product's own currency");
  for (const [body, field] of [
    [{ supplier_price: 1, product_name: "A" }, "supplier_id"],
    [{ supplier_id: supplierId, product_name: "A" }, "supplier_price"],
    [{ supplier_id: absent, supplier_price: 1, product_name: "A" }, "supplier_id"],
    [{ supplier_id: productId, supplier_price: 1, product_name: "A" }, "supplier_id"],
    [{ supplier_id: supplierId, supplier_price: -1, product_name: "A" }, "supplier_price"],
    [
      { supplier_id: supplierId, supplier_price: 1, product_name: "A", lead_time_days: 0.5 },
      "lead_time_days",
    ],
  ] as const) {
    const answer = await workspace.call("POST", path, body);
    assert.deepEqual([answer.status, fieldOf(answer)], [400, field], answer.text);
  }
});

test("who supplies something is marked as a supplier, and that is told once", async () => {
  const { workspace, supplierId, offer } = await shop();
  await offer({ product_name: "A" });
  await offer({ product_name: "B" });
  const [company, events] = await frontdesk.app.database.read(workspace.id, async (db) => [
    await db.from("companies").select("is_supplier").where("id", "=", supplierId).executeTakeFirst(),
    await db.from("events").selectAll().where("type", "=", "company.updated").execute(),
  ]);
  assert.equal(company?.is_supplier, true);
  assert.deepEqual(
    events.map((event) => event.payload["_changed_fields"]),
    [["is_supplier"]],
  );
});

test("workspace.create_supplier_product#1 either a product is linked or a name is given: not none, not both", async () => {
  const { productId, offer } = await shop();
  const linked = (await offer({ product_id: productId })).body.data;
  assert.deepEqual([linked.product_id, linked.product_name], [productId, "Tap"]);
  const named = (await offer({ product_name: " Copper pipe " })).body.data;
  assert.deepEqual([named.product_id, named.product_name], [null, "Copper pipe"]);
  for (const body of [{}, { product_id: null }, { product_id: productId, product_name: "Tap" }]) {
    const answer = await offer(body);
    assert.deepEqual([answer.status, fieldOf(answer)], [400, "product_name"], JSON.stringify(body));
  }
  assert.equal(fieldOf(await offer({ product_id: absent })), "product_id");
});

test("a linked product's new name shows; its deletion leaves the entry with the name it had", async () => {
  const { workspace, productId, offer } = await shop();
  const { id } = (await offer({ product_id: productId })).body.data;
  const shown = async () => (await workspace.call("GET", `${path}/${id}`)).body.data;
  await workspace.call("PATCH", `/api/v1/products/${productId}`, { name: "Mixer tap" });
  assert.equal((await shown()).product_name, "Mixer tap");
  await workspace.call("DELETE", `/api/v1/products/${productId}`);
  const { product_id, product_name } = await shown();
  assert.deepEqual([product_id, product_name], [null, "Tap"]);
});

test("workspace.list_supplier_products#0 by supplier, product and activity, with the scope of products", async () => {
  const { workspace, supplierId, productId, offer } = await shop();
  const other = await addCompany({ frontdesk, workspace }, "Other");
  await offer({ product_id: productId });
  await offer({ product_name: "Old", is_active: false });
  await offer({ product_name: "Theirs", supplier_id: other });
  const key = await workspace.keyWith(["products:read"]);
  const names = async (query: string) => {
    const answer = await frontdesk.call("GET", `${path}${query}`, { key });
    assert.equal(answer.status, 200, answer.text);
    return answer.body.data.map((row: { product_name: string }) => row.product_name);
  };
  assert.deepEqual(await names(""), ["Theirs", "Old", "Tap"]);
  assert.deepEqual(await names(`?supplier_id=${supplierId}`), ["Old", "Tap"]);
  assert.deepEqual(await names(`?product_id=${productId}`), ["Tap"]);
  assert.deepEqual(await names("?is_active=false"), ["Old"]);
  assert.deepEqual(await names(`?is_active=true&supplier_id=${other}`), ["Theirs"]);
  assert.equal((await frontdesk.call("GET", `${path}?supplier_id=x`, { key })).status, 400);
});

test("one entry is read, changed and deleted", async () => {
  const { workspace, productId, offer } = await shop();
  const { id } = (await offer({ product_name: "Tap, loose" })).body.data;
  const patch = (body: object) => workspace.call("PATCH", `${path}/${id}`, body);
  const linked = (await patch({ product_id: productId, supplier_price: 9 })).body.data;
  assert.deepEqual([linked.product_name, linked.supplier_price], ["Tap", 9]);
  const loose = (await patch({ product_id: null, product_name: "Loose" })).body.data;
  assert.deepEqual([loose.product_id, loose.product_name, loose.supplier_price], [null, "Loose", 9]);
  assert.equal(fieldOf(await patch({ supplier_id: absent })), "supplier_id");
  assert.deepEqual((await workspace.call("GET", `${path}/${id}`)).body.data, loose);
  assert.equal((await workspace.call("DELETE", `${path}/${id}`)).status, 204);
  assert.equal((await workspace.call("GET", `${path}/${id}`)).status, 404);
});
