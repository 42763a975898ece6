import { Type } from "typebox";
import type { Static, TObject } from "typebox";
import type { Generated, Selectable } from "kysely";
import { invalidField } from "../../../kernel/errors.ts";
import { isId } from "../../../kernel/ids.ts";
import type { Json, JsonObject, Timestamp } from "../../../kernel/tables.ts";
import { mobileField, phoneField } from "../../../phones.ts";

export interface ContactsTable {
  workspace_id: string;
  id: string;
  public_id: string;
  first_name: string;
  last_name: string | null;
  email: string | null;
  phone: string | null;
  landline: string | null;
  date_of_birth: string | null;
  job_title: string | null;
  source: string | null;
  notes: string | null;
  metadata: Json<JsonObject>;
  address_line1: string | null;
  city: string | null;
  state: string | null;
  postal_code: string | null;
  country: string | null;
  timezone: string | null;
  email_unsubscribed: Generated<boolean>;
  sms_unsubscribed: Generated<boolean>;
  sms_unsubscribed_at: Timestamp | null;
  created_at: Timestamp;
  updated_at: Timestamp;
  full_name: Generated<string>;
  search_text: Generated<string>;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    contacts: ContactsTable;
  }
}

export type Contact = Selectable<ContactsTable>;

const text = () => Type.Union([Type.String(), Type.Null()]);

/** A person as the workspace API shows one. Partial because callers may ask for some fields only. */
export const ContactRecord = Type.Partial(
  Type.Object({
    id: Type.String({ format: "uuid" }),
    public_id: Type.String({ description: "The number people read: C-001." }),
    first_name: Type.String(),
    last_name: text(),
    display_name: Type.String({ description: "Full name, or the first name alone." }),
    greeting: Type.String({ description: '"Hi Paul", or "Hi there" without a name.' }),
    email: text(),
    phone: text(),
    landline: text(),
    date_of_birth: text(),
    job_title: text(),
    source: text(),
    notes: text(),
    metadata: Type.Object({}, { additionalProperties: true }),
    address_line1: text(),
    city: text(),
    state: text(),
    postal_code: text(),
    country: text(),
    timezone: text(),
    email_unsubscribed: Type.Boolean(),
    sms_unsubscribed: Type.Boolean(),
    created_at: Type.String({ format: "date-time" }),
    updated_at: Type.String({ format: "date-time" }),
    employers: Type.Array(Type.Object({ id: Type.String(), public_id: Type.String(), name: Type.String() })),
  }),
);

const optionalText = (description: string, maxLength = 500) =>
  Type.Optional(Type.Union([Type.String({ maxLength }), Type.Null()], { description }));

/** The fields create and update share. */
export const contactFields = {
  last_name: optionalText("Surname; empty clears it.", 200),
  email: optionalText("E-mail address.", 320),
  phone: optionalText("Mobile number, E.164. A landline is refused: it goes in landline.", 40),
  landline: optionalText("Fixed-line number, E.164.", 40),
  date_of_birth: Type.Optional(Type.Union([Type.String({ format: "date" }), Type.Null()])),
  job_title: optionalText("Job title."),
  source: optionalText("Where the lead came from: website, referral, api.", 100),
  notes: optionalText("Free text.", 20_000),
  metadata: Type.Optional(
    Type.Object({}, { additionalProperties: true, description: "Custom field values by field id." }),
  ),
  address_line1: optionalText("Street and number."),
  city: optionalText("City."),
  state: optionalText("State or region."),
  postal_code: optionalText("Postal code.", 20),
  country: optionalText("Country."),
};

export type ContactFields = Partial<Static<TObject<typeof contactFields>>> & { first_name?: string };

export type ContactValues = Partial<Omit<Contact, "metadata" | "workspace_id">> & { metadata?: string };

const nullable = ["email", "date_of_birth", "job_title", "source", "notes"] as const;
const address = ["address_line1", "city", "state", "postal_code", "country"] as const;

/** What a caller sent as column values: trimmed, E.164, empty as null. Throws a 400 naming the field. */
export function contactValues(fields: ContactFields, country: string): ContactValues {
  const values: ContactValues = {};
  if (fields.first_name !== undefined) {
    values.first_name = fields.first_name.trim();
    if (values.first_name === "") throw invalidField("first_name", "may not be empty");
  }
  if (fields.last_name !== undefined) values.last_name = fields.last_name?.trim() || null;
  for (const name of [...nullable, ...address]) {
    const value = fields[name];
    if (value !== undefined) values[name] = value?.trim() || null;
  }
  if (values.email && !isEmail(values.email)) throw invalidField("email", "is not a valid e-mail address");
  if (fields.phone !== undefined)
    values.phone = fields.phone ? mobileField("phone", fields.phone, country) : null;
  if (fields.landline !== undefined) {
    values.landline = fields.landline ? phoneField("landline", fields.landline, country) : null;
  }
  if (fields.metadata !== undefined)
    values.metadata = JSON.stringify(checkedMetadata(fields.metadata as JsonObject));
  return values;
}

// Quick Link URLs once stood at the root by their id; there they would be taken for custom fields.
function checkedMetadata(metadata: JsonObject): JsonObject {
  const stray = Object.keys(metadata).find(isId);
  if (stray !== undefined) {
    throw invalidField(
      `metadata.${stray}`,
      "is a quick link id at the root",
      "Nest it under metadata.quick_links.",
    );
  }
  return metadata;
}

const emailForm = /^[^\s@<>"(),:;\\[\]]+@[^\s@.]+(\.[^\s@.]+)*\.[^\s@.\d]{2,}$/;

/** A complete address: a local part, a domain and a top-level domain. */
export function isEmail(text: string): boolean {
  return text.length <= 320 && emailForm.test(text);
}

export function displayName(contact: { first_name: string; last_name: string | null }): string {
  return contact.last_name ? `${contact.first_name} ${contact.last_name}` : contact.first_name;
}

export function greeting(contact: { first_name: string }): string {
  return contact.first_name ? `Hi ${contact.first_name}` : "Hi there";
}

/** A row as callers see it. */
export function presentContact(row: Contact): Record<string, unknown> {
  const { workspace_id: _w, full_name: _f, search_text: _s, sms_unsubscribed_at: _u, ...shown } = row;
  return { ...shown, display_name: displayName(row), greeting: greeting(row) };
}
