import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { startHarness } from "../../../testing/harness.ts";
import type { TestWorkspace } from "../../../testing/harness.ts";
import { csvRows, defineFields, download, put, sheetOf } from "./exported.ts";

const frontdesk = await startHarness();

const csv = async (workspace: TestWorkspace, query: string) =>
  csvRows(await download(frontdesk, workspace.key, "GET", `/crm/export?format=csv&${query}`));

const names = (rows: Record<string, string>[], column = "First name") =>
  rows.map((row) => row[column]).sort();

test("workspace.export_crm workspace.export_crm#0 a workbook by default, a CSV when asked for", async () => {
  const workspace = await frontdesk.workspace();
  await workspace.call("POST", "/api/v1/contacts", {
    first_name: "Paul",
    last_name: "Jones & <Sons>",
    email: "paul@example.com",
    date_of_birth: "1980-02-29",
  });
  const book = await download(frontdesk, workspace.key, "GET", "/crm/export?type=contacts");
  assert.equal(
    book.headers["content-type"],
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  );
  assert.match(
    String(book.headers["content-disposition"]),
    /attachment; filename="contacts 2026-03-02\.xlsx"/,
  );
  const sheet = await sheetOf(book);
  const titles = (sheet.getRow(1).values as string[]).slice(1);
  const cell = (title: string) => sheet.getRow(2).getCell(titles.indexOf(title) + 1);
  assert.equal(cell("Last name").value, "Jones & <Sons>");
  assert.equal(sheet.getRow(1).getCell(1).font.bold, true);
  assert.deepEqual(cell("Date of birth").value, new Date("1980-02-29T00:00:00Z"));
  assert.equal(cell("Unsubscribed from e-mail").value, false);
  assert.deepEqual(cell("Created at").value, new Date("2026-03-02T09:00:00Z"));
  const text = await download(frontdesk, workspace.key, "GET", "/crm/export?type=contacts&format=csv");
  assert.match(String(text.headers["content-type"]), /^text\/csv/);
  assert.match(String(text.headers["content-disposition"]), /\.csv"/);
  assert.equal(csvRows(text)[0]?.["E-mail"], "paul@example.com");
});

test("a noun is exported under each name the API has for it; any other is told which there are", async () => {
  const workspace = await frontdesk.workspace();
  await workspace.call("POST", "/api/v1/companies", { name: "Acme" });
  await workspace.call("POST", "/api/v1/opportunities", { name: "Roof" });
  for (const [one, other, count] of [
    ["customers", "companies", 1],
    ["deals", "opportunities", 1],
    ["work-orders", "work_orders", 0],
  ] as const) {
    const rows = await csv(workspace, `type=${other}`);
    assert.equal(rows.length, count, other);
    assert.deepEqual(rows, await csv(workspace, `type=${one}`));
  }
  const reader = await workspace.keyWith(["companies:read"]);
  const open = await frontdesk.call("GET", "/api/v1/crm/export?type=companies", { key: reader });
  const closed = await frontdesk.call("GET", "/api/v1/crm/export?type=opportunities", { key: reader });
  assert.deepEqual([open.status, closed.status], [200, 403]);
  const stray = await workspace.call("GET", "/api/v1/crm/export?type=invoices");
  assert.equal(stray.status, 400);
  assert.match(stray.text, /one of contacts, customers, deals, work-orders/);
});

test("workspace.export_crm#0 workspace.export_crm#1 headers tell how many rows there are, and that there would have been more than 50,000", async () => {
  const workspace = await frontdesk.workspace();
  const small = await download(frontdesk, workspace.key, "GET", "/crm/export?type=customers&format=csv");
  assert.equal(small.headers["x-row-count"], "0");
  assert.equal(small.headers["x-truncated"], "0");
  await fillCompanies(workspace, 50_001);
  const full = await download(frontdesk, workspace.key, "GET", "/crm/export?type=customers&format=csv");
  assert.equal(full.headers["x-row-count"], "50000");
  assert.equal(full.headers["x-truncated"], "1");
  const lines = full.bytes.toString().trim().split("\r\n");
  assert.equal(lines.length, 1 + 50_000);
  assert.match(lines[1] ?? "", /Company 50001/, "the newest first, so the oldest is the one left out");
});

async function fillCompanies(workspace: TestWorkspace, count: number): Promise<void> {
  await frontdesk.app.database.transaction(workspace.id, (db) =>
    db.raw(sql`insert into companies (workspace_id, id, public_id, name, created_at, updated_at)
      select ${workspace.id}::uuid, gen_random_uuid(), 'A-' || n, 'Company ' || n,
        '2026-01-01Z'::timestamptz + n * interval '1 second', '2026-01-01Z' from generate_series(1, ${count}) n`),
  );
}

test("workspace.export_crm#2 only the scope of the type that is asked for is needed", async () => {
  const workspace = await frontdesk.workspace();
  const scopes = {
    contacts: "contacts:read",
    customers: "companies:read",
    deals: "opportunities:read",
    "work-orders": "work-orders:read",
  };
  for (const [type, scope] of Object.entries(scopes)) {
    const key = await workspace.keyWith([scope]);
    for (const other of Object.keys(scopes)) {
      const answer = await download(frontdesk, key, "GET", `/crm/export?type=${other}&format=csv`);
      assert.equal(answer.status, other === type ? 200 : 403, `${scope} and ${other}`);
    }
  }
});

test("workspace.export_crm#3 custom fields are columns, and deals are searched by name alone", async () => {
  const workspace = await frontdesk.workspace();
  await defineFields(workspace, {
    deal: [
      { id: "roof_size", label: "Roof size", type: "number" },
      { id: "survey", label: "Survey at", type: "datetime" },
      { id: "urgent", label: "Urgent", type: "checkbox" },
    ],
  });
  const [contact] = await put(frontdesk, workspace, "contacts", [{ first_name: "Solar" }]);
  await put(frontdesk, workspace, "opportunities", [
    {
      name: "Solar roof",
      value_minor: 123_450,
      contact_id: contact,
      metadata: { roof_size: 42.5, survey: "2026-07-01T12:00:00Z", urgent: true },
      tags: JSON.stringify([
        { name: "hot", color: "#ff0000" },
        { name: "new", color: "#00ff00" },
      ]),
    },
    { name: "Bath", contact_id: contact, notes: "solar", metadata: { roof_size: "odd", survey: "soon" } },
  ]);
  const found = await csv(workspace, "type=deals&search=SOLAR");
  assert.equal(found.length, 1);
  const [row] = found;
  assert.equal(row?.["Name"], "Solar roof");
  assert.equal(row?.["Value"], "1234.5");
  assert.equal(row?.["Roof size"], "42.5");
  assert.equal(row?.["Survey at"], "2026-07-01 13:00:00", "on the workspace's wall clock");
  assert.equal(row?.["Urgent"], "TRUE");
  assert.equal(row?.["Tags"], "hot, new");
  assert.equal(row?.["Contact"], "Solar");
  const odd = (await csv(workspace, "type=deals")).find((one) => one["Name"] === "Bath");
  assert.equal(odd?.["Roof size"], "", "a value that no longer fits its field spoils nothing");
});

test("workspace.export_crm#4 workspace.export_crm#5 search is refused for work orders; type is needed; other types' filters do not apply", async () => {
  const workspace = await frontdesk.workspace();
  const at = (query: string) => download(frontdesk, workspace.key, "GET", `/crm/export?${query}`);
  const searched = await at("type=work-orders&search=leak");
  assert.equal(searched.status, 400);
  assert.match(searched.body.error.message as string, /search/);
  for (const query of ["", "type=invoices", "type="]) {
    const answer = await at(query);
    assert.equal(answer.status, 400);
    assert.match(JSON.stringify(answer.body), /type/);
  }
  await put(frontdesk, workspace, "contacts", [{ first_name: "Ann" }]);
  const other = await at("type=contacts&format=csv&status=won&is_supplier=true");
  assert.equal(csvRows(other).length, 1);
  assert.equal(other.headers["x-ignored-filters"], "status, is_supplier");
});

test("workspace.export_crm#6 contacts and customers are searched by name, e-mail, phone and landline", async () => {
  const workspace = await frontdesk.workspace();
  const reach = { email: "x@north.example", phone: "+447700900111", landline: "+442079460111" };
  await put(frontdesk, workspace, "contacts", [
    { first_name: "Ann", last_name: "Quill", ...reach },
    { first_name: "Ben", source: "north" },
  ]);
  await put(frontdesk, workspace, "companies", [
    { name: "Quill Ltd", ...reach },
    { name: "Other", industry: "quill" },
  ]);
  for (const needle of ["quill", "NORTH.exa", "7700900111", "2079460111"]) {
    assert.equal((await csv(workspace, `type=contacts&search=${needle}`)).length, 1, needle);
    assert.equal((await csv(workspace, `type=customers&search=${needle}`)).length, 1, needle);
  }
  assert.deepEqual(names(await csv(workspace, "type=contacts&search=an%25")), [], "% is a character");
});

test("workspace.export_crm#7 created_after and created_before include their own moment", async () => {
  const workspace = await frontdesk.workspace();
  const on = (first_name: string, created_at: string) => ({ first_name, created_at });
  await put(frontdesk, workspace, "contacts", [
    on("Ann", "2026-01-10T00:00:00Z"),
    on("Ben", "2026-01-10T12:00:00Z"),
    on("Cas", "2026-01-11T00:00:00Z"),
  ]);
  const of = async (query: string) => names(await csv(workspace, `type=contacts&${query}`));
  assert.deepEqual(await of("created_after=2026-01-10T12:00:00Z"), ["Ben", "Cas"]);
  assert.deepEqual(await of("created_before=2026-01-10T12:00:00Z"), ["Ann", "Ben"]);
  assert.deepEqual(await of("created_before=2026-01-10"), ["Ann", "Ben"]);
  assert.deepEqual(await of("created_after=2026-01-10&created_before=2026-01-10"), ["Ann", "Ben"]);
  for (const wrong of ["yesterday", "2026-02-30", "0000-01-01", "2026-1-1"]) {
    const answer = await download(
      frontdesk,
      workspace.key,
      "GET",
      `/crm/export?type=contacts&created_after=${wrong}`,
    );
    assert.equal(answer.status, 400, wrong);
    assert.match(JSON.stringify(answer.body), /created_after/);
  }
});

test("workspace.export_crm#9 contacts by source, opt-outs and company", async () => {
  const workspace = await frontdesk.workspace();
  const [ann] = await put(frontdesk, workspace, "contacts", [
    { first_name: "Ann", source: "web", email_unsubscribed: true },
    { first_name: "Ben", source: "website", sms_unsubscribed: true },
  ]);
  const [company] = await put(frontdesk, workspace, "companies", [{ name: "Acme" }]);
  await put(frontdesk, workspace, "contact_employers", [{ contact_id: ann, company_id: company }]);
  const of = async (query: string) => names(await csv(workspace, `type=contacts&${query}`));
  assert.deepEqual(await of("source=web"), ["Ann"]);
  assert.deepEqual(await of("email_unsubscribed=true"), ["Ann"]);
  assert.deepEqual(await of("email_unsubscribed=false"), ["Ben"]);
  assert.deepEqual(await of("sms_unsubscribed=true"), ["Ben"]);
  assert.deepEqual(await of(`customer_id=${company}`), ["Ann"]);
  assert.equal((await csv(workspace, "type=contacts&source=web"))[0]?.["Companies"], "Acme");
});

test("workspace.export_crm#10 customers by what they are and their industry", async () => {
  const workspace = await frontdesk.workspace();
  await put(frontdesk, workspace, "companies", [
    { name: "Buyer", is_customer: true, is_supplier: false, industry: "Building" },
    { name: "Seller", is_customer: false, is_supplier: true, industry: "Building supplies" },
  ]);
  const of = async (query: string) => names(await csv(workspace, `type=customers&${query}`), "Name");
  assert.deepEqual(await of("is_customer=true"), ["Buyer"]);
  assert.deepEqual(await of("is_customer=false"), ["Seller"]);
  assert.deepEqual(await of("is_supplier=true"), ["Seller"]);
  assert.deepEqual(await of("industry=Building"), ["Buyer"]);
});

test("workspace.export_crm#11 deals by status, pipeline, stage, contact, company and user", async () => {
  const workspace = await frontdesk.workspace();
  const [ann, ben] = await put(frontdesk, workspace, "contacts", [
    { first_name: "Ann" },
    { first_name: "Ben" },
  ]);
  const [company] = await put(frontdesk, workspace, "companies", [{ name: "Acme" }]);
  const [pipeline] = await put(frontdesk, workspace, "pipelines", [{ name: "Sales" }]);
  const [quoted] = await put(frontdesk, workspace, "pipeline_stages", [
    { name: "Quoted", pipeline_id: pipeline },
  ]);
  const [one, two] = await put(frontdesk, workspace, "opportunities", [
    { name: "One", status: "won", contact_id: ann, company_id: company },
    { name: "Two", contact_id: ben },
  ]);
  await put(frontdesk, workspace, "opportunity_placements", [
    { opportunity_id: two, pipeline_id: pipeline, stage_id: quoted, rank: "a0", placed_at: new Date(0) },
  ]);
  await put(frontdesk, workspace, "opportunity_contacts", [{ opportunity_id: two, contact_id: ann }]);
  await put(frontdesk, workspace, "opportunity_users", [{ opportunity_id: one, user_id: workspace.adminId }]);
  const of = async (query: string) => names(await csv(workspace, `type=deals&${query}`), "Name");
  assert.deepEqual(await of("status=won"), ["One"]);
  assert.deepEqual(await of(`pipeline_id=${pipeline}`), ["Two"]);
  assert.deepEqual(await of(`stage_id=${quoted}`), ["Two"]);
  assert.deepEqual(await of(`contact_id=${ann}`), ["One", "Two"]);
  assert.deepEqual(await of(`contact_id=${ben}`), ["Two"]);
  assert.deepEqual(await of(`customer_id=${company}`), ["One"]);
  assert.deepEqual(await of(`assigned_to=${workspace.adminId}`), ["One"]);
  const [row] = await csv(workspace, `type=deals&stage_id=${quoted}`);
  assert.deepEqual([row?.["Pipeline"], row?.["Stage"], row?.["Contact"]], ["Sales", "Quoted", "Ben"]);
});

test("workspace.export_crm#8 workspace.export_crm#12 work orders with their configured fields, by status, line, day and user", async () => {
  const workspace = await frontdesk.workspace();
  await put(frontdesk, workspace, "products", [
    {
      name: "Boiler",
      price_minor: 100,
      work_order_config: { fields: [{ id: "serial", label: "Serial number", type: "text" }], statuses: [] },
    },
  ]);
  const [deal] = await put(frontdesk, workspace, "opportunities", [{ name: "New boiler" }]);
  const line = { opportunity_id: deal, name: "Boiler", unit_price_minor: 100, currency: "AUD" };
  const [first, second] = await put(frontdesk, workspace, "opportunity_products", [line, line]);
  const [done] = await put(frontdesk, workspace, "work_order_statuses", [{ label: "Done" }]);
  await put(frontdesk, workspace, "work_orders", [
    { opportunity_product_id: first, schedule_date: "2026-03-05", status_id: done, data: { serial: "=1+1" } },
    { opportunity_product_id: second, schedule_date: "2026-03-06", assigned_to: workspace.adminId },
  ]);
  const of = async (query: string) =>
    names(await csv(workspace, `type=work-orders&${query}`), "Schedule date");
  assert.deepEqual(await of(`status_id=${done}`), ["2026-03-05"]);
  assert.deepEqual(await of(`deal_product_id=${second}`), ["2026-03-06"]);
  assert.deepEqual(await of("schedule_date=2026-03-06"), ["2026-03-06"]);
  assert.deepEqual(await of(`assigned_to=${workspace.adminId}`), ["2026-03-06"]);
  const [row] = await csv(workspace, `type=work-orders&status_id=${done}`);
  assert.deepEqual([row?.["Status"], row?.["Deal"], row?.["Serial number"]], ["Done", "New boiler", "'=1+1"]);
});

test("a custom field that is called like a built-in one has a column, and a name, of its own", async () => {
  const workspace = await frontdesk.workspace();
  await defineFields(workspace, { contact: [{ id: "more", label: "Notes", type: "text" }] });
  const contact = { first_name: "Ann", notes: "ours", metadata: { more: "theirs" } };
  assert.equal((await workspace.call("POST", "/api/v1/contacts", contact)).status, 201);
  const [row] = csvRows(
    await download(frontdesk, workspace.key, "GET", "/crm/export?type=contacts&format=csv"),
  );
  assert.deepEqual([row?.["Notes"], row?.["Notes (2)"]], ["ours", "theirs"]);
});
