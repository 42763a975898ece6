import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { TestWorkspace } from "../../../testing/harness.ts";

const frontdesk = await startHarness();
const path = "/api/v1/contacts";

type Row = Record<string, unknown> & { id: string };

async function add(workspace: TestWorkspace, body: object, at = path): Promise<Row> {
  const answer = await workspace.call("POST", at, body);
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data as Row;
}

const eventsOf = (workspace: TestWorkspace) =>
  frontdesk.app.database.read(workspace.id, (db) =>
    db.from("events").select(["type", "payload"]).orderBy("position").execute(),
  );

test("workspace.list_contact_opportunities#0 workspace.list_contact_opportunities#1 those they lead and those they are part of, under both paths, with both scopes", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, { first_name: "Ann" });
  const opportunities = "/api/v1/opportunities";
  await add(workspace, { name: "Hers", contact_id: id }, opportunities);
  const besides = await add(workspace, { name: "Besides" }, opportunities);
  await add(workspace, { name: "Not hers" }, opportunities);
  const joined = await workspace.call("POST", `${opportunities}/${besides.id}/contacts/${id}`);
  assert.ok(joined.status < 300, joined.text);
  const names = async (list: string) =>
    ((await workspace.call("GET", `${path}/${id}/${list}`)).body.data as { name: string }[])
      .map((row) => row.name)
      .toSorted();
  assert.deepEqual(await names("opportunities"), ["Besides", "Hers"]);
  assert.deepEqual(await names("deals"), ["Besides", "Hers"]);
  for (const scope of ["contacts:read", "opportunities:read"]) {
    const key = await workspace.keyWith([scope]);
    assert.equal((await frontdesk.call("GET", `${path}/${id}/opportunities`, { key })).status, 403);
  }
});

test("workspace.list_contact_activities#0 what was done with a contact, with both scopes", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, { first_name: "Ann" });
  const note = { activity_type: "note", subject: "Rings twice", contact_id: id };
  await add(workspace, note, "/api/v1/activities");
  const { data } = (await workspace.call("GET", `${path}/${id}/activities`)).body;
  assert.deepEqual(
    data.map((row: { subject: string }) => row.subject),
    ["Rings twice"],
  );
  for (const scope of ["contacts:read", "activities:read"]) {
    const key = await workspace.keyWith([scope]);
    assert.equal((await frontdesk.call("GET", `${path}/${id}/activities`, { key })).status, 403);
  }
});

test("workspace.link_contact_employer#0 workspace.unlink_contact_employer#0 a link comes and goes; contact and company stay", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await add(workspace, { first_name: "Ann" });
  const company = await add(workspace, { name: "Pipes" }, "/api/v1/companies");
  const link = `${path}/${id}/employers/${company.id}`;
  for (const again of [false, true]) {
    const answer = await workspace.call("POST", link);
    assert.equal(answer.status, 201, String(again));
    assert.deepEqual(answer.body.data, { contact_id: id, customer_id: company.id });
  }
  const { data } = (await workspace.call("GET", `${path}/${id}/employers`)).body;
  assert.deepEqual(
    data.map((row: Row) => [row.id, row["customer_id"], row["name"], row["public_id"]]),
    [[company.id, company.id, "Pipes", "A-001"]],
  );
  const people = await workspace.call("GET", `${path}?customer_id=${company.id}`);
  assert.equal(people.body.data[0].id, id);
  for (const again of [false, true]) {
    assert.equal((await workspace.call("DELETE", link)).status, 204, String(again));
  }
  assert.deepEqual((await workspace.call("GET", `${path}/${id}/employers`)).body.data, []);
  assert.equal((await workspace.call("GET", `${path}/${id}`)).status, 200);
  assert.equal((await workspace.call("GET", `/api/v1/companies/${company.id}`)).status, 200);
  const told = (await eventsOf(workspace)).filter((event) => event.type.includes("employer"));
  assert.deepEqual(
    told.map((event) => event.type),
    ["contact.employer_linked", "contact.employer_unlinked"],
  );
});

