import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { Temporal } from "temporal-polyfill";
import { startHarness } from "../../../testing/harness.ts";
import { greeting } from "./contact.ts";
import type { Answer, TestWorkspace } from "../../../testing/harness.ts";

const frontdesk = await startHarness();
const path = "/api/v1/contacts";

type Row = Record<string, unknown> & { id: string; first_name: string };

async function add(workspace: TestWorkspace, body: object): Promise<Row> {
  const answer = await workspace.call("POST", path, body);
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data as Row;
}

const namesIn = (answer: Answer) => (answer.body.data as Row[]).map((row) => row.first_name);
const names = async (workspace: TestWorkspace, query: string) =>
  namesIn(await workspace.call("GET", `${path}${query}`)).toSorted();
const fieldOf = (answer: Answer) => answer.body.error.details.fields[0].field as string;
const eventsOf = (workspace: TestWorkspace) =>
  frontdesk.app.database.read(workspace.id, (db) =>
    db.from("events").select(["type", "payload"]).orderBy("position").execute(),
  );

async function employ(workspace: TestWorkspace, contactId: string, name: string): Promise<string> {
  const now = frontdesk.app.clock.now();
  await frontdesk.app.database.transaction(workspace.id, (db) =>
    db.raw(sql`
      insert into companies (workspace_id, id, public_id, name, created_at, updated_at)
      values (${workspace.id}, gen_random_uuid(), next_public_id(${workspace.id}, 'company', 'A'), ${name}, ${now}, ${now})`),
  );
  const [company] = await frontdesk.app.database.read(workspace.id, (db) =>
    db.raw(
      sql<{ id: string }>`select id from companies where workspace_id = ${db.workspaceId} and name = ${name}`,
    ),
  );
  await frontdesk.app.database.transaction(workspace.id, (db) =>
    db
      .insert("contact_employers", { contact_id: contactId, company_id: company?.id ?? "", created_at: now })
      .execute(),
  );
  return company?.id ?? "";
}

test("workspace.create_contact#0 first_name is required", async () => {
  const workspace = await frontdesk.workspace();
  for (const body of [{ email: "paul@example.com" }, { first_name: "" }, { first_name: "   " }]) {
    const answer = await workspace.call("POST", path, body);
    assert.equal(answer.status, 400);
    assert.equal(answer.body.error.code, "VALIDATION_ERROR");
    assert.equal(fieldOf(answer), "first_name");
  }
});

test("workspace.create_contact#1 workspace.create_contact#2 workspace.create_contact#3 names are trimmed, the last one is optional and null when empty", async () => {
  const workspace = await frontdesk.workspace();
  const paul = await add(workspace, { first_name: "  Paul ", last_name: "  " });
  assert.deepEqual([paul.first_name, paul["last_name"], paul["public_id"]], ["Paul", null, "C-001"]);
  const next = await add(workspace, { first_name: "Ann" });
  assert.deepEqual([next["last_name"], next["public_id"]], [null, "C-002"]);
});

test("workspace.create_contact#4 workspace.create_contact#13 display_name and greeting read well without a last name", async () => {
  const workspace = await frontdesk.workspace();
  const paul = await add(workspace, { first_name: "Paul" });
  assert.deepEqual([paul["display_name"], paul["greeting"]], ["Paul", "Hi Paul"]);
  const ann = await add(workspace, { first_name: "Ann", last_name: "Lee" });
  assert.deepEqual([ann["display_name"], ann["greeting"]], ["Ann Lee", "Hi Ann"]);
  assert.equal(greeting({ first_name: "" }), "Hi there");
  const found = await workspace.call("POST", "/api/v1/search", { query: "paul" });
  assert.equal(found.body.data[0].display_name, "Paul");
});

test("workspace.create_contact#5 workspace.create_contact#6 workspace.create_contact#7 phone takes mobiles, landline takes fixed lines, both become E.164", async () => {
  const workspace = await frontdesk.workspace({ country: "AU" });
  const row = await add(workspace, { first_name: "A", phone: "0412 345 678", landline: "(02) 9999 1234" });
  assert.deepEqual([row["phone"], row["landline"]], ["+61412345678", "+61299991234"]);
  const fixed = await workspace.call("POST", path, { first_name: "B", phone: "+61299991234" });
  assert.equal(fixed.status, 400);
  assert.equal(fieldOf(fixed), "phone");
  assert.match(fixed.body.error.fix, /landline/);
  for (const field of ["phone", "landline"]) {
    const wrong = await workspace.call("POST", path, { first_name: "B", [field]: "12" });
    assert.equal(wrong.status, 400);
    assert.equal(fieldOf(wrong), field);
  }
});

