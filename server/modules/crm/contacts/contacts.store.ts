import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import type { Contact, ContactValues } from "./contact.ts";

export function findContact(ctx: Ctx, id: string): Promise<Contact | undefined> {
  return ctx.db.from("contacts").selectAll().where("id", "=", id).executeTakeFirst();
}

export function lockContact(ctx: Ctx, id: string): Promise<Contact | undefined> {
  return ctx.db.from("contacts").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
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

export function findContactByEmail(ctx: Ctx, email: string): Promise<Contact | undefined> {
  return ctx.db
    .from("contacts")
    .selectAll()
    .where("id", "=", sql<string>`(select contact_id_with_email(${email}))`)
    .executeTakeFirst();
}

/** Inserts, with its audit entry; the event is the caller's, who knows whether automations should see it. */
export async function insertContact(
  ctx: Ctx,
  values: ContactValues & { first_name: string },
): Promise<Contact> {
  const row = await ctx.db
    .insert("contacts", {
      ...values,
      id: newId(ctx.now),
      public_id: sql`next_public_id('contact', 'C')`,
      created_at: ctx.now,
      updated_at: ctx.now,
    } as never)
    .returningAll()
    .executeTakeFirstOrThrow();
  ctx.changed({ noun: "contact", id: row.id, after: presentable(row) });
  return row;
}

export async function updateContact(ctx: Ctx, before: Contact, values: ContactValues): Promise<Contact> {
  const row = await ctx.db
    .update("contacts")
    .set({ ...values, updated_at: ctx.now } as never)
    .where("id", "=", before.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  ctx.changed({ noun: "contact", id: row.id, before: presentable(before), after: presentable(row) });
  return row;
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

function presentable(row: Contact): Record<string, unknown> {
  const { full_name: _f, search_text: _s, ...fields } = row;
  return fields;
}
