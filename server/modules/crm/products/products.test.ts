import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Answer, TestWorkspace } from "../../../testing/harness.ts";
import { addCompany } from "../test-crm.ts";

const frontdesk = await startHarness();
const path = "/api/v1/products";
const absent = "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b";

type Row = Record<string, unknown> & { id: string };

const fieldOf = (answer: Answer) => answer.body.error.details.fields[0].field as string;

async function add(workspace: TestWorkspace, body: object = {}): Promise<Row> {
  const answer = await workspace.call("POST", path, { name: "Tap", price: 10, ...body });
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data as Row;
}

async function refused(workspace: TestWorkspace, body: object): Promise<string> {
  const answer = await workspace.call("POST", path, { name: "Tap", price: 10, ...body });
  assert.equal(answer.status, 400, JSON.stringify(body) + answer.text);
  return fieldOf(answer);
}

test("workspace.create_product#0 name and price make a product; without them it is refused", async () => {
  const workspace = await frontdesk.workspace();
  const made = await add(workspace, { name: "  Mixer tap ", price: 89.95, sku: "MT-1" });
  assert.deepEqual([made["name"], made["price"], made["sku"]], ["Mixer tap", 89.95, "MT-1"]);
  for (const [body, field] of [
    [{ price: 1 }, "name"],
    [{ name: "Tap" }, "price"],
    [{ name: "   ", price: 1 }, "name"],
    [{ name: "Tap", price: -1 }, "price"],
    [{ name: "Tap", price: 1e300 }, "price"],
    [{ name: "Tap", price: "12" }, "price"],
  ] as const) {
    const answer = await workspace.call("POST", path, body);
    assert.equal(answer.status, 400, answer.text);
    assert.equal(fieldOf(answer), field);
  }
});

test("workspace.create_product#1 the currency is AUD unless another is sent, and has to be one", async () => {
  const workspace = await frontdesk.workspace();
  assert.equal((await add(workspace))["currency"], "AUD");
  const yen = await add(workspace, { currency: "jpy", price: 1200 });
  assert.deepEqual([yen["currency"], yen["price"]], ["JPY", 1200]);
  assert.equal(await refused(workspace, { currency: "XQZ" }), "currency");
  assert.equal(await refused(workspace, { currency: "dollars" }), "currency");
});

test("workspace.create_product#2 a product is active unless it is said not to be", async () => {
  const workspace = await frontdesk.workspace();
  assert.equal((await add(workspace))["is_active"], true);
  assert.equal((await add(workspace, { is_active: false }))["is_active"], false);
});

test("workspace.create_product#3 without a work order configuration of its own the company's applies", async () => {
  const workspace = await frontdesk.workspace();
  assert.equal((await add(workspace))["work_order_config"], null);
  assert.equal((await add(workspace, { work_order_config: null }))["work_order_config"], null);
  const { work_order_config: config } = await add(workspace, {
    work_order_config: {
      fields: [{ key: "serial", label: "Serial number", required: true }],
      statuses: ["Ordered", { label: "Fitted", color: "#16a34a" }],
    },
  });
  assert.deepEqual(config, {
    fields: [
      { key: "serial", label: "Serial number", type: "text", required: true, show_to_customer: false },
    ],
    statuses: [
      { label: "Ordered", color: null, is_complete: false },
      { label: "Fitted", color: "#16a34a", is_complete: true },
    ],
  });
  for (const [wrong, field] of [
    [{ fields: [{ key: "a" }, { key: "a" }] }, "work_order_config.fields.1"],
    [{ fields: [{ key: "a", type: "dropdown" }] }, "work_order_config.fields.0.options"],
    [{ fields: [{ key: "a", type: "colour" }] }, "work_order_config"],
    [{ statuses: ["Done", " done "] }, "work_order_config.statuses.1"],
    [{ columns: [] }, "work_order_config"],
    ["none", "work_order_config"],
  ] as const) {
    const named = await refused(workspace, { work_order_config: wrong });
    assert.ok(named.startsWith(field), `${named} for ${JSON.stringify(wrong)}`);
  }
});