test("workspace.create_contact#8 date_of_birth is a calendar date and stays the same day", async () => {
  const workspace = await frontdesk.workspace({ timeZone: "Pacific/Auckland" });
  assert.equal(
    (await add(workspace, { first_name: "A", date_of_birth: "1990-03-26" }))["date_of_birth"],
    "1990-03-26",
  );
  for (const wrong of ["26/03/1990", "1990-02-30", "1990-03-26T00:00:00Z"]) {
    const answer = await workspace.call("POST", path, { first_name: "A", date_of_birth: wrong });
    assert.equal(answer.status, 400, wrong);
    assert.equal(fieldOf(answer), "date_of_birth");
  }
});

test("nobody is born after today, which is the workspace's day; nobody has an address that no mail server takes", async () => {
  const workspace = await frontdesk.workspace({ timeZone: "Pacific/Auckland" });
  const { id } = await add(workspace, { first_name: "A" });
  const zoned = Temporal.Instant.fromEpochMilliseconds(
    frontdesk.app.clock.now().getTime(),
  ).toZonedDateTimeISO("Pacific/Auckland");
  const today = zoned.toPlainDate().toString();
  const tomorrow = zoned.toPlainDate().add({ days: 1 }).toString();
  for (const wrong of [
    { date_of_birth: tomorrow },
    { date_of_birth: "2999-01-01" },
    { email: "a..b@x.example" },
    { email: ".a@x.example" },
    { email: "a@-b.example" },
  ]) {
    const field = Object.keys(wrong)[0];
    const created = await workspace.call("POST", path, { first_name: "B", ...wrong });
    assert.deepEqual([created.status, fieldOf(created)], [400, field], created.text);
    const updated = await workspace.call("PATCH", `${path}/${id}`, wrong);
    assert.deepEqual([updated.status, fieldOf(updated)], [400, field], updated.text);
    const many = await workspace.call("POST", `${path}/bulk-create`, {
      records: [{ first_name: "C", ...wrong }],
    });
    assert.equal(many.body.data.created?.length ?? 0, 0, many.text);
    assert.match(many.text, new RegExp(String(field)));
  }
  assert.deepEqual(await names(workspace, ""), ["A"]);
  const born = await workspace.call("PATCH", `${path}/${id}`, { date_of_birth: today });
  assert.equal(born.body.data.date_of_birth, today, "born today");
});

test("workspace.create_contact#9 workspace.create_contact#14 country is Australia unless given; the other texts are optional", async () => {
  const workspace = await frontdesk.workspace();
  const plain = await add(workspace, { first_name: "A" });
  assert.equal(plain["country"], "Australia");
  const texts = {
    job_title: "Plumber",
    source: "referral",
    notes: "Rings twice",
    address_line1: "1 High St",
    city: "Leeds",
    state: "Yorkshire",
    postal_code: "LS1 1AA",
    country: "UK",
  };
  const full = await add(workspace, { first_name: "B", ...texts });
  for (const [name, value] of Object.entries(texts)) {
    assert.equal(full[name], value);
    if (name !== "country") assert.equal(plain[name], null);
  }
});

test("workspace.create_contact#10 workspace.create_contact#11 metadata keeps custom fields; ids at its root are refused", async () => {
  const workspace = await frontdesk.workspace();
  const link = "0190f3a0-1111-7000-8000-000000000001";
  const defined = await workspace.call("PATCH", "/api/v1/company/crm-settings", {
    quick_links: [{ id: link, label: "Folder", icon: "folder" }],
  });
  assert.equal(defined.status, 200, defined.text);
  const metadata = { roof: "slate", quick_links: { [link]: "https://example.com" } };
  assert.deepEqual((await add(workspace, { first_name: "A", metadata }))["metadata"], metadata);
  const stray = await workspace.call("POST", path, { first_name: "A", metadata: { [link]: "x" } });
  assert.equal(stray.status, 400);
  assert.match(stray.body.error.fix, /quick_links/);
});

test("workspace.create_contact#12 contact.created says whether automations should see it", async () => {
  const workspace = await frontdesk.workspace();
  const quiet = await add(workspace, { first_name: "Quiet", skip_automations: true });
  const loud = await add(workspace, { first_name: "Loud" });
  assert.deepEqual(await eventsOf(workspace), [
    { type: "contact.created", payload: { id: quiet.id, skip_automations: true } },
    { type: "contact.created", payload: { id: loud.id } },
  ]);
});

