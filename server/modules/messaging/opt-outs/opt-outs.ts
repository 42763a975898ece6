/**
 * Who wants no texts and no mails, by number and by address. The table is what the guards ask; the flags of contacts
 * follow it in the database (docs/decisions/0019-opt-outs.md). These functions are for whoever knows who asked and how.
 */
import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import type { Contact } from "../../crm/contacts/contact.ts";
import { recordContactUpdated } from "../../crm/contacts/contacts.store.ts";
import type { OptOutWay, Reach } from "./opt-out.ts";

/** Whether the number or the address is opted out, whoever has it. */
export async function isOptedOut(ctx: Ctx, { channel, address }: Reach): Promise<boolean> {
  const row = await ctx.db
    .from("opt_outs")
    .select("id")
    .where("channel", "=", channel)
    .where("address", "=", channel === "email" ? address.toLowerCase() : address)
    .where("lifted_at", "is", null)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether no text may go to a number, because it or the contact it is sent to as opted out. The guards ask this. */
export async function wantsNoTexts(
  ctx: Ctx,
  e164: string,
  contact: Pick<Contact, "sms_unsubscribed"> | undefined,
): Promise<boolean> {
  return contact?.sms_unsubscribed === true || isOptedOut(ctx, { channel: "sms", address: e164 });
}

/** The numbers and the address of a contact. */
export function reachesOf(
  contact: Partial<Pick<Contact, "phone" | "landline" | "email">>,
  channel: Reach["channel"],
): Reach[] {
  const addresses = channel === "sms" ? [contact.phone, contact.landline] : [contact.email?.toLowerCase()];
  return [...new Set(addresses)].flatMap((address) => (address ? [{ channel, address }] : []));
}

type Note = {
  /** Contacts whose change is recorded by the caller. */
  except?: readonly string[];
};

/** Opts numbers and addresses out; answers whether any was not. */
export async function optOut(
  ctx: Ctx,
  reaches: readonly Reach[],
  how: OptOutWay,
  note: Note = {},
): Promise<boolean> {
  return recorded(ctx, reaches, { event: "contact.opted_out", how, note }, async () => {
    const { kind, id, name } = ctx.actor;
    const rows = reaches.map((reach) => ({
      ...reach,
      id: newId(ctx.now),
      how,
      actor_kind: kind,
      actor_id: id,
      actor_name: name,
      request_id: ctx.requestId,
      opted_out_at: ctx.now,
      lifted_at: null,
      lifted_how: null,
      lifted_by: null,
    }));
    const made = await ctx.db
      .insert("opt_outs", rows)
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .execute();
    for (const row of made) ctx.changed({ noun: "opt_out", id: row.id, after: row });
    return made.length > 0;
  });
}

/** Opts numbers and addresses in again; answers whether any had been opted out. */
export async function optIn(
  ctx: Ctx,
  reaches: readonly Reach[],
  how: OptOutWay,
  note: Note = {},
): Promise<boolean> {
  return recorded(ctx, reaches, { event: "contact.opted_in", how, note }, async () => {
    let lifted = false;
    for (const { channel, address } of reaches) {
      const row = await ctx.db
        .update("opt_outs")
        .set({ lifted_at: ctx.now, lifted_how: how, lifted_by: ctx.actor.name })
        .where("channel", "=", channel)
        .where("address", "=", address)
        .where("lifted_at", "is", null)
        .returningAll()
        .executeTakeFirst();
      if (!row) continue;
      lifted = true;
      const { lifted_at, lifted_how, lifted_by, ...standing } = row;
      ctx.changed({
        noun: "opt_out",
        id: row.id,
        before: { ...standing, lifted_at: null, lifted_how: null, lifted_by: null },
        after: { ...standing, lifted_at, lifted_how, lifted_by },
      });
    }
    return lifted;
  });
}

/** Does `work`, and puts on record what it changed about the contacts that have these numbers and addresses. */
async function recorded(
  ctx: Ctx,
  reaches: readonly Reach[],
  { event, how, note }: { event: string; how: OptOutWay; note: Note },
  work: () => Promise<boolean>,
): Promise<boolean> {
  if (reaches.length === 0) return false;
  const before = await lockContactsAt(ctx, reaches);
  const changed = await work();
  if (!changed || before.length === 0) return changed;
  const now = await ctx.db
    .from("contacts")
    .selectAll()
    .where(
      "id",
      "in",
      before.map(({ id }) => id),
    )
    .execute();
  const after = new Map(now.map((contact) => [contact.id, contact]));
  for (const contact of before) {
    const changedTo = after.get(contact.id);
    if (!changedTo || note.except?.includes(contact.id)) continue;
    recordContactUpdated(ctx, contact, changedTo);
    for (const channel of ["sms", "email"] as const) {
      if (contact[`${channel}_unsubscribed`] === changedTo[`${channel}_unsubscribed`]) continue;
      const payload = { id: contact.id, channel, by: how };
      ctx.emit({ type: event, noun: "contact", recordId: contact.id, payload });
    }
  }
  return changed;
}

/** Locks everybody who has one of these; always in the same order, so that no two wait for each other. */
export async function lockContactsAt(ctx: Ctx, reaches: readonly Reach[]): Promise<Contact[]> {
  const of = (channel: string) =>
    reaches.filter((reach) => reach.channel === channel).map(({ address }) => address);
  const [numbers, mails] = [of("sms"), of("email")];
  if (reaches.length === 0) return [];
  return ctx.db
    .from("contacts")
    .selectAll()
    .where((where) =>
      where.or([
        ...(numbers.length > 0 ? [where("phone", "in", numbers), where("landline", "in", numbers)] : []),
        ...(mails.length > 0 ? [where(sql<string>`lower(email)`, "in", mails)] : []),
      ]),
    )
    .orderBy("id")
    .forNoKeyUpdate()
    .execute();
}
