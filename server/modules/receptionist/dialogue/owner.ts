import type { Ctx } from "../../../kernel/context.ts";
import { displayName } from "../../crm/contacts/contact.ts";
import type { Contact } from "../../crm/contacts/contact.ts";
import { sendText } from "../../messaging/messages/send-text.ts";
import type { PhoneNumber } from "../../phone/numbers/number.ts";

const quotedLength = 300;

/** What the owner is told instead of being asked to text somebody who cannot be texted. */
export const optedOutNote = "They have opted out of texts, so nobody can text them back. Please call them.";

/** Tells the owner something by text, when there is a phone to tell it to. */
export async function tellOwner(ctx: Ctx, number: PhoneNumber, body: string): Promise<boolean> {
  if (!number.owner_e164) return false;
  const { status } = await sendText(ctx, {
    to: number.owner_e164,
    body,
    purpose: "owner",
    sender: "system",
    phoneNumberId: number.id,
  });
  return status === "queued";
}

/** "Sam Jones (0123)": the last digits are how the owner picks a customer to answer. */
export function callerText(
  contact: Pick<Contact, "first_name" | "last_name"> | undefined,
  e164: string,
): string {
  const name = contact ? nameOf(contact) : undefined;
  return name ? `${name} (${e164.slice(-4)})` : e164;
}

/** The contact's name, unless it is the number that stands in for one until the name is known. */
export function nameOf(contact: Pick<Contact, "first_name" | "last_name">): string | undefined {
  return /^[+\d(]/.test(contact.first_name) || contact.first_name === "Caller"
    ? undefined
    : displayName(contact);
}

export function quoted(text: string): string {
  const short = text.length > quotedLength ? `${text.slice(0, quotedLength)}…` : text;
  return `"${short}"`;
}
