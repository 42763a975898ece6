import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { systemActor } from "../../../kernel/actor.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { Answer, TestWorkspace } from "../../../testing/harness.ts";
import { insertNumber } from "../../phone/numbers/numbers.store.ts";
import { createLead } from "../../receptionist/leads/leads.ts";
import { linksTo, unguardedLinks } from "./references.store.ts";

const frontdesk = await startHarness();
const contacts = "/api/v1/contacts";
const monthSeconds = 30 * 86_400;

type Row = Record<string, unknown> & { id: string };

async function add(workspace: TestWorkspace, body: object, path = contacts): Promise<Row> {
  const answer = await workspace.call("POST", path, body);
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data as Row;
}

const read = async (workspace: TestWorkspace, id: string, path = contacts) =>
  (await workspace.call("GET", `${path}/${id}`)).body?.data as Row;

const merge = (workspace: TestWorkspace, survivor: Row, duplicate: Row, fields?: object) =>
  workspace.call("POST", `${contacts}/${survivor.id}/merge`, {
    duplicate_id: duplicate.id,
    ...(fields ? { fields } : {}),
  });

const undo = (workspace: TestWorkspace, id: string) => workspace.call("POST", `/api/v1/merges/${id}/undo`);

async function merged(
  workspace: TestWorkspace,
  survivor: Row,
  duplicate: Row,
  fields?: object,
): Promise<Row> {
  const answer = await merge(workspace, survivor, duplicate, fields);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.data.contact.id, survivor.id);
  return answer.body.data.merge as Row;
}

function inside<T>(workspace: TestWorkspace, work: (ctx: Ctx) => Promise<T>): Promise<T> {
  const about = { operation: "test", surface: "test", requestId: "test" };
  const actor = systemActor(workspace.id);
  return frontdesk.app.inWorkspace({ workspaceId: workspace.id, actor, ...about }, work);
}

type Links = Record<string, string[]>;

/** The rows of every table that name a record, by table and column, without what a merge is there to change. */
function linksOf(workspace: TestWorkspace, target: string, id: string): Promise<Links> {
  return inside(workspace, async (ctx) => {
    const found: Links = {};
    const links = await linksTo(ctx, target);
    const changing = [...links.map((link) => link.column), "search_text"];
    for (const { table, column } of links) {
      const rows = await ctx.db.raw(sql<{ row: string }>`
        select (to_jsonb(t) - ${changing}::text[])::text as row from ${sql.table(table)} t
         where workspace_id = ${ctx.workspaceId} and ${sql.ref(column)} = ${id}::uuid order by 1`);
      if (rows.length > 0) found[`${table}.${column}`] = rows.map(({ row }) => row);
    }
    return found;
  });
}

