import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import type { CountryCode } from "libphonenumber-js/max";
import { invalidField } from "./kernel/errors.ts";

export type PhoneKind = "mobile" | "landline" | "either" | "other";

export type Phone = { e164: string; kind: PhoneKind; country: string | undefined };

/**
 * A number as people write it, in E.164, or undefined when it is none. `country` helps with national spellings.
 * Where a country does not tell mobiles from fixed lines (North America) the kind is "either".
 */
export function parsePhone(text: string, country?: string): Phone | undefined {
  const parsed = parsePhoneNumberFromString(text, country as CountryCode | undefined);
  // Possible rather than valid: number plans change faster than any copy of them, and a customer must get through.
  if (!parsed?.isPossible()) return undefined;
  const type = parsed.getType();
  const kind: PhoneKind =
    type === "MOBILE"
      ? "mobile"
      : type === "FIXED_LINE_OR_MOBILE" || type === undefined
        ? "either"
        : type === "FIXED_LINE"
          ? "landline"
          : "other";
  return { e164: parsed.number, kind, country: parsed.country };
}

/** "+44 7700 900123" of an E.164 number: what people can read out. */
export function readablePhone(e164: string): string {
  return parsePhoneNumberFromString(e164)?.formatInternational() ?? e164;
}

/** A mobile number for a field, in E.164; a landline or nonsense is a 400 that names the field. */
export function mobileField(field: string, text: string, country?: string): string {
  const phone = parsePhone(text, country);
  if (!phone)
    throw invalidField(
      field,
      "is not a valid phone number",
      `Send ${field} in E.164, such as +447700900123.`,
    );
  if (phone.kind === "landline") {
    throw invalidField(
      field,
      "is a landline; a mobile number is needed here",
      `Send it as landline, not ${field}.`,
    );
  }
  return phone.e164;
}

/** Any dialable number for a field, in E.164. */
export function phoneField(field: string, text: string, country?: string): string {
  const phone = parsePhone(text, country);
  if (!phone)
    throw invalidField(
      field,
      "is not a valid phone number",
      `Send ${field} in E.164, such as +442079460123.`,
    );
  return phone.e164;
}