test("workspace.list_contacts#0 workspace.list_contacts#1 pages of 25 by default, 1 to 100, walked by cursor", async () => {
  const workspace = await frontdesk.workspace();
  for (let count = 0; count < 27; count += 1) await add(workspace, { first_name: `N${count}` });
  const first = await workspace.call("GET", path);
  assert.equal(first.body.data.length, 25);
  assert.equal(first.body.pagination.has_more, true);
  const second = await workspace.call("GET", `${path}?cursor=${first.body.pagination.next_cursor}`);
  assert.equal(second.body.data.length, 2);
  assert.equal(second.body.pagination.has_more, false);
  assert.equal(new Set([...namesIn(first), ...namesIn(second)]).size, 27);
  const back = await workspace.call("GET", `${path}?cursor=${second.body.pagination.prev_cursor}`);
  assert.deepEqual(namesIn(back), namesIn(first));
  assert.equal((await workspace.call("GET", `${path}?limit=100`)).body.data.length, 27);
  for (const limit of ["0", "101", "x"]) {
    const answer = await workspace.call("GET", `${path}?limit=${limit}`);
    assert.equal(answer.status, 400);
    assert.equal(fieldOf(answer), "limit");
  }
});

test("workspace.list_contacts#2 search finds by either name, e-mail, mobile or landline", async () => {
  const workspace = await frontdesk.workspace();
  await add(workspace, { first_name: "Zara", last_name: "Quill", email: "zq@post.example" });
  await add(workspace, { first_name: "Bob", phone: "+447700900123", landline: "+442079460123" });
  for (const query of ["zar", "QUILL", "zara qu", "zq@post"]) {
    assert.deepEqual(await names(workspace, `?search=${encodeURIComponent(query)}`), ["Zara"], query);
  }
  for (const query of ["7700900", "7946"])
    assert.deepEqual(await names(workspace, `?search=${query}`), ["Bob"]);
  assert.deepEqual(await names(workspace, "?search=%25"), []);
});

test("workspace.list_contacts#3 customer_id finds a company's people", async () => {
  const workspace = await frontdesk.workspace();
  const ann = await add(workspace, { first_name: "Ann" });
  await add(workspace, { first_name: "Bob" });
  const companyId = await employ(workspace, ann.id, "Pipes");
  assert.deepEqual(await names(workspace, `?customer_id=${companyId}`), ["Ann"]);
  assert.deepEqual(await names(workspace, `?customer_id=${ann.id}`), []);
});

test("workspace.list_contacts#4 created_after and created_before bound the day of creation", async () => {
  const workspace = await frontdesk.workspace();
  await add(workspace, { first_name: "Early" });
  const between = frontdesk.app.clock.now().getTime() + 43_200_000;
  await frontdesk.advance(86_400);
  await add(workspace, { first_name: "Late" });
  const at = encodeURIComponent(new Date(between).toISOString());
  assert.deepEqual(await names(workspace, `?created_after=${at}`), ["Late"]);
  assert.deepEqual(await names(workspace, `?created_before=${at}`), ["Early"]);
  assert.deepEqual(await names(workspace, "?created_after=2020-01-01&created_before=2020-01-02"), []);
  const wrong = await workspace.call("GET", `${path}?created_after=yesterday`);
  assert.equal(wrong.status, 400);
  assert.equal(fieldOf(wrong), "created_after");
});

test("workspace.list_contacts#5 workspace.get_contact#0 fields answers only what was asked for", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, { first_name: "Ann", email: "ann@example.com" });
  const list = await workspace.call("GET", `${path}?fields=first_name,email`);
  assert.deepEqual(list.body.data, [{ id, first_name: "Ann", email: "ann@example.com" }]);
  const one = await workspace.call("GET", `${path}/${id}?fields=first_name`);
  assert.deepEqual(one.body.data, { id, first_name: "Ann" });
  const wrong = await workspace.call("GET", `${path}?fields=shoe_size`);
  assert.equal(wrong.status, 400);
  assert.equal(fieldOf(wrong), "fields");
});