/** A row in every table that can name a contact. What a table needs besides is made up from the types of its columns. */
async function linkEverything(workspace: TestWorkspace, contactId: string): Promise<void> {
  const deal = await inside(workspace, (ctx) => opportunity(ctx, contactId));
  const firm = await add(workspace, { name: "Acme" }, "/api/v1/companies");
  const now = frontdesk.app.clock.now();
  const id = sql`gen_random_uuid()`;
  await inside(workspace, async (ctx) => {
    const ws = ctx.workspaceId;
    const raw = (statement: ReturnType<typeof sql<object>>) => ctx.db.raw(statement);
    await raw(sql`insert into contact_employers values (${ws}, ${contactId}, ${firm.id}, ${now})`);
    await raw(sql`insert into opportunity_contacts values (${ws}, ${deal}, ${contactId}, ${now})`);
    await raw(sql`insert into activities (workspace_id, id, activity_type, subject, contact_id, created_at, updated_at)
      values (${ws}, ${id}, 'note', 'Called', ${contactId}, ${now}, ${now})`);
    await raw(sql`insert into tasks (workspace_id, id, title, rank, contact_id, created_at, updated_at)
      values (${ws}, ${id}, 'Call', 'a0', ${contactId}, ${now}, ${now})`);
    await raw(sql`insert into email_logs (workspace_id, id, email_type, status, recipient_email, subject, text_body,
        contact_id, created_at) values (${ws}, ${id}, 'x', 'sent', 'a@example.com', 's', 't', ${contactId}, ${now})`);
    const number = await insertNumber(ctx, { e164: e164(), status: "ACTIVE" });
    await raw(sql`insert into calls (workspace_id, id, phone_number_id, provider_id, from_e164, to_e164, status,
        contact_id, started_at, created_at, updated_at)
      values (${ws}, ${id}, ${number.id}, gen_random_uuid()::text, 'a', 'b', 'ended', ${contactId}, ${now}, ${now}, ${now})`);
    await raw(sql`insert into sms_conversations (workspace_id, id, phone_number_id, contact_id, customer_e164,
        state_changed_at, last_message_at, created_at, updated_at)
      values (${ws}, ${id}, ${number.id}, ${contactId}, ${e164()}, ${now}, ${now}, ${now}, ${now})`);
    await raw(sql`insert into bookings (workspace_id, id, contact_id, title, starts_at, ends_at, blocked_from,
        blocked_until, timezone, status, source, created_at, updated_at)
      values (${ws}, ${id}, ${contactId}, 'Leak', ${now}, ${now}::timestamptz + interval '1 hour', ${now},
        ${now}::timestamptz + interval '1 hour', 'UTC', 'confirmed', 'api', ${now}, ${now})`);
    await createLead(ctx, {
      contactId,
      phoneNumberId: null,
      customerE164: e164(),
      event: { kind: "missed_call", providerId: `CA${contactId}` },
    });
  });
}

async function opportunity(ctx: Ctx, contactId: string): Promise<string> {
  const [row] = await ctx.db.raw(sql<{ id: string }>`
    insert into opportunities (workspace_id, id, public_id, name, contact_id, primary_referrer_contact_id, created_at, updated_at)
    values (${ctx.workspaceId}, gen_random_uuid(), 'O-1', 'Roof', ${contactId}, ${contactId}, ${ctx.now}, ${ctx.now})
    returning id`);
  return row?.id ?? "";
}

let numbers = 0;
const e164 = () => `+44207946${String(++numbers).padStart(4, "0")}`;

test("merging: what the survivor lacks comes from the duplicate, what it has stays, and the duplicate is gone", async () => {
  const workspace = await frontdesk.workspace();
  const survivor = await add(workspace, {
    first_name: "Ann",
    email: "ann@example.com",
    notes: "Likes tea.",
    metadata: { a: 1, b: 1 },
  });
  const duplicate = await add(workspace, {
    first_name: "Anna",
    last_name: "Lee",
    email: "anna@example.com",
    phone: "+447700900123",
    notes: "Has a dog.",
    metadata: { b: 2, c: 2 },
    address_line1: "1 High St",
    city: "Rye",
    country: "UK",
  });
  const done = await merged(workspace, survivor, duplicate);
  const after = await read(workspace, survivor.id);
  assert.deepEqual(
    [after["first_name"], after["last_name"], after["email"], after["phone"]],
    ["Ann", "Lee", "ann@example.com", "+447700900123"],
  );
  assert.equal(after["notes"], "Likes tea.\n\nHas a dog.");
  assert.deepEqual(after["metadata"], { a: 1, b: 1, c: 2 });
  assert.deepEqual([after["address_line1"], after["city"], after["country"]], ["1 High St", "Rye", "UK"]);
  assert.equal(after["public_id"], survivor["public_id"]);
  assert.equal((await workspace.call("GET", `${contacts}/${duplicate.id}`)).status, 404);
  assert.equal(done["duplicate_name"], "Anna Lee");
  assert.ok((done["changed_fields"] as string[]).includes("last_name"));
});

test("merging: a choice decides field by field", async () => {
  const workspace = await frontdesk.workspace();
  const survivor = await add(workspace, {
    first_name: "Ann",
    email: "a@example.com",
    notes: "A",
    metadata: { k: 1 },
  });
  const duplicate = await add(workspace, {
    first_name: "Bea",
    email: "b@example.com",
    notes: "B",
    metadata: { k: 2 },
  });
  const fields = { first_name: "duplicate", email: "survivor", notes: "duplicate", metadata: "duplicate" };
  await merged(workspace, survivor, duplicate, fields);
  const after = await read(workspace, survivor.id);
  assert.deepEqual(
    [after["first_name"], after["email"], after["notes"], after["metadata"]],
    ["Bea", "a@example.com", "B", { k: 2 }],
  );
  const third = await add(workspace, { first_name: "Cid" });
  for (const wrong of [{ first_name: "mine" }, { public_id: "duplicate" }]) {
    assert.equal((await merge(workspace, survivor, third, wrong)).status, 400);
  }
});

