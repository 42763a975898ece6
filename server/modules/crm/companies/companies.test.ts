import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Answer, TestWorkspace } from "../../../testing/harness.ts";

const frontdesk = await startHarness();
const path = "/api/v1/companies";
const legacy = "/api/v1/customers";

type Row = Record<string, unknown> & { id: string; name: string };

async function add(workspace: TestWorkspace, body: object, at = path): Promise<Row> {
  const answer = await workspace.call("POST", at, body);
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data as Row;
}

const namesIn = (answer: Answer) => (answer.body.data as Row[]).map((row) => row.name);
const fieldOf = (answer: Answer) => answer.body.error.details.fields[0].field as string;
const eventsOf = (workspace: TestWorkspace) =>
  frontdesk.app.database.read(workspace.id, (db) =>
    db.from("events").select(["type", "payload"]).orderBy("position").execute(),
  );

test("a name, a street and a title are one line each, however they are sent; notes keep theirs", async () => {
  const workspace = await frontdesk.workspace();
  const made = await add(workspace, {
    name: "Pipes\r\nBcc: all@example.com\u2028& Sons\n",
    address_line1: "1 High St\nFlat 3",
    notes: "Rings\ntwice",
  });
  assert.equal(made.name, "Pipes Bcc: all@example.com & Sons");
  assert.deepEqual([made["address_line1"], made["notes"]], ["1 High St Flat 3", "Rings\ntwice"]);
  const person = { first_name: "Ann\r\nMary", last_name: "Hill\u0007", job_title: "\n" };
  const contact = await add(workspace, person, "/api/v1/contacts");
  assert.deepEqual(
    [contact["first_name"], contact["last_name"], contact["job_title"]],
    ["Ann Mary", "Hill", null],
  );
});

test("workspace.create_company#0 name is required and trimmed", async () => {
  const workspace = await frontdesk.workspace();
  for (const body of [{}, { name: "" }, { name: "  " }]) {
    const answer = await workspace.call("POST", path, body);
    assert.equal(answer.status, 400);
    assert.equal(fieldOf(answer), "name");
  }
  const made = await add(workspace, {
    name: " Pipes & Sons ",
    industry: "Plumbing",
    website: "pipes.example",
  });
  assert.deepEqual(
    [made.name, made["public_id"], made["industry"], made["website"], made["is_customer"]],
    ["Pipes & Sons", "A-001", "Plumbing", "pipes.example", true],
  );
  const script = await workspace.call("POST", path, { name: "X", website: "javascript:alert(1)" });
  assert.equal(script.status, 400);
  assert.equal(fieldOf(script), "website");
});

test("workspace.create_company#1 workspace.create_company#2 phone takes mobiles, landline takes fixed lines", async () => {
  const workspace = await frontdesk.workspace({ country: "AU" });
  const made = await add(workspace, { name: "A", phone: "0412 345 678", landline: "(02) 9999 1234" });
  assert.deepEqual([made["phone"], made["landline"]], ["+61412345678", "+61299991234"]);
  const fixed = await workspace.call("POST", path, { name: "B", phone: "+61299991234" });
  assert.equal(fixed.status, 400);
  assert.equal(fieldOf(fixed), "phone");
  assert.match(fixed.body.error.fix, /landline/);
});

test("workspace.create_company#3 workspace.create_company#4 metadata follows the custom fields; quick links nest", async () => {
  const workspace = await frontdesk.workspace();
  const link = "0190f3a0-1111-7000-8000-000000000001";
  const settings = {
    custom_fields: { account: [{ id: "staff", label: "Staff", type: "number" }] },
    quick_links: [{ id: link, label: "Folder", icon: "folder" }],
  };
  assert.equal((await workspace.call("PATCH", "/api/v1/company/crm-settings", settings)).status, 200);
  const metadata = { staff: 12, quick_links: { [link]: "https://example.com" } };
  assert.deepEqual((await add(workspace, { name: "A", metadata }))["metadata"], metadata);
  const wrong = await workspace.call("POST", path, { name: "B", metadata: { staff: "twelve" } });
  assert.deepEqual([wrong.status, fieldOf(wrong)], [400, "metadata.staff"]);
  const stray = await workspace.call("POST", path, { name: "B", metadata: { [link]: "x" } });
  assert.equal(stray.status, 400);
  assert.match(stray.body.error.fix, /quick_links/);
});

