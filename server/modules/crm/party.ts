/** What people and companies have in common: how to reach them, where they are, and how that is written down. */
import { Type } from "typebox";
import { isEmail } from "../../emails.ts";
import { invalidField } from "../../kernel/errors.ts";
import { mobileField, phoneField } from "../../phones.ts";
import { withoutBreaks } from "../../words.ts";
import { checkedZone } from "../workspace/company/company-settings.ts";

/** A text that may be left out or cleared with null. */
export const optionalText = (description: string, maxLength = 500) =>
  Type.Optional(Type.Union([Type.String({ maxLength }), Type.Null()], { description }));

/** A calendar day that may be left out or cleared with null. The year 0000 is no year of the calendar. */
export const optionalDate = (description: string) =>
  Type.Optional(
    Type.Union([Type.String({ format: "date", pattern: "^(?!0000)" }), Type.Null()], { description }),
  );

export const nullableText = (description?: string) =>
  Type.Union([Type.String(), Type.Null()], description === undefined ? {} : { description });

export const reachFields = {
  email: optionalText("E-mail address.", 320),
  phone: optionalText("Mobile number, E.164. A landline is refused: it goes in landline.", 40),
  landline: optionalText("Fixed-line number, E.164.", 40),
};

export const metadataField = Type.Optional(
  Type.Object(
    {},
    {
      additionalProperties: true,
      description:
        "Custom field values by field id; quick_links holds the addresses of quick links. Other names are kept as they are sent, but for one that is a slip away from a custom field's: that is a 400 which names the field.",
    },
  ),
);

export const placeFields = {
  address_line1: optionalText("Street and number."),
  city: optionalText("City."),
  state: optionalText("State or region."),
  postal_code: optionalText("Postal code.", 20),
  country: optionalText("Country."),
  timezone: optionalText("IANA time zone, such as Australia/Sydney.", 100),
};

export const placeNames = ["address_line1", "city", "state", "postal_code", "country", "timezone"] as const;

type Sent = Record<string, unknown>;
type Texts = Record<string, string | null>;

/**
 * The texts among `names` that were sent, and how to reach the party: trimmed, all but notes on one line, empty as null, numbers in E.164. Throws a
 * 400 naming the field.
 */
export function partyValues(fields: Sent, names: readonly string[], country: string): Texts {
  const values: Texts = {};
  for (const name of ["email", ...names]) {
    const value = fields[name] as string | null | undefined;
    if (value !== undefined) values[name] = tidied(name, value ?? "") || null;
  }
  if (values["email"] && !isEmail(values["email"])) {
    throw invalidField(
      "email",
      "is not a valid e-mail address",
      "Send it like ann@example.com, or null for none.",
    );
  }
  if (values["timezone"]) values["timezone"] = checkedZone(values["timezone"]);
  for (const [name, read] of [
    ["phone", mobileField],
    ["landline", phoneField],
  ] as const) {
    const value = fields[name] as string | null | undefined;
    if (value !== undefined) values[name] = value?.trim() ? read(name, value, country) : null;
  }
  return values;
}

const tidied = (name: string, text: string) => (name === "notes" ? text.trim() : withoutBreaks(text));

/** A name on one line that may not be empty. */
export function nameField(field: string, text: string): string {
  const name = withoutBreaks(text);
  if (name === "") throw invalidField(field, "may not be empty", `Send ${field} with a word in it.`);
  return name;
}