test("merging: whoever unsubscribed with either record stays unsubscribed, also after undoing", async () => {
  const workspace = await frontdesk.workspace();
  for (const [ours, theirs] of [
    [true, false],
    [false, true],
  ]) {
    const survivor = await add(workspace, { first_name: "Ann" });
    const duplicate = await add(workspace, { first_name: "Ann" });
    const set = (id: string, value: boolean | undefined) =>
      workspace.call("PATCH", `${contacts}/${id}`, { email_unsubscribed: value, sms_unsubscribed: value });
    await set(survivor.id, ours);
    await set(duplicate.id, theirs);
    const { id } = await merged(workspace, survivor, duplicate);
    const after = await read(workspace, survivor.id);
    assert.deepEqual([after["email_unsubscribed"], after["sms_unsubscribed"]], [true, true]);
    await undo(workspace, id);
    assert.equal((await read(workspace, survivor.id))["sms_unsubscribed"], true);
    assert.equal((await read(workspace, duplicate.id))["sms_unsubscribed"], theirs);
  }
});

test("merging moves every link there is to a contact, and undoing brings each back as it was", async () => {
  const workspace = await frontdesk.workspace();
  const survivor = await add(workspace, { first_name: "Ann", email: "ann@example.com" });
  const duplicate = await add(workspace, {
    first_name: "Anna",
    last_name: "Lee",
    date_of_birth: "1990-03-26",
  });
  await linkEverything(workspace, duplicate.id);
  const before = await linksOf(workspace, "contacts", duplicate.id);
  const { id, moved } = await merged(workspace, survivor, duplicate);
  assert.deepEqual(await linksOf(workspace, "contacts", survivor.id), before);
  assert.deepEqual(await linksOf(workspace, "contacts", duplicate.id), {});
  for (const table of [
    "bookings",
    "calls",
    "sms_conversations",
    "leads",
    "activities",
    "tasks",
    "email_logs",
  ]) {
    assert.equal((moved as Record<string, number>)[table], 1, table);
  }
  assert.equal((moved as Record<string, number>)["opportunities"], 2, "as its person and as its referrer");
  await add(
    workspace,
    { activity_type: "note", subject: "Since", contact_id: survivor.id },
    "/api/v1/activities",
  );
  const undone = await undo(workspace, id);
  assert.equal(undone.status, 200, undone.text);
  assert.deepEqual(await linksOf(workspace, "contacts", duplicate.id), before);
  const kept = await linksOf(workspace, "contacts", survivor.id);
  assert.deepEqual(Object.keys(kept), ["activities.contact_id"], "what came since stays");
  assert.deepEqual(await read(workspace, duplicate.id), duplicate);
  const { updated_at: _a, ...now } = await read(workspace, survivor.id);
  const { updated_at: _b, ...then } = survivor;
  assert.deepEqual(now, then);
});

test("merging: whatever names a contact, a company or a lead is guarded or declared, and found by an index", async () => {
  const workspace = await frontdesk.workspace();
  await inside(workspace, async (ctx) => {
    const rows = await ctx.db.raw(sql<{ name: string }>`
      select t.relname || '.' || a.attname as name from pg_attribute a
        join pg_class t on t.oid = a.attrelid and t.relkind = 'r' and t.relnamespace = 'public'::regnamespace
       where a.atttypid = 'uuid'::regtype and not a.attisdropped
         and a.attname ~ '(contact|company|customer|supplier|lead)_id$'
         and not exists (select from pg_constraint c where c.conrelid = a.attrelid and c.contype = 'f'
                          and a.attnum = any(c.conkey))`);
    const declared = new Set(unguardedLinks.map(({ table, column }) => `${table}.${column}`));
    const unguarded = rows.map((row) => row.name).filter((name) => !declared.has(name));
    assert.deepEqual(unguarded, [], "an id without a foreign key has to be declared in references.store.ts");
    for (const { table, column } of [
      ...(await linksTo(ctx, "contacts")),
      ...(await linksTo(ctx, "companies")),
    ]) {
      const indexes = await ctx.db.raw(sql`
        select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = (i.indkey::int2[])[1]
         where i.indrelid = ${`public.${table}`}::regclass and a.attname = ${column}`);
      assert.ok(indexes.length > 0, `${table} needs an index on (workspace_id, ${column})`);
    }
  });
});