test("workspace.create_company#5 company.created says whether automations should see it", async () => {
  const workspace = await frontdesk.workspace();
  const quiet = await add(workspace, { name: "Quiet", skip_automations: true });
  const loud = await add(workspace, { name: "Loud" });
  assert.deepEqual(await eventsOf(workspace), [
    { type: "company.created", payload: { id: quiet.id, skip_automations: true } },
    { type: "company.created", payload: { id: loud.id } },
  ]);
});

test("workspace.list_companies#0 the older paths are the same operations", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, { name: "Pipes" }, legacy);
  const one = await workspace.call("GET", `${legacy}/${id}`);
  assert.deepEqual(one.body.data, (await workspace.call("GET", `${path}/${id}`)).body.data);
  assert.deepEqual(
    (await workspace.call("GET", legacy)).body.data,
    (await workspace.call("GET", path)).body.data,
  );
  const renamed = await workspace.call("PATCH", `${legacy}/${id}`, { name: "Drains" });
  assert.equal(renamed.body.data.name, "Drains");
  assert.deepEqual(namesIn(await workspace.call("POST", `${legacy}/search`, { query: "drain" })), ["Drains"]);
  for (const list of ["contacts", "opportunities", "deals", "activities"]) {
    assert.equal((await workspace.call("GET", `${legacy}/${id}/${list}`)).status, 200, list);
  }
  const bulk = await workspace.call("POST", `${legacy}/bulk-create`, { records: [{ name: "More" }] });
  const ids = bulk.body.data.created.map((row: Row) => row.id);
  const gone = await workspace.call("POST", `${legacy}/bulk-delete`, { ids });
  assert.equal(gone.body.data.deleted, 1);
  assert.equal((await workspace.call("DELETE", `${legacy}/${id}`)).status, 204);
});

test("workspace.list_companies#1 search finds by name, e-mail or number in any spelling", async () => {
  const workspace = await frontdesk.workspace();
  await add(workspace, { name: "Zebra Pipes", email: "office@stripes.example" });
  await add(workspace, { name: "Bob's", phone: "+447700900123", landline: "+442079460123" });
  for (const query of ["zebra", "PIPES", "office@str"]) {
    const answer = await workspace.call("GET", `${path}?search=${encodeURIComponent(query)}`);
    assert.deepEqual(namesIn(answer), ["Zebra Pipes"], query);
  }
  for (const query of ["7700900", "07700 900 123", "(020) 7946-0123"]) {
    const answer = await workspace.call("GET", `${path}?search=${encodeURIComponent(query)}`);
    assert.deepEqual(namesIn(answer), ["Bob's"], query);
  }
  assert.deepEqual(namesIn(await workspace.call("GET", `${path}?search=%25`)), []);
});

test("workspace.list_companies#2 workspace.list_companies#3 pages of 25 by default, 1 to 100, walked by cursor", async () => {
  const workspace = await frontdesk.workspace();
  const records = Array.from({ length: 27 }, (_, n) => ({ name: `N${n}` }));
  await workspace.call("POST", `${path}/bulk-create`, { records });
  const first = await workspace.call("GET", path);
  assert.equal(first.body.data.length, 25);
  const second = await workspace.call("GET", `${path}?cursor=${first.body.pagination.next_cursor}`);
  assert.equal(new Set([...namesIn(first), ...namesIn(second)]).size, 27);
  assert.equal((await workspace.call("GET", `${path}?limit=100`)).body.data.length, 27);
  for (const limit of ["0", "101", "x"]) {
    const answer = await workspace.call("GET", `${path}?limit=${limit}`);
    assert.deepEqual([answer.status, fieldOf(answer)], [400, "limit"]);
  }
});

test("workspace.update_company#0 workspace.update_company#3 what is not sent stays; null clears the landline", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, { name: "A", email: "a@example.com", landline: "+442079460123" });
  const { data } = (await workspace.call("PATCH", `${path}/${id}`, { landline: null })).body;
  assert.deepEqual([data.name, data.email, data.landline], ["A", "a@example.com", null]);
});

test("workspace.update_company#1 a change is on the record field by field, and told with what it was", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, { name: "Old" });
  await workspace.call("PATCH", `${path}/${id}`, { name: "New" });
  const entries = await frontdesk.app.database.read(workspace.id, (db) =>
    db.from("audit_entries").selectAll().where("record_id", "=", id).orderBy("id").execute(),
  );
  const update = entries.find((entry) => entry.action === "updated");
  assert.deepEqual(update?.changes, { name: { from: "Old", to: "New" } });
  const told = (await eventsOf(workspace)).find((event) => event.type === "company.updated");
  assert.deepEqual(told?.payload["_previous_values"], { name: "Old" });
});

