import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import type { CountryCode } from "libphonenumber-js/max";
import { invalidField } from "./kernel/errors.ts";

export type PhoneKind = "mobile" | "landline" | "either" | "other";

export type Phone = { e164: string; kind: PhoneKind; country: string | undefined };

/** Numbers of Ofcom's that are nobody's: examples and films are full of them, and no number plan counts them as valid. */
const fictional = /^\+447700900\d{3}$/;

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

/**
 * A mobile number for a field, in E.164. A 400 that names the field for a landline, for what nobody can be texted on (free, shared
 * and premium numbers), for what is no number of its country's plan, and for an extension.
 */
export function mobileField(field: string, text: string, country?: string): string {
  const written = diallable(field, text, country);
  const parsed = parsePhoneNumberFromString(written, country as CountryCode | undefined);
  if (!parsed || !(parsed.isValid() || fictional.test(parsed.number))) {
    throw invalidField(
      field,
      "is not a valid phone number",
      `Send ${field} in E.164, such as +447700900123.`,
    );
  }
  const type = parsed.getType();
  // North America does not tell mobiles from fixed lines.
  if (type === "MOBILE" || type === "FIXED_LINE_OR_MOBILE" || fictional.test(parsed.number)) {
    return parsed.number;
  }
  if (type === "FIXED_LINE") {
    throw invalidField(
      field,
      "is a landline; a mobile number is needed here",
      `Send it as landline, not ${field}.`,
    );
  }
  throw invalidField(
    field,
    `is no mobile number but ${kindInWords[type ?? ""] ?? "a special one"}`,
    `Send a mobile number, or this one as landline.`,
  );
}

const kindInWords: Record<string, string> = {
  TOLL_FREE: "a free one",
  PREMIUM_RATE: "one with a premium rate",
  SHARED_COST: "one with shared cost",
  VOIP: "one of the internet",
  PERSONAL_NUMBER: "a personal one",
  PAGER: "a pager",
  UAN: "a company-wide one",
  VOICEMAIL: "a voicemail",
};

/** A number as it is dialled: 0061 is +61. Refuses an extension, which nobody can be texted on and E.164 has no place for. */
function diallable(field: string, text: string, country = "GB"): string {
  const written = text.trim().replace(/^00(?=[1-9])/, "+");
  if (parsePhoneNumberFromString(written, country as CountryCode)?.ext) {
    throw invalidField(
      field,
      "has something after the number: an extension cannot be kept",
      `Send the number alone in ${field}, and the extension in notes.`,
    );
  }
  return written;
}

/** Any dialable number for a field, in E.164; an extension is a 400. */
export function phoneField(field: string, text: string, country?: string): string {
  const phone = parsePhone(diallable(field, text, country), country);
  if (!phone)
    throw invalidField(
      field,
      "is not a valid phone number",
      `Send ${field} in E.164, such as +442079460123.`,
    );
  return phone.e164;
}
