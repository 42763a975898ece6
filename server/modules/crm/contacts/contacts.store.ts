import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import { recordCreated, recordUpdated } from "../../../kernel/lifecycle.ts";
import type { Quiet } from "../../../kernel/lifecycle.ts";
import type { Contact, ContactValues } from "./contact.ts";

export function findContact(ctx: Ctx, id: string): Promise<Contact | undefined> {
  return ctx.db.from("contacts").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Locks a contact against whoever changes it. Whoever only writes down something about it need not wait. */
export function lockContact(ctx: Ctx, id: string): Promise<Contact | undefined> {
  return ctx.db.from("contacts").selectAll().where("id", "=", id).forNoKeyUpdate().executeTakeFirst();
}

/** The oldest contact with this number as mobile or landline. */
export function findContactByNumber(ctx: Ctx, e164: string): Promise<Contact | undefined> {
  return ctx.db
    .from("contacts")
    .selectAll()
    .where((where) => where.or([where("phone", "=", e164), where("landline", "=", e164)]))
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
}

/** Those with this number as mobile or landline, the oldest first; nobody else changes them until the transaction ends. */
export function lockContactsByNumber(ctx: Ctx, e164: string, most: number): Promise<Contact[]> {
  return ctx.db
    .from("contacts")
    .selectAll()
    .where((where) => where.or([where("phone", "=", e164), where("landline", "=", e164)]))
    .orderBy("created_at")
    .orderBy("id")
    .limit(most)
    .forUpdate()
    .execute();
}

export function findContactByEmail(ctx: Ctx, email: string): Promise<Contact | undefined> {
  return ctx.db
    .from("contacts")
    .selectAll()
    .where("id", "=", sql<string>`(select contact_id_with_email(${ctx.workspaceId}, ${email}))`)
    .executeTakeFirst();
}

export type NewContact = ContactValues & { first_name: string };

/** Inserts in one statement, with the audit entries and events; answers the rows in the order of `values`. */
export async function insertContacts(
  ctx: Ctx,
  values: readonly NewContact[],
  quiet: Quiet = {},
): Promise<Contact[]> {
  if (values.length === 0) return [];
  const ids = values.map(() => newId(ctx.now));
  const rows = await ctx.db
    .insert(
      "contacts",
      values.map((contact, index) => ({
        ...contact,
        id: ids[index],
        public_id: sql`next_public_id(${ctx.workspaceId}, 'contact', 'C')`,
        created_at: ctx.now,
        updated_at: ctx.now,
      })) as never,
    )
    .returningAll()
    .execute();
  rows.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
  for (const row of rows) recordCreated(ctx, "contact", recordedContact(row), quiet);
  return rows;
}

export async function insertContact(ctx: Ctx, values: NewContact, quiet: Quiet = {}): Promise<Contact> {
  const [row] = await insertContacts(ctx, [values], quiet);
  return row as Contact;
}

/** Changes columns of a contact, with the audit entry and the event. */
export async function updateContact(
  ctx: Ctx,
  before: Contact,
  values: ContactValues,
  quiet: Quiet = {},
): Promise<Contact> {
  const row = await ctx.db
    .update("contacts")
    .set({ ...values, updated_at: ctx.now } as never)
    .where("id", "=", before.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  recordContactUpdated(ctx, before, row, quiet);
  return row;
}

/** Puts a change of a contact on record that was made already. */
export function recordContactUpdated(ctx: Ctx, before: Contact, after: Contact, quiet: Quiet = {}): void {
  recordUpdated(ctx, "contact", recordedContact(before), recordedContact(after), quiet);
}

/** Companies of contacts, by contact id. */
export async function employersOf(ctx: Ctx, contactIds: string[]) {
  if (contactIds.length === 0) return new Map<string, { id: string; public_id: string; name: string }[]>();
  const rows = await ctx.db
    .from("contact_employers")
    .innerJoin("companies", (join) =>
      join
        .onRef("companies.id", "=", "contact_employers.company_id")
        .onRef("companies.workspace_id", "=", "contact_employers.workspace_id"),
    )
    .select(["contact_employers.contact_id", "companies.id", "companies.public_id", "companies.name"])
    .where("contact_employers.contact_id", "in", contactIds)
    .orderBy("companies.name")
    .execute();
  return Map.groupBy(
    rows.map(({ contact_id, ...company }) => ({ contactId: contact_id, ...company })),
    (row) => row.contactId,
  ) as Map<string, { id: string; public_id: string; name: string }[]>;
}

/** A row as the audit and the events tell it: what is derived from other columns is no change of its own. */
export function recordedContact(row: Contact): Record<string, unknown> & { id: string } {
  const { full_name: _f, search_text: _s, ...fields } = row;
  return fields;
}