test("workspace.create_product#4 workspace.update_product#2 workspace.update_product#3 pictures are images, a list of web addresses; image_url is no field", async () => {
  const workspace = await frontdesk.workspace();
  const images = ["https://example.com/tap.jpg", "http://example.com/2.png"];
  const made = await add(workspace, { images });
  assert.deepEqual(made["images"], images);
  assert.deepEqual((await add(workspace))["images"], []);
  assert.equal(await refused(workspace, { image_url: images[0] }), "image_url");
  assert.equal(await refused(workspace, { images: images[0] }), "images");
  assert.equal(await refused(workspace, { images: ["javascript:alert(1)"] }), "images.0");
  const patch = (body: object) => workspace.call("PATCH", `${path}/${made.id}`, body);
  const changed = await patch({ images: [images[1]] });
  assert.deepEqual(changed.body.data.images, [images[1]]);
  const unknown = await patch({ image_url: images[0] });
  assert.deepEqual([unknown.status, fieldOf(unknown)], [400, "image_url"]);
  assert.equal(fieldOf(await patch({ images: "https://example.com" })), "images");
});

test("workspace.update_product#0 every documented field can be written; what is not sent stays", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace);
  const written = {
    name: "Basin tap",
    sku: "BT-2",
    price: 0.1,
    currency: "GBP",
    category: "Taps",
    description: "Chrome",
    unit: "piece",
    benefits: "Saves water",
    deposit_percent: 12.5,
    default_expiry_days: 30,
    images: ["https://example.com/a.jpg"],
    track_inventory: true,
    track_batches: true,
    low_stock_threshold: 2.5,
    is_active: false,
    metadata: { shelf: "B4" },
    work_order_config: { fields: [], statuses: [] },
  };
  const answer = await workspace.call("PATCH", `${path}/${id}`, written);
  assert.equal(answer.status, 200, answer.text);
  const read = async () => (await workspace.call("GET", `${path}/${id}`)).body.data;
  const shown = await read();
  for (const [name, value] of Object.entries(written)) assert.deepEqual(shown[name], value, name);
  await workspace.call("PATCH", `${path}/${id}`, { sku: "", deposit_percent: null });
  const later = await read();
  assert.deepEqual([later.sku, later.deposit_percent, later.category], [null, null, "Taps"]);
  assert.equal((await workspace.call("PATCH", `${path}/${id}`, { deposit_percent: 101 })).status, 400);
});

test("a price keeps its amount when the currency changes, whatever its decimals", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, { price: 1200 });
  const patched = await workspace.call("PATCH", `${path}/${id}`, { currency: "JPY" });
  assert.deepEqual([patched.body.data.price, patched.body.data.currency], [1200, "JPY"]);
});

test("workspace.update_product#1 null gives a product back to the company's configuration", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, { work_order_config: { statuses: ["Cut"] } });
  const reverted = await workspace.call("PATCH", `${path}/${id}`, { work_order_config: null });
  assert.equal(reverted.body.data.work_order_config, null);
});

test("the newest first, a page at a time, by what is asked for", async () => {
  const workspace = await frontdesk.workspace();
  for (const body of [
    { name: "A", category: "Taps", sku: "1" },
    { name: "B", category: "Taps", is_active: false },
    { name: "C", category: "Pipes" },
  ]) {
    await add(workspace, body);
  }
  const names = async (query: string) =>
    (await workspace.call("GET", `${path}${query}`)).body.data.map((row: Row) => row["name"]);
  assert.deepEqual(await names(""), ["C", "B", "A"]);
  assert.deepEqual(await names("?category=Taps&is_active=true"), ["A"]);
  assert.deepEqual(await names("?sku=1"), ["A"]);
  const first = await workspace.call("GET", `${path}?limit=2`);
  assert.equal(first.body.pagination.has_more, true);
  assert.deepEqual(await names(`?limit=2&cursor=${first.body.pagination.next_cursor}`), ["A"]);
  assert.equal((await workspace.call("GET", `${path}/${absent}`)).status, 404);
  const stranger = await frontdesk.workspace();
  assert.equal((await stranger.call("GET", `${path}/${first.body.data[0].id}`)).status, 404);
});

test("deleting answers 204 and is told with all it held, in the fields' own names", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, { price: 12.5 });
  await workspace.call("PATCH", `${path}/${id}`, { price: 13 });
  assert.equal((await workspace.call("DELETE", `${path}/${id}`)).status, 204);
  assert.equal((await workspace.call("GET", `${path}/${id}`)).status, 404);
  const [entries, events] = await frontdesk.app.database.read(workspace.id, async (db) => [
    await db.from("audit_entries").selectAll().where("record_id", "=", id).orderBy("id").execute(),
    await db.from("events").selectAll().where("record_id", "=", id).orderBy("position").execute(),
  ]);
  assert.deepEqual(
    entries.map((entry) => entry.action),
    ["created", "updated", "deleted"],
  );
  assert.deepEqual(entries[1]?.changes, { price: { from: 12.5, to: 13 } });
  assert.deepEqual(
    events.map((event) => event.type),
    ["product.created", "product.updated", "product.deleted"],
  );
  assert.deepEqual(events[1]?.payload["_changed_fields"], ["price"]);
  assert.deepEqual(events[1]?.payload["_previous_values"], { price: 12.5 });
});