test("workspace.bulk_create_contacts#0 workspace.bulk_create_contacts#1 workspace.bulk_create_contacts#3 workspace.bulk_create_contacts#4 what is right is made, what is wrong is told", async () => {
  const workspace = await frontdesk.workspace();
  const full = {
    first_name: "Full",
    last_name: "Name",
    email: "f@example.com",
    phone: "+447700900123",
    landline: "+442079460123",
    job_title: "Baker",
    notes: "Rings twice",
    metadata: { roof: "slate" },
    source: "import",
    date_of_birth: "1990-03-26",
    city: "Leeds",
    country: "UK",
  };
  const records = [
    full,
    { last_name: "Nameless" },
    { first_name: "Odd", phone: "+442079460123" },
    { first_name: "Odd", shoe_size: 44 },
    { first_name: "NUL", metadata: { a: "\0" } },
    "Just a name",
    null,
    [],
    { first_name: "Last" },
  ];
  const answer = await workspace.call("POST", `${path}/bulk-create`, { records });
  assert.equal(answer.status, 200, answer.text);
  const { created, errors } = answer.body.data;
  assert.deepEqual(
    created.map((row: Row) => row["first_name"]),
    ["Full", "Last"],
  );
  for (const [field, value] of Object.entries(full)) assert.deepEqual(created[0][field], value, field);
  assert.equal(created[1].country, "Australia");
  assert.deepEqual(
    errors.map((error: { index: number; fields: { field: string }[] }) => [
      error.index,
      error.fields[0]?.field,
    ]),
    [
      [1, "first_name"],
      [2, "phone"],
      [3, "shoe_size"],
      [4, "metadata.a"],
      [5, "records.5"],
      [6, "records.6"],
      [7, "records.7"],
    ],
  );
  for (const plural of ["companies", "opportunities"]) {
    const many = await workspace.call("POST", `/api/v1/${plural}/bulk-create`, {
      records: [7, { name: "Fits" }],
    });
    assert.equal(many.status, 200, many.text);
    assert.deepEqual(
      [many.body.data.created.length, many.body.data.errors.length, many.body.data.errors[0].index],
      [1, 1, 0],
      plural,
    );
  }
  const many = Array.from({ length: 101 }, (_, n) => ({ first_name: `N${n}` }));
  const refused = await workspace.call("POST", `${path}/bulk-create`, { records: many });
  assert.equal(refused.status, 400);
  assert.equal(refused.body.error.details.fields[0].field, "records");
  const most = await workspace.call("POST", `${path}/bulk-create`, { records: many.slice(1) });
  assert.equal(most.body.data.created.length, 100);
});

test("workspace.bulk_create_contacts#2 skip_automations holds for every record", async () => {
  const workspace = await frontdesk.workspace();
  const records = [{ first_name: "A" }, { first_name: "B" }];
  await workspace.call("POST", `${path}/bulk-create`, { records, skip_automations: true });
  assert.deepEqual(
    (await eventsOf(workspace)).map((event) => [event.type, event.payload["skip_automations"]]),
    [
      ["contact.created", true],
      ["contact.created", true],
    ],
  );
});

test("workspace.bulk_delete_contacts#0 workspace.bulk_delete_contacts#1 workspace.bulk_delete_contacts#2 workspace.bulk_delete_contacts#3 workspace.delete_contact#0 workspace.delete_contact#1 one goes with contacts:write, up to 100 with contacts:delete, all for good", async () => {
  const workspace = await frontdesk.workspace();
  const stranger = await frontdesk.workspace();
  const ids: string[] = [];
  for (const first_name of ["A", "B", "C"]) ids.push((await add(workspace, { first_name })).id);
  const theirs = (await add(stranger, { first_name: "D" })).id;
  const writer = await workspace.keyWith(["contacts:write"]);
  const single = await frontdesk.call("DELETE", `${path}/${ids.pop()}`, { key: writer });
  assert.deepEqual([single.status, single.text], [204, ""]);
  const body = { ids: [...ids, theirs] };
  assert.equal((await frontdesk.call("POST", `${path}/bulk-delete`, { key: writer, body })).status, 403);
  const key = await workspace.keyWith(["contacts:delete"]);
  const answer = await frontdesk.call("POST", `${path}/bulk-delete`, { key, body });
  assert.deepEqual(answer.body.data, { success: true, deleted: 2 });
  assert.deepEqual((await workspace.call("GET", path)).body.data, []);
  assert.equal((await stranger.call("GET", `${path}/${theirs}`)).status, 200);
  const many = Array.from({ length: 101 }, () => theirs);
  assert.equal((await workspace.call("POST", `${path}/bulk-delete`, { ids: many })).status, 400);
  const gone = (await eventsOf(workspace)).filter((event) => event.type === "contact.deleted");
  assert.equal(gone.length, 3);
});

test("a name that nobody has any more is forgotten with the last who had it", async () => {
  const workspace = await frontdesk.workspace();
  const ids = [
    (await add(workspace, { first_name: "Zebedee", last_name: "Quill" })).id,
    (await add(workspace, { first_name: "Zebedee" })).id,
  ];
  const known = async () =>
    (
      await frontdesk.app.database.read(workspace.id, (db) =>
        db.kysely
          .selectFrom("contact_names" as never)
          .where("workspace_id" as never, "=", workspace.id as never)
          .select("name" as never)
          .execute(),
      )
    ).map((row) => row["name"] as string);
  assert.deepEqual((await known()).toSorted(), ["quill", "zebedee"]);
  await workspace.call("DELETE", `${path}/${ids[0]}`);
  assert.deepEqual(await known(), ["zebedee"]);
  await workspace.call("PATCH", `${path}/${ids[1]}`, { first_name: "Zeb" });
  const found = await workspace.call("POST", `${path}/search`, { query: "zebb" });
  assert.equal(found.body.data[0].first_name, "Zeb");
});