test("merging: where both have what there can be one of, the two become one, and undoing parts them", async () => {
  const workspace = await frontdesk.workspace();
  const survivor = await add(workspace, { first_name: "Ann" });
  const duplicate = await add(workspace, { first_name: "Ann" });
  const firm = await add(workspace, { name: "Acme" }, "/api/v1/companies");
  for (const { id } of [survivor, duplicate]) {
    await workspace.call("POST", `${contacts}/${id}/employers/${firm.id}`);
  }
  const lead = (contactId: string) =>
    inside(workspace, async (ctx) => {
      const event = { kind: "missed_call", providerId: `CA${contactId}` } as const;
      return (await createLead(ctx, { contactId, phoneNumberId: null, customerE164: e164(), event })).lead.id;
    });
  const [ours, theirs] = [await lead(survivor.id), await lead(duplicate.id)];
  await inside(workspace, async (ctx) => {
    await ctx.db.raw(
      sql`update leads set status = 'Booked' where workspace_id = ${ctx.workspaceId} and id = ${theirs}`,
    );
    await ctx.db.raw(sql`
      insert into bookings (workspace_id, id, lead_id, contact_id, title, starts_at, ends_at, blocked_from, blocked_until,
        timezone, status, source, created_at, updated_at)
      values (${ctx.workspaceId}, gen_random_uuid(), ${ours}, ${survivor.id}, 'Leak', ${ctx.now},
        ${ctx.now}::timestamptz + interval '1 hour', ${ctx.now}, ${ctx.now}::timestamptz + interval '1 hour', 'UTC',
        'confirmed', 'api', ${ctx.now}, ${ctx.now})`);
  });
  const beforeOurs = [
    await linksOf(workspace, "contacts", survivor.id),
    await linksOf(workspace, "leads", ours),
  ];
  const beforeTheirs = [
    await linksOf(workspace, "contacts", duplicate.id),
    await linksOf(workspace, "leads", theirs),
  ];
  const { id } = await merged(workspace, survivor, duplicate);
  const after = await linksOf(workspace, "contacts", survivor.id);
  assert.equal(after["contact_employers.contact_id"]?.length, 1);
  assert.equal(after["leads.contact_id"]?.length, 1);
  assert.match(after["leads.contact_id"]?.[0] ?? "", /Booked/, "the lead that got further stays");
  const events = await linksOf(workspace, "leads", theirs);
  assert.equal(events["lead_events.lead_id"]?.length, 2, "with what happened to both");
  assert.equal(events["bookings.lead_id"]?.length, 1);
  assert.equal((await undo(workspace, id)).status, 200);
  assert.deepEqual(
    [await linksOf(workspace, "contacts", survivor.id), await linksOf(workspace, "leads", ours)],
    beforeOurs,
  );
  assert.deepEqual(
    [await linksOf(workspace, "contacts", duplicate.id), await linksOf(workspace, "leads", theirs)],
    beforeTheirs,
  );
});

test("merging: a company's people stay in the order of their lists", async () => {
  const workspace = await frontdesk.workspace();
  const firm = await add(workspace, { name: "Acme" }, "/api/v1/companies");
  const survivor = await add(workspace, { first_name: "Old" });
  await frontdesk.advance(60);
  const middle = await add(workspace, { first_name: "Middle" });
  await frontdesk.advance(60);
  const duplicate = await add(workspace, { first_name: "New" });
  for (const { id } of [middle, duplicate])
    await workspace.call("POST", `${contacts}/${id}/employers/${firm.id}`);
  await merged(workspace, survivor, duplicate);
  const { data } = (await workspace.call("GET", `/api/v1/companies/${firm.id}/contacts`)).body;
  assert.deepEqual(
    data.map((row: Row) => row["first_name"]),
    ["Middle", "Old"],
  );
});