test("costs are a product's own, in the order they came", async () => {
  const workspace = await frontdesk.workspace();
  const [product, other] = [await add(workspace, { currency: "GBP" }), await add(workspace)];
  const costs = `${path}/${product.id}/costs`;
  const valve = await workspace.call("POST", costs, { label: "Valve", cost_price: 42.5, quantity: 2 });
  assert.equal(valve.status, 201, valve.text);
  const { label, cost_price: price, quantity, currency, product_id: productId } = valve.body.data;
  assert.deepEqual([label, price, quantity, currency, productId], ["Valve", 42.5, 2, "GBP", product.id]);
  const bare = await workspace.call("POST", costs, {});
  assert.deepEqual([bare.body.data.cost_price, bare.body.data.quantity, bare.body.data.label], [0, 1, null]);
  const listed = await workspace.call("GET", costs);
  assert.deepEqual(
    listed.body.data.map((row: Row) => row.id),
    [valve.body.data.id, bare.body.data.id],
  );
  assert.deepEqual((await workspace.call("GET", `${path}/${other.id}/costs`)).body.data, []);
  assert.equal((await workspace.call("GET", `${path}/${absent}/costs`)).status, 404);
  assert.equal((await workspace.call("POST", `${path}/${absent}/costs`, {})).status, 404);
  assert.equal((await workspace.call("POST", costs, { quantity: 1e300 })).status, 400);
});

test("workspace.create_product_cost#0 supplier_id is a company; a catalogue entry brings its supplier and price", async () => {
  const workspace = await frontdesk.workspace();
  const place = { frontdesk, workspace };
  const [supplier, another] = [await addCompany(place), await addCompany(place, "Other")];
  const stranger = await addCompany({ frontdesk, workspace: await frontdesk.workspace() });
  const { id } = await add(workspace);
  const cost = (body: object) => workspace.call("POST", `${path}/${id}/costs`, body);
  assert.equal((await cost({ supplier_id: supplier })).body.data.supplier_id, supplier);
  for (const unknown of [absent, stranger, id]) {
    const answer = await cost({ supplier_id: unknown });
    assert.deepEqual([answer.status, fieldOf(answer)], [400, "supplier_id"]);
  }
  const offer = (body: object) =>
    workspace.call("POST", "/api/v1/supplier-catalog", {
      supplier_id: supplier,
      supplier_price: 7.25,
      ...body,
    });
  const inDollars = (await offer({ product_id: id })).body.data.id;
  const taken = (await cost({ supplier_product_id: inDollars })).body.data;
  assert.deepEqual([taken.supplier_id, taken.cost_price], [supplier, 7.25]);
  assert.equal((await cost({ supplier_product_id: inDollars, cost_price: 6 })).body.data.cost_price, 6);
  const mixed = await cost({ supplier_product_id: inDollars, supplier_id: another });
  assert.deepEqual([mixed.status, fieldOf(mixed)], [400, "supplier_product_id"]);
  const inEuros = (await offer({ product_name: "Imported", currency: "EUR" })).body.data.id;
  const unclear = await cost({ supplier_product_id: inEuros });
  assert.deepEqual([unclear.status, fieldOf(unclear)], [400, "cost_price"]);
  assert.equal(fieldOf(await cost({ supplier_product_id: absent })), "supplier_product_id");
});

test("a cost is changed and deleted under its own product only", async () => {
  const workspace = await frontdesk.workspace();
  const [product, other] = [await add(workspace), await add(workspace)];
  const { id } = (
    await workspace.call("POST", `${path}/${product.id}/costs`, { label: "Valve", cost_price: 4 })
  ).body.data;
  const at = (owner: Row) => `${path}/${owner.id}/costs/${id}`;
  const changed = await workspace.call("PATCH", at(product), { cost_price: 5 });
  assert.deepEqual(
    [changed.status, changed.body.data.cost_price, changed.body.data.label],
    [200, 5, "Valve"],
  );
  for (const method of ["PATCH", "DELETE"]) {
    assert.equal((await workspace.call(method, at(other), method === "PATCH" ? {} : undefined)).status, 404);
  }
  assert.equal((await workspace.call("DELETE", at(product))).status, 204);
  assert.equal((await workspace.call("DELETE", at(product))).status, 404);
});
