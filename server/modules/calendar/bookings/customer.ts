import type { Ctx } from "../../../kernel/context.ts";
import { invalidField, missing } from "../../../kernel/errors.ts";
import { parsePhone } from "../../../phones.ts";
import type { Phone } from "../../../phones.ts";
import type { Contact, ContactValues } from "../../crm/contacts/contact.ts";
import {
  findContactByEmail,
  findContactByNumber,
  insertContact,
  lockContact,
  updateContact,
} from "../../crm/contacts/contacts.store.ts";
import { countryOf } from "../../workspace/settings/country.ts";

export type Customer = {
  contactId?: string | undefined;
  name?: string | undefined;
  email?: string | undefined;
  phone?: string | undefined;
  /** State or region and zone; both are kept only where the contact has none. */
  state?: string | undefined;
  timeZone?: string | undefined;
};

/**
 * The contact a booking is for: the one named, else the one with that e-mail, else the one with that number (unless
 * it has another e-mail), else a new one. What the contact lacks is filled in; what it has stays.
 */
export async function contactFor(
  ctx: Ctx,
  customer: Customer,
  source: string,
): Promise<{ contact: Contact | undefined; phone: string | null }> {
  const phone = customer.phone ? await phoneOf(ctx, customer.phone) : undefined;
  const email = customer.email?.trim() || undefined;
  const e164 = phone?.e164 ?? null;
  const found = await findExisting(ctx, customer.contactId, email, phone);
  if (found) return { contact: await fillIn(ctx, found, customer, email, phone), phone: e164 };
  const name = splitName(customer.name ?? "");
  if (!name.first && !email && !phone) return { contact: undefined, phone: null };
  const contact = await insertContact(ctx, {
    first_name: name.first || email?.split("@")[0] || e164 || "",
    last_name: name.last,
    email: email ?? null,
    ...numbers(phone),
    source,
    state: customer.state ?? null,
    timezone: customer.timeZone ?? null,
  });
  return { contact, phone: e164 };
}

async function phoneOf(ctx: Ctx, text: string): Promise<Phone> {
  const phone = parsePhone(text, await countryOf(ctx));
  if (!phone) {
    throw invalidField("phone", "is not a valid phone number", "Send phone in E.164, such as +447700900123.");
  }
  return phone;
}

async function findExisting(
  ctx: Ctx,
  contactId: string | undefined,
  email: string | undefined,
  phone: Phone | undefined,
): Promise<Contact | undefined> {
  if (contactId !== undefined) {
    const named = await lockContact(ctx, contactId);
    if (!named) throw missing("contact", contactId);
    return named;
  }
  const byEmail = email ? await findContactByEmail(ctx, email) : undefined;
  if (byEmail) return lockContact(ctx, byEmail.id);
  const byNumber = phone ? await findContactByNumber(ctx, phone.e164) : undefined;
  const isSomebodyElse = email !== undefined && !!byNumber?.email;
  return byNumber && !isSomebodyElse ? lockContact(ctx, byNumber.id) : undefined;
}

async function fillIn(
  ctx: Ctx,
  contact: Contact,
  customer: Customer,
  email: string | undefined,
  phone: Phone | undefined,
): Promise<Contact> {
  const known = contact.phone === phone?.e164 || contact.landline === phone?.e164;
  const offered: ContactValues = {
    email: email ?? null,
    ...(known ? {} : numbers(phone)),
    state: customer.state ?? null,
    timezone: customer.timeZone ?? null,
  };
  const values = Object.fromEntries(
    Object.entries(offered).filter(([name, value]) => value && !contact[name as keyof Contact]),
  ) as ContactValues;
  return Object.keys(values).length > 0 ? updateContact(ctx, contact, values) : contact;
}

function numbers(phone: Phone | undefined): ContactValues {
  if (!phone) return {};
  return phone.kind === "landline" ? { landline: phone.e164 } : { phone: phone.e164 };
}

/** "Mary Jane Smith" → Mary + Jane Smith. */
function splitName(name: string): { first: string; last: string | null } {
  const [first = "", ...rest] = name.trim().split(/\s+/);
  return { first, last: rest.join(" ") || null };
}