test("merging: of many at once that want the same records one wins, and the others are told", async () => {
  const workspace = await frontdesk.workspace();
  const [one, two, three] = [
    await add(workspace, { first_name: "One" }),
    await add(workspace, { first_name: "Two" }),
    await add(workspace, { first_name: "Three" }),
  ];
  const answers: Answer[] = await Promise.all([
    merge(workspace, one, two),
    merge(workspace, one, two),
    merge(workspace, two, one),
    merge(workspace, three, two),
  ]);
  const statuses = answers.map((answer) => answer.status);
  const won = statuses.filter((status) => status === 200).length;
  // Two may have been taken into One, and that into nothing else; or Two into Three, and then nothing more of it.
  assert.ok(won === 1 || (won === 2 && statuses[2] === 200), statuses.join());
  assert.ok(
    statuses.every((status) => [200, 404, 409].includes(status)),
    statuses.join(),
  );
  const left = (await workspace.call("GET", contacts)).body.data;
  assert.equal(left.length, 3 - won);
});

test("merging: a record that was merged before, is not there, or is the very same is refused", async () => {
  const [workspace, other] = [await frontdesk.workspace(), await frontdesk.workspace()];
  const survivor = await add(workspace, { first_name: "Ann" });
  const duplicate = await add(workspace, { first_name: "Ann" });
  const strange = await add(other, { first_name: "Ann" });
  assert.equal((await merge(workspace, survivor, survivor)).status, 400);
  assert.equal((await merge(workspace, survivor, strange)).status, 404);
  assert.equal((await merge(workspace, strange, survivor)).status, 404);
  await merged(workspace, survivor, duplicate);
  const again = await merge(workspace, survivor, duplicate);
  assert.equal(again.status, 409);
  assert.equal(again.body.error.code, "ALREADY_MERGED");
  assert.equal(again.body.error.details.survivor_id, survivor.id);
  assert.equal((await workspace.call("GET", `${contacts}/${survivor.id}`)).status, 200);
});

test("undoing: once, within 30 days, while the survivor is there; fields changed since stay", async () => {
  const workspace = await frontdesk.workspace();
  const pair = async (): Promise<[Row, Row]> => [
    await add(workspace, { first_name: "Ann" }),
    await add(workspace, { first_name: "Ann", last_name: "Lee", job_title: "Baker" }),
  ];
  const [survivor, duplicate] = await pair();
  const { id } = await merged(workspace, survivor, duplicate);
  await workspace.call("PATCH", `${contacts}/${survivor.id}`, { job_title: "Chef" });
  assert.equal((await undo(workspace, id)).status, 200);
  const after = await read(workspace, survivor.id);
  assert.deepEqual([after["last_name"], after["job_title"]], [null, "Chef"]);
  const twice = await undo(workspace, id);
  assert.equal(twice.status, 409);
  assert.equal(twice.body.error.code, "MERGE_NOT_UNDOABLE");
  const [kept, gone] = await pair();
  const second = await merged(workspace, kept, gone);
  const [last] = await pair();
  const third = await merged(workspace, last, kept);
  assert.equal((await undo(workspace, second.id)).status, 409, "the later merge first");
  assert.equal((await undo(workspace, third.id)).status, 200);
  assert.equal((await undo(workspace, second.id)).status, 200);
  const [old, older] = await pair();
  const late = await merged(workspace, old, older);
  await frontdesk.advance(monthSeconds);
  assert.equal((await undo(workspace, late.id)).status, 409);
  const stranger = await frontdesk.workspace();
  assert.equal((await undo(stranger, late.id)).status, 404);
});

