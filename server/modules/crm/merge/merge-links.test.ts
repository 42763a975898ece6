import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { systemActor } from "../../../kernel/actor.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { TestWorkspace } from "../../../testing/harness.ts";
import { insertNumber } from "../../phone/numbers/numbers.store.ts";
import { createLead } from "../../receptionist/leads/leads.ts";
import { linksTo, unguardedLinks } from "./references.store.ts";
import { add, contacts, merged, read, undo } from "./testing.ts";
import type { Row } from "./testing.ts";

const frontdesk = await startHarness();

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
