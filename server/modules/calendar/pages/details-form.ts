/** What the booker types: read, checked, and told what is wrong field by field. */
import { isEmail } from "../../../emails.ts";
import { parsePhone } from "../../../phones.ts";
import { holdsLink, longestName, oneLine, saysSomething } from "../../../words.ts";
import { isDearNumber } from "../../messaging/recipients/reachable-numbers.ts";
import type { Attendee } from "../bookings/booking.ts";
import type { Messages } from "./languages/en.ts";

export type Details = {
  name: string;
  email: string;
  phone: string;
  address: string;
  postalCode: string;
  notes: string;
  attendees: string;
};

export type DetailName = keyof Details;

export type Mistakes = Partial<Record<DetailName, string>>;

/** The names of the fields in the form, and how long what is typed may be; the rest is cut off. */
export const fields: Record<DetailName, { name: string; maxLength: number }> = {
  name: { name: "name", maxLength: longestName },
  email: { name: "email", maxLength: 320 },
  phone: { name: "phone", maxLength: 40 },
  address: { name: "address", maxLength: 500 },
  postalCode: { name: "postal_code", maxLength: 20 },
  notes: { name: "notes", maxLength: 5000 },
  attendees: { name: "attendees", maxLength: 2000 },
};

/** A field that people do not see, and programs fill in. */
export const trapName = "subject_line";

export const detailNames = Object.keys(fields) as DetailName[];

/** Strangers invite a few others, not a list. */
export const mostAttendees = 5;

export function readDetails(form: Record<string, string>): Details {
  const read = ({ name, maxLength }: { name: string; maxLength: number }) =>
    (form[name] ?? "")
      .replaceAll("\r\n", "\n")
      .replaceAll(/[^\P{Cc}\n]/gu, "")
      .trim()
      .slice(0, maxLength);
  const details = Object.fromEntries(detailNames.map((name) => [name, read(fields[name])])) as Details;
  return { ...details, name: oneLine(form[fields.name.name] ?? "", fields.name.maxLength) };
}

/** What is wrong, in the visitor's language, in the order of the form; nothing when it can be booked. */
export function mistakesIn(
  m: Messages,
  details: Details,
  { country, needsPlace }: { country: string; needsPlace: boolean },
): Mistakes {
  const mistakes: Mistakes = {};
  if (!saysSomething(details.name) || holdsLink(details.name)) mistakes.name = m.mistakes.name;
  if (details.email === "") mistakes.email = m.mistakes.emailMissing;
  else if (!isEmail(details.email)) mistakes.email = m.mistakes.email;
  const phone = parsePhone(details.phone, country);
  if (details.phone !== "" && (!phone || isDearNumber(phone.e164))) mistakes.phone = m.mistakes.phone;
  if (needsPlace && details.postalCode === "") mistakes.postalCode = m.mistakes.postalCode;
  const addresses = addressesIn(details.attendees);
  const wrong = addresses.find((one) => !isEmail(one));
  if (wrong !== undefined) mistakes.attendees = m.mistakes.attendees(wrong);
  else if (addresses.length > mostAttendees) mistakes.attendees = m.mistakes.tooManyAttendees;
  return mistakes;
}

export function attendeesOf(details: Details): Attendee[] {
  return addressesIn(details.attendees).map((email) => ({ email }));
}

function addressesIn(text: string): string[] {
  const all = text.split(/[\s,;]+/).filter(Boolean);
  return [...new Map(all.map((one) => [one.toLowerCase(), one])).values()];
}