test("undoing: what a link belonged to may be gone; the rest comes back", async () => {
  const workspace = await frontdesk.workspace();
  const survivor = await add(workspace, { first_name: "Ann" });
  const duplicate = await add(workspace, { first_name: "Ann" });
  const firm = await add(workspace, { name: "Acme" }, "/api/v1/companies");
  for (const { id } of [survivor, duplicate]) {
    await workspace.call("POST", `${contacts}/${id}/employers/${firm.id}`);
  }
  await add(
    workspace,
    { activity_type: "note", subject: "Called", contact_id: duplicate.id },
    "/api/v1/activities",
  );
  const { id } = await merged(workspace, survivor, duplicate);
  assert.equal((await workspace.call("DELETE", `/api/v1/companies/${firm.id}`)).status, 204);
  assert.equal((await undo(workspace, id)).status, 200);
  assert.deepEqual(Object.keys(await linksOf(workspace, "contacts", duplicate.id)), [
    "activities.contact_id",
  ]);
});

test("merges are listed, the newest first, by kind; the trail and the events tell of them", async () => {
  const workspace = await frontdesk.workspace();
  const [a, b] = [await add(workspace, { first_name: "A" }), await add(workspace, { first_name: "B" })];
  const companies = "/api/v1/companies";
  const [c, d] = [
    await add(workspace, { name: "C" }, companies),
    await add(workspace, { name: "D" }, companies),
  ];
  const { id } = await merged(workspace, a, b);
  const company = await workspace.call("POST", `/api/v1/customers/${c.id}/merge`, { duplicate_id: d.id });
  assert.equal(company.status, 200, company.text);
  const ids = async (query: string) =>
    (await workspace.call("GET", `/api/v1/merges${query}`)).body.data.map((row: Row) => row.id);
  assert.deepEqual(await ids(""), [company.body.data.merge.id, id]);
  assert.deepEqual(await ids("?noun=contact"), [id]);
  const shown = await read(workspace, id, "/api/v1/merges");
  assert.equal("duplicate" in shown || "steps" in shown, false);
  const events = await frontdesk.app.database.read(workspace.id, (db) =>
    db.from("events").select(["type", "payload"]).orderBy("position").execute(),
  );
  const told = events.find((event) => event.type === "contact.merged");
  assert.deepEqual(told?.payload, { id: a.id, duplicate_id: b.id, merge_id: id });
  assert.ok(events.some((event) => event.type === "contact.deleted"));
});

test("companies merge like contacts: customer and supplier if either was, links moved and brought back", async () => {
  const workspace = await frontdesk.workspace();
  const companies = "/api/v1/companies";
  const survivor = await add(workspace, { name: "Acme", is_customer: true }, companies);
  const duplicate = await add(
    workspace,
    { name: "ACME Ltd", is_customer: false, is_supplier: true, website: "https://acme.example.com" },
    companies,
  );
  const person = await add(workspace, { first_name: "Ann" });
  await workspace.call("POST", `${contacts}/${person.id}/employers/${duplicate.id}`);
  await add(
    workspace,
    { activity_type: "note", subject: "Met", customer_id: duplicate.id },
    "/api/v1/activities",
  );
  await inside(workspace, (ctx) =>
    ctx.db.raw(sql`
      insert into opportunities (workspace_id, id, public_id, name, company_id, created_at, updated_at)
      values (${ctx.workspaceId}, gen_random_uuid(), 'O-1', 'Roof', ${duplicate.id}, ${ctx.now}, ${ctx.now})`),
  );
  const before = await linksOf(workspace, "companies", duplicate.id);
  const answer = await workspace.call("POST", `${companies}/${survivor.id}/merge`, {
    duplicate_id: duplicate.id,
  });
  assert.equal(answer.status, 200, answer.text);
  const { company, merge: done } = answer.body.data;
  assert.deepEqual([company.is_customer, company.is_supplier], [true, true]);
  assert.deepEqual([company.name, company.website], ["Acme", "https://acme.example.com"]);
  assert.deepEqual(await linksOf(workspace, "companies", survivor.id), before);
  assert.equal((await undo(workspace, done.id)).status, 200);
  assert.deepEqual(await linksOf(workspace, "companies", duplicate.id), before);
  assert.deepEqual(await read(workspace, duplicate.id, companies), duplicate);
  assert.equal((await read(workspace, survivor.id, companies))["is_supplier"], false);
});