test("workspace.update_company#2 workspace.update_company#4 no landline in phone; metadata is replaced whole", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, { name: "A", metadata: { a: 1, b: 2 } });
  const refused = await workspace.call("PATCH", `${path}/${id}`, { phone: "+442079460123" });
  assert.deepEqual([refused.status, fieldOf(refused)], [400, "phone"]);
  const replaced = await workspace.call("PATCH", `${path}/${id}`, { metadata: { c: 3 } });
  assert.deepEqual(replaced.body.data.metadata, { c: 3 });
  assert.equal((await workspace.call("PATCH", `${path}/${id}`, { metadata: { [id]: "x" } })).status, 400);
});

test("workspace.delete_company#0 a single delete needs companies:write, and people stay", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, { name: "A" });
  const person = await add(workspace, { first_name: "Ann" }, "/api/v1/contacts");
  await workspace.call("POST", `/api/v1/contacts/${person.id}/employers/${id}`);
  const weak = await workspace.keyWith(["companies:read", "companies:delete"]);
  assert.equal((await frontdesk.call("DELETE", `${path}/${id}`, { key: weak })).status, 403);
  const key = await workspace.keyWith(["companies:write"]);
  assert.equal((await frontdesk.call("DELETE", `${path}/${id}`, { key })).status, 204);
  assert.equal((await workspace.call("GET", `${path}/${id}`)).status, 404);
  assert.equal((await workspace.call("GET", `/api/v1/contacts/${person.id}`)).status, 200);
});

test("workspace.search_companies#0 workspace.search_companies#1 the best matches first, 1 to 100 of them", async () => {
  const workspace = await frontdesk.workspace();
  await add(workspace, { name: "Marlow Plumbing", email: "desk@marlow.example", phone: "+447700900123" });
  await add(workspace, { name: "Marlo Bakery" });
  const found = async (query: string, limit?: number) =>
    workspace.call("POST", `${path}/search`, { query, ...(limit === undefined ? {} : { limit }) });
  assert.deepEqual(namesIn(await found("marlow")), ["Marlow Plumbing", "Marlo Bakery"]);
  assert.deepEqual(namesIn(await found("desk@marlow")), ["Marlow Plumbing"]);
  assert.deepEqual(namesIn(await found("07700 900123")), ["Marlow Plumbing"]);
  assert.equal((await found("marlo", 1)).body.data.length, 1);
  for (const limit of [0, 101]) assert.equal((await found("marlow", limit)).status, 400);
});

test("workspace.list_company_contacts#0 the people linked to it, with both scopes", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, { name: "Pipes" });
  for (const first_name of ["Ann", "Bob", "Cem"]) {
    const person = await add(workspace, { first_name }, "/api/v1/contacts");
    if (first_name !== "Bob") await workspace.call("POST", `/api/v1/contacts/${person.id}/employers/${id}`);
  }
  const list = await workspace.call("GET", `${path}/${id}/contacts`);
  assert.deepEqual(
    list.body.data.map((row: { first_name: string }) => row.first_name),
    ["Cem", "Ann"],
  );
  const first = await workspace.call("GET", `${path}/${id}/contacts?limit=1`);
  const rest = await workspace.call(
    "GET",
    `${path}/${id}/contacts?cursor=${first.body.pagination.next_cursor}`,
  );
  assert.deepEqual([...first.body.data, ...rest.body.data], list.body.data);
  for (const scope of ["companies:read", "contacts:read"]) {
    const key = await workspace.keyWith([scope]);
    assert.equal((await frontdesk.call("GET", `${path}/${id}/contacts`, { key })).status, 403);
  }
});

test("workspace.list_company_opportunities#0 workspace.list_company_opportunities#1 its opportunities, under the older path too, with both scopes", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, { name: "Pipes" });
  await add(workspace, { name: "New boiler", customer_id: id }, "/api/v1/opportunities");
  await add(workspace, { name: "Somebody else's" }, "/api/v1/opportunities");
  for (const list of [`${path}/${id}/opportunities`, `${legacy}/${id}/deals`, `${path}/${id}/deals`]) {
    assert.deepEqual(namesIn(await workspace.call("GET", list)), ["New boiler"], list);
  }
  for (const scope of ["companies:read", "opportunities:read"]) {
    const key = await workspace.keyWith([scope]);
    assert.equal((await frontdesk.call("GET", `${path}/${id}/opportunities`, { key })).status, 403);
  }
});

