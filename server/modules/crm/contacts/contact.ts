import { Type } from "typebox";
import { readableWith } from "../../../kernel/guarded-fields.ts";
import type { Static, TObject } from "typebox";
import type { Generated, Selectable } from "kysely";
import type { Json, JsonObject, Timestamp } from "../../../kernel/tables.ts";
import {
  metadataField,
  nameField,
  nullableText as text,
  optionalDate,
  optionalText,
  partyValues,
  placeFields,
  placeNames,
  reachFields,
} from "../party.ts";

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
  contact_type: string | null;
  relationship_started_at: string | null;
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
    contact_type: text(),
    relationship_started_at: text("Since when the business knows them."),
    email_unsubscribed: Type.Boolean(),
    sms_unsubscribed: Type.Boolean(),
    created_at: Type.String({ format: "date-time" }),
    updated_at: Type.String({ format: "date-time" }),
    employers: Type.Array(
      Type.Object({ id: Type.String(), public_id: Type.String(), name: Type.String() }),
      readableWith("companies:read"),
    ),
  }),
);

/** The fields create and update share. */
export const contactFields = {
  last_name: optionalText("Surname; empty clears it.", 200),
  ...reachFields,
  date_of_birth: optionalDate("YYYY-MM-DD; birthday messages follow it."),
  job_title: optionalText("Job title."),
  source: optionalText("Where the lead came from: website, referral, api.", 100),
  notes: optionalText("Free text.", 20_000),
  metadata: metadataField,
  ...placeFields,
  contact_type: optionalText("One of the company's contact types.", 100),
  relationship_started_at: optionalDate("Since when the business knows them."),
};

export type ContactFields = Partial<Static<TObject<typeof contactFields>>> & { first_name?: string };

export type ContactValues = Partial<Omit<Contact, "metadata" | "workspace_id">> & { metadata?: string };

const texts = [
  "last_name",
  "date_of_birth",
  "job_title",
  "source",
  "notes",
  "contact_type",
  "relationship_started_at",
  ...placeNames,
] as const;

/** What a contact that is to be made gets: as sent, in Australia unless it says otherwise. */
export function newContactValues(
  fields: ContactFields & { first_name: string },
  country: string,
): ContactValues & { first_name: string } {
  return { country: "Australia", first_name: fields.first_name, ...contactValues(fields, country) };
}

/** What a caller sent as column values, metadata aside: trimmed, E.164, empty as null. Throws a 400 naming the field. */
export function contactValues({ metadata: _m, ...fields }: ContactFields, country: string): ContactValues {
  const values: ContactValues = partyValues(fields, texts, country);
  if (fields.first_name !== undefined) values.first_name = nameField("first_name", fields.first_name);
  return values;
}

export function displayName(contact: { first_name: string; last_name: string | null }): string {
  return contact.last_name ? `${contact.first_name} ${contact.last_name}` : contact.first_name;
}

export function greeting(contact: { first_name: string }): string {
  return contact.first_name ? `Hi ${contact.first_name}` : "Hi there";
}

/** A row as callers see it. */
export function presentContact(row: Contact): Static<typeof ContactRecord> {
  const { workspace_id: _w, full_name: _f, search_text: _s, sms_unsubscribed_at: _u, ...shown } = row;
  return { ...shown, display_name: displayName(row), greeting: greeting(row) } as never;
}