test("workspace.list_contacts#6 workspace.get_contact#1 employers is the one thing to expand", async () => {
  const workspace = await frontdesk.workspace();
  const ann = await add(workspace, { first_name: "Ann" });
  const companyId = await employ(workspace, ann.id, "Pipes");
  const expected = [{ id: companyId, public_id: "A-001", name: "Pipes" }];
  const list = await workspace.call("GET", `${path}?expand=employers`);
  assert.deepEqual(list.body.data[0].employers, expected);
  const one = await workspace.call("GET", `${path}/${ann.id}?expand=employers`);
  assert.deepEqual(one.body.data.employers, expected);
  assert.equal("employers" in (await workspace.call("GET", `${path}/${ann.id}`)).body.data, false);
  const wrong = await workspace.call("GET", `${path}?expand=tags`);
  assert.equal(wrong.status, 400);
  assert.equal(fieldOf(wrong), "expand");
});

test("workspace.list_contacts#7 workspace.list_contacts#8 the opt-outs filter both ways", async () => {
  const workspace = await frontdesk.workspace();
  const out = await add(workspace, { first_name: "Out" });
  await add(workspace, { first_name: "In" });
  await workspace.call("PATCH", `${path}/${out.id}`, { email_unsubscribed: true, sms_unsubscribed: true });
  for (const flag of ["email_unsubscribed", "sms_unsubscribed"]) {
    assert.deepEqual(await names(workspace, `?${flag}=true`), ["Out"]);
    assert.deepEqual(await names(workspace, `?${flag}=false`), ["In"]);
    assert.deepEqual(await names(workspace, ""), ["In", "Out"]);
  }
});

test("workspace.list_contacts#9 contacts carry no tags", async () => {
  const workspace = await frontdesk.workspace();
  const refused = await workspace.call("POST", path, { first_name: "A", tags: [{ name: "vip" }] });
  assert.equal(refused.status, 400);
  assert.equal(fieldOf(refused), "tags");
  const row = await add(workspace, { first_name: "A" });
  assert.equal("tags" in row, false);
  assert.equal((await workspace.call("GET", `${path}?tags=vip`)).status, 400);
});

test("workspace.list_contacts#10 filters combine", async () => {
  const workspace = await frontdesk.workspace();
  await add(workspace, { first_name: "Ann", source: "web" });
  await add(workspace, { first_name: "Anna", source: "phone" });
  await add(workspace, { first_name: "Bob", source: "web" });
  assert.deepEqual(await names(workspace, "?search=ann&source=web&sms_unsubscribed=false"), ["Ann"]);
  assert.deepEqual(await names(workspace, "?search=ann&source=web&sms_unsubscribed=true"), []);
});

test("workspace.update_contact#0 workspace.update_contact#2 workspace.update_contact#3 what is not sent stays; names are tidied", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, { first_name: "Ann", last_name: "Lee", email: "ann@example.com" });
  const patch = async (body: object) =>
    (await workspace.call("PATCH", `${path}/${id}`, body)).body.data as Row;
  const renamed = await patch({ first_name: "  Anna " });
  assert.deepEqual(
    [renamed.first_name, renamed["last_name"], renamed["email"]],
    ["Anna", "Lee", "ann@example.com"],
  );
  for (const empty of ["", "  ", null]) {
    await patch({ last_name: "Lee" });
    assert.equal((await patch({ last_name: empty }))["last_name"], null);
  }
});

test("workspace.update_contact#1 workspace.update_contact#10 a change is on the record field by field, and told with what it was", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, { first_name: "Ann", email: "old@example.com" });
  await workspace.call("PATCH", `${path}/${id}`, { email: "new@example.com" });
  const entries = await frontdesk.app.database.read(workspace.id, (db) =>
    db.from("audit_entries").selectAll().where("record_id", "=", id).orderBy("id").execute(),
  );
  const update = entries.find((entry) => entry.action === "updated");
  assert.deepEqual(update?.changes, { email: { from: "old@example.com", to: "new@example.com" } });
  assert.equal(update?.operation, "update_contact");
  assert.equal(update?.actor_kind, "api_key");
  const told = (await eventsOf(workspace)).find((event) => event.type === "contact.updated");
  assert.deepEqual(told?.payload["_changed_fields"], ["email"]);
  assert.deepEqual(told?.payload["_previous_values"], { email: "old@example.com" });
});