test("workspace.list_company_activities#0 its activities, with both scopes", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, { name: "Pipes" });
  const call = { activity_type: "call", subject: "Rang back", customer_id: id };
  await add(workspace, call, "/api/v1/activities");
  const list = await workspace.call("GET", `${path}/${id}/activities`);
  assert.deepEqual(
    list.body.data.map((row: { subject: string }) => row.subject),
    ["Rang back"],
  );
  for (const scope of ["companies:read", "activities:read"]) {
    const key = await workspace.keyWith([scope]);
    assert.equal((await frontdesk.call("GET", `${path}/${id}/activities`, { key })).status, 403);
  }
});

test("workspace.bulk_create_companies#0 workspace.bulk_create_companies#2 workspace.bulk_create_companies#3 what is right is made, what is wrong is told", async () => {
  const workspace = await frontdesk.workspace();
  const full = {
    name: "Full",
    email: "f@example.com",
    phone: "+447700900123",
    landline: "+442079460123",
    industry: "Baking",
    website: "https://example.com",
    notes: "Rings twice",
    metadata: { a: 1 },
  };
  const records = [
    full,
    { email: "x@example.com" },
    { name: "Odd", phone: "+442079460123" },
    { name: "NUL", notes: "\0" },
    { name: "Last" },
  ];
  const answer = await workspace.call("POST", `${path}/bulk-create`, { records });
  assert.equal(answer.status, 200, answer.text);
  const { created, errors } = answer.body.data;
  assert.deepEqual(
    created.map((row: Row) => row.name),
    ["Full", "Last"],
  );
  for (const [field, value] of Object.entries(full)) assert.deepEqual(created[0][field], value);
  assert.deepEqual(
    errors.map((error: { index: number; fields: { field: string }[] }) => [
      error.index,
      error.fields[0]?.field,
    ]),
    [
      [1, "name"],
      [2, "phone"],
      [3, "notes"],
    ],
  );
  const many = Array.from({ length: 101 }, (_, n) => ({ name: `N${n}` }));
  const refused = await workspace.call("POST", `${path}/bulk-create`, { records: many });
  assert.deepEqual([refused.status, fieldOf(refused)], [400, "records"]);
  assert.equal(namesIn(await workspace.call("GET", path)).length, 2);
});

test("workspace.bulk_create_companies#1 skip_automations holds for every record", async () => {
  const workspace = await frontdesk.workspace();
  const body = { records: [{ name: "A" }, { name: "B" }], skip_automations: true };
  await workspace.call("POST", `${path}/bulk-create`, body);
  const told = await eventsOf(workspace);
  assert.deepEqual(
    told.map((event) => [event.type, event.payload["skip_automations"]]),
    [
      ["company.created", true],
      ["company.created", true],
    ],
  );
});

test("workspace.bulk_delete_companies#0 workspace.bulk_delete_companies#1 workspace.bulk_delete_companies#2 workspace.bulk_delete_companies#3 up to 100 go for good, counted, with companies:delete", async () => {
  const workspace = await frontdesk.workspace();
  const stranger = await frontdesk.workspace();
  const mine = [(await add(workspace, { name: "A" })).id, (await add(workspace, { name: "B" })).id];
  const theirs = await add(stranger, { name: "C" });
  const weak = await workspace.keyWith(["companies:write"]);
  const body = { ids: [...mine, theirs.id] };
  assert.equal((await frontdesk.call("POST", `${path}/bulk-delete`, { key: weak, body })).status, 403);
  const key = await workspace.keyWith(["companies:delete"]);
  const answer = await frontdesk.call("POST", `${path}/bulk-delete`, { key, body });
  assert.deepEqual(answer.body.data, { success: true, deleted: 2 });
  for (const id of mine) assert.equal((await workspace.call("GET", `${path}/${id}`)).status, 404);
  assert.equal((await stranger.call("GET", `${path}/${theirs.id}`)).status, 200);
  assert.equal((await workspace.call("POST", `${path}/bulk-delete`, { ids: mine })).body.data.deleted, 0);
  const many = Array.from({ length: 101 }, () => mine[0]);
  assert.equal((await workspace.call("POST", `${path}/bulk-delete`, { ids: many })).status, 400);
});
