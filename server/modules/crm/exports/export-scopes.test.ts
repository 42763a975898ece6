/** Exports and reports hold nothing the caller could not read directly. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { everyScope } from "../../../scopes.ts";
import { startHarness } from "../../../testing/harness.ts";
import { createTemplate, csvRows, download, related, root, templates } from "./exported.ts";

const frontdesk = await startHarness();
const workspace = await frontdesk.workspace();
const created = async (path: string, body: object) =>
  (await workspace.call("POST", `/api/v1${path}`, body)).body.data.id as string;
const contact = await created("/contacts", { first_name: "Ann", email: "ann@example.com" });
const company = await created("/companies", { name: "Mill Ltd" });
const deal = await created("/opportunities", { name: "Bath", contact_id: contact, customer_id: company });
await created("/tasks", { title: "Call", contact_id: contact, deal_id: deal });
const product = await created("/products", { name: "Tap", price: 5 });
await created(`/opportunities/${deal}/products`, { product_id: product, payment_status: "paid" });
const but = (...without: string[]) =>
  workspace.keyWith(everyScope.filter((scope) => !without.includes(scope)));

test("a template takes the scopes of every record its columns show, to preview it and to run it", async () => {
  for (const [column, scope] of [
    [related("primary_contact", "email"), "contacts:read"],
    [related("customer", "name"), "companies:read"],
    [related("assigned_users", "email"), "users:read"],
    [related("products", "payment_status", "comma_joined"), "invoices:read"],
    [root("name"), "opportunities:read"],
  ] as const) {
    const { id } = await createTemplate(workspace, {
      root_entity: "opportunity",
      columns: [root("name"), column],
    });
    for (const verb of ["preview", "run"]) {
      const url = `${templates}/${id}/${verb}`;
      const poor = await frontdesk.call("POST", url, { key: await but(scope), body: {} });
      assert.equal(poor.status, 403, `${verb} without ${scope}: ${poor.text}`);
      assert.deepEqual(poor.body.error.details.missing_scopes, [scope]);
      assert.equal((await frontdesk.call("POST", url, { key: workspace.key, body: {} })).status, 200);
    }
  }
  const { id } = await createTemplate(workspace, {
    root_entity: "contact",
    columns: [root("email"), related("opportunities", "value")],
  });
  const run = await frontdesk.call("POST", `${templates}/${id}/run`, {
    key: await but("opportunities:read"),
    body: {},
  });
  assert.equal(run.status, 403);
});

test("columns sent with a preview are looked at the same", async () => {
  const { id } = await createTemplate(workspace, { root_entity: "opportunity", columns: [root("name")] });
  const body = { columns: [related("primary_contact", "email")] };
  const key = await but("contacts:read");
  assert.equal((await frontdesk.call("POST", `${templates}/${id}/preview`, { key, body })).status, 403);
  assert.equal((await frontdesk.call("POST", `${templates}/${id}/preview`, { key, body: {} })).status, 200);
});

test("workspace.export_crm#3 a plain export needs the scope of its type, and leaves out what it cannot show", async () => {
  const key = await workspace.keyWith(["opportunities:read"]);
  const answer = await download(frontdesk, key, "GET", "/crm/export?type=deals&format=csv");
  const [row] = csvRows(answer);
  assert.equal(row?.["Name"], "Bath");
  for (const title of ["Contact", "Contact e-mail", "Contact phone", "Company", "Assigned to"]) {
    assert.equal(title in (row ?? {}), false, title);
  }
  assert.equal("Pipeline" in (row ?? {}), true, "a deal names where it stands");
  assert.match(answer.headers["x-hidden-columns"] ?? "", /Contact e-mail/);
  const whole = await download(frontdesk, workspace.key, "GET", "/crm/export?type=deals&format=csv");
  assert.equal(csvRows(whole)[0]?.["Contact e-mail"], "ann@example.com");
  assert.equal(whole.headers["x-hidden-columns"], undefined);
});

const query = (key: string, body: object) => frontdesk.call("POST", "/api/v1/reports/query", { key, body });

test("a report takes the scopes of all it touches: its source, what it shows, filters and sorts by", async () => {
  const drilldown = { source: "deals", mode: "drilldown" };
  for (const [spec, scope] of [
    [{ source: "tasks" }, "tasks:read"],
    [{ source: "tasks", dimensions: ["client"], mode: "drilldown" }, "contacts:read"],
    [{ source: "tasks", dimensions: ["deal_name"] }, "opportunities:read"],
    [{ ...drilldown, dimensions: ["customer_name"] }, "companies:read"],
    [{ source: "deals", dimensions: ["product_categories"] }, "products:read"],
    [{ source: "deals", dimensions: ["assigned_user_name"] }, "users:read"],
    [
      { source: "deals", filters: [{ field: "contact_name", operator: "contains", value: "Ann" }] },
      "contacts:read",
    ],
    [
      { ...drilldown, dimensions: ["name"], order_by: { field: "contact_name", direction: "asc" } },
      "contacts:read",
    ],
  ] as const) {
    const poor = await query(await but(scope), spec);
    assert.equal(poor.status, 403, `${JSON.stringify(spec)} without ${scope}: ${poor.text}`);
    assert.equal((await query(workspace.key, spec)).status, 200);
  }
});

test("a drilldown that names no columns shows those the caller may read", async () => {
  const key = await workspace.keyWith(["opportunities:read"]);
  const poor = await query(key, { source: "deals", mode: "drilldown" });
  assert.equal(poor.status, 200, poor.text);
  assert.equal("assigned_user_name" in poor.body.data[0], false);
  const rich = await query(workspace.key, { source: "deals", mode: "drilldown" });
  assert.equal("assigned_user_name" in rich.body.data[0], true);
});
