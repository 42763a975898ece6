import { sql } from "kysely";
import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import type { Ctx } from "../../../kernel/context.ts";
import { parsePhone } from "../../../phones.ts";
import type { Contact } from "../../crm/contacts/contact.ts";
import { findContactByNumber, insertContact } from "../../crm/contacts/contacts.store.ts";
import "../../crm/contacts/contact.ts";

/**
 * The contact with this number, made when there is none. Nobody told us a name yet, so the number as people write it
 * stands in for one. Two callers with the same new number wait for each other, so one contact comes of it.
 */
export async function contactForNumber(ctx: Ctx, e164: string, source: string): Promise<Contact> {
  const known = await findContactByNumber(ctx, e164);
  if (known) return known;
  await ctx.db.raw(
    sql`select pg_advisory_xact_lock(hashtextextended(${`contact:${ctx.workspaceId}:${e164}`}, 0))`,
  );
  const meanwhile = await findContactByNumber(ctx, e164);
  if (meanwhile) return meanwhile;
  const phone = parsePhone(e164);
  return insertContact(ctx, {
    first_name: readable(e164),
    ...(phone?.kind === "landline" ? { landline: e164 } : { phone: e164 }),
    country: phone?.country ?? null,
    source,
  });
}

/** "+447700900123" → "07700 900123" is a matter of country; the international form reads the same everywhere. */
function readable(e164: string): string {
  return parsePhoneNumberFromString(e164)?.formatInternational() ?? "Caller";
}
