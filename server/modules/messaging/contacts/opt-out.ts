import type { Ctx } from "../../../kernel/context.ts";
import type { Contact } from "../../crm/contacts/contact.ts";
import { lockContact, updateContact } from "../../crm/contacts/contacts.store.ts";

/** Opts out everybody with this number; answers whether anything changed. */
export async function optOutContact(ctx: Ctx, e164: string, by: "keyword" | "carrier"): Promise<boolean> {
  return setUnsubscribed(ctx, e164, true, by);
}

/** Opts everybody with this number back in. */
export async function optInContact(ctx: Ctx, e164: string): Promise<boolean> {
  return setUnsubscribed(ctx, e164, false, "keyword");
}

/** Whether anybody with this number opted out. */
export async function isOptedOut(ctx: Ctx, e164: string): Promise<boolean> {
  const row = await ctx.db
    .from("contacts")
    .select("id")
    .where((where) => where.or([where("phone", "=", e164), where("landline", "=", e164)]))
    .where("sms_unsubscribed", "=", true)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

// Several contacts may share a number (a household, a duplicate): the number asked, so all of them are meant.
async function setUnsubscribed(
  ctx: Ctx,
  e164: string,
  unsubscribed: boolean,
  by: "keyword" | "carrier",
): Promise<boolean> {
  const sharing = await ctx.db
    .from("contacts")
    .select("id")
    .where((where) => where.or([where("phone", "=", e164), where("landline", "=", e164)]))
    .orderBy("id")
    .execute();
  let changed = false;
  for (const { id } of sharing) {
    const contact = await lockContact(ctx, id);
    if (!contact || contact.sms_unsubscribed === unsubscribed) continue;
    await write(ctx, contact, unsubscribed, by);
    changed = true;
  }
  return changed;
}

async function write(ctx: Ctx, contact: Contact, unsubscribed: boolean, by: string): Promise<void> {
  await updateContact(ctx, contact, {
    sms_unsubscribed: unsubscribed,
    sms_unsubscribed_at: unsubscribed ? ctx.now : null,
  });
  ctx.emit({
    type: unsubscribed ? "contact.opted_out" : "contact.opted_in",
    noun: "contact",
    recordId: contact.id,
    payload: { id: contact.id, channel: "sms", by },
  });
}