test("workspace.update_contact#4 workspace.update_contact#5 a landline in phone is refused; null clears landline and birthday", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, {
    first_name: "A",
    landline: "+442079460123",
    date_of_birth: "1990-03-26",
  });
  const refused = await workspace.call("PATCH", `${path}/${id}`, { phone: "+442079460123" });
  assert.equal(refused.status, 400);
  assert.equal(fieldOf(refused), "phone");
  const cleared = await workspace.call("PATCH", `${path}/${id}`, { landline: null, date_of_birth: null });
  assert.deepEqual([cleared.body.data.landline, cleared.body.data.date_of_birth], [null, null]);
});

test("workspace.update_contact#6 workspace.update_contact#7 metadata is replaced whole; ids at its root are refused", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, { first_name: "A", metadata: { a: 1, b: 2 } });
  const replaced = await workspace.call("PATCH", `${path}/${id}`, { metadata: { c: 3 } });
  assert.deepEqual(replaced.body.data.metadata, { c: 3 });
  const stray = await workspace.call("PATCH", `${path}/${id}`, { metadata: { [id]: "x" } });
  assert.equal(stray.status, 400);
});

test("workspace.update_contact#8 workspace.update_contact#9 opting out and back in, with the moment kept", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, { first_name: "A" });
  for (const value of [true, false]) {
    const body = { email_unsubscribed: value, sms_unsubscribed: value };
    const { data } = (await workspace.call("PATCH", `${path}/${id}`, body)).body;
    assert.deepEqual([data.email_unsubscribed, data.sms_unsubscribed], [value, value]);
    const [row] = await frontdesk.app.database.read(workspace.id, (db) =>
      db.from("contacts").select("sms_unsubscribed_at").where("id", "=", id).execute(),
    );
    assert.deepEqual(row?.sms_unsubscribed_at, value ? frontdesk.app.clock.now() : null);
  }
});

test("workspace.update_contact#11 PATCH takes job_title, source and the address as POST does", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, { first_name: "A" });
  const body = { job_title: "Baker", source: "web", address_line1: "1 St", city: "Rye", postal_code: "1" };
  const { data } = (await workspace.call("PATCH", `${path}/${id}`, body)).body;
  for (const [name, value] of Object.entries(body)) assert.equal(data[name], value);
});

test("workspace.delete_contact#0 workspace.delete_contact#1 deleting answers 204 and needs contacts:write only", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, { first_name: "A" });
  const reader = await workspace.keyWith(["contacts:read", "contacts:delete"]);
  assert.equal((await frontdesk.call("DELETE", `${path}/${id}`, { key: reader })).status, 403);
  const writer = await workspace.keyWith(["contacts:write"]);
  const gone = await frontdesk.call("DELETE", `${path}/${id}`, { key: writer });
  assert.deepEqual([gone.status, gone.text], [204, ""]);
  assert.equal((await workspace.call("GET", `${path}/${id}`)).status, 404);
  assert.equal((await workspace.call("DELETE", `${path}/${id}`)).status, 404);
});

test("workspace.search_contacts#0 names, e-mail addresses and numbers are searched, the best first", async () => {
  const workspace = await frontdesk.workspace();
  await add(workspace, { first_name: "John", last_name: "Carpenter", email: "jc@example.com" });
  await add(workspace, { first_name: "Jon", last_name: "Snow", phone: "+447700900123" });
  const found = async (query: string) => namesIn(await workspace.call("POST", `${path}/search`, { query }));
  assert.deepEqual(await found("carpentr"), ["John"]);
  assert.deepEqual(await found("jc@example"), ["John"]);
  assert.deepEqual(await found("07700 900123"), ["Jon"]);
  assert.equal((await found("john"))[0], "John");
});

test("workspace.search_contacts#1 workspace.search_contacts#2 25 results by default, 100 at most", async () => {
  const workspace = await frontdesk.workspace();
  const now = frontdesk.app.clock.now();
  await frontdesk.app.database.transaction(workspace.id, (db) =>
    db.raw(sql`
      insert into contacts (workspace_id, id, public_id, first_name, created_at, updated_at)
      select ${workspace.id}, gen_random_uuid(), 'C-' || n, 'Quentin ' || n, ${now}, ${now}
        from generate_series(1, 120) n`),
  );
  const count = async (limit?: number) =>
    (await workspace.call("POST", `${path}/search`, { query: "quentin", limit })).body.data.length;
  assert.deepEqual([await count(), await count(1), await count(100)], [25, 1, 100]);
  for (const limit of [0, 101]) {
    const answer = await workspace.call("POST", `${path}/search`, { query: "q", limit });
    assert.equal(answer.status, 400);
    assert.equal(fieldOf(answer), "limit");
  }
});
