import { Type } from "typebox";
import type { Static, TObject } from "typebox";
import type { Generated, Selectable } from "kysely";
import { invalidField } from "../../../kernel/errors.ts";
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

export interface CompaniesTable {
  workspace_id: string;
  id: string;
  public_id: string;
  name: string;
  email: string | null;
  phone: string | null;
  landline: string | null;
  industry: string | null;
  website: string | null;
  notes: string | null;
  metadata: Json<JsonObject>;
  account_type: string | null;
  is_customer: Generated<boolean>;
  is_supplier: Generated<boolean>;
  tax_number: string | null;
  address_line1: string | null;
  city: string | null;
  state: string | null;
  postal_code: string | null;
  country: string | null;
  timezone: string | null;
  relationship_started_at: string | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface ContactEmployersTable {
  workspace_id: string;
  contact_id: string;
  company_id: string;
  created_at: Timestamp;
  /** When the contact was created; the database fills it in. */
  contact_created_at: Generated<Date>;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    companies: CompaniesTable;
    contact_employers: ContactEmployersTable;
  }
}

export type Company = Selectable<CompaniesTable>;

/** A company (customer, account) as the workspace API shows one. */
export const CompanyRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  public_id: Type.String({ description: "The number people read: A-001." }),
  name: Type.String(),
  email: text(),
  phone: text(),
  landline: text(),
  industry: text(),
  website: text(),
  notes: text(),
  metadata: Type.Object({}, { additionalProperties: true }),
  account_type: text(),
  is_customer: Type.Boolean(),
  is_supplier: Type.Boolean(),
  tax_number: text(),
  address_line1: text(),
  city: text(),
  state: text(),
  postal_code: text(),
  country: text(),
  timezone: text(),
  relationship_started_at: text("Since when the business knows them."),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

/** The fields create and update share. */
export const companyFields = {
  ...reachFields,
  industry: optionalText("Line of business."),
  website: optionalText("Web address.", 2000),
  notes: optionalText("Free text.", 20_000),
  metadata: metadataField,
  account_type: optionalText("One of the company's account types.", 100),
  is_customer: Type.Optional(Type.Boolean({ description: "Buys from the business." })),
  is_supplier: Type.Optional(Type.Boolean({ description: "Sells to the business." })),
  tax_number: optionalText("Tax or business number.", 100),
  ...placeFields,
  relationship_started_at: optionalDate("Since when the business knows them."),
};

export type CompanyFields = Partial<Static<TObject<typeof companyFields>>> & { name?: string };

export type CompanyValues = Partial<Omit<Company, "metadata" | "workspace_id">> & { metadata?: string };

const texts = [
  "industry",
  "website",
  "notes",
  "account_type",
  "tax_number",
  "relationship_started_at",
  ...placeNames,
] as const;

/** What a company that is to be made gets. */
export function newCompanyValues(
  fields: CompanyFields & { name: string },
  country: string,
): CompanyValues & { name: string } {
  return { name: fields.name, ...companyValues(fields, country) };
}

/** What a caller sent as column values, metadata aside: trimmed, E.164, empty as null. Throws a 400 naming the field. */
export function companyValues({ metadata: _m, ...fields }: CompanyFields, country: string): CompanyValues {
  const values: CompanyValues = partyValues(fields, texts, country);
  if (fields.name !== undefined) values.name = nameField("name", fields.name);
  if (values.website && !isWebAddress(values.website)) {
    throw invalidField("website", "is not a web address", "Send website such as https://example.com.");
  }
  if (fields.is_customer !== undefined) values.is_customer = fields.is_customer;
  if (fields.is_supplier !== undefined) values.is_supplier = fields.is_supplier;
  return values;
}

// People write example.com as readily as https://example.com; what else a link could do (javascript:) is not for a CRM.
function isWebAddress(written: string): boolean {
  const url = /^[a-z][a-z\d+.-]*:(?!\d)/i.test(written) ? written : `https://${written}`;
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

/** A row as callers see it. */
export function presentCompany(row: Company): Static<typeof CompanyRecord> {
  const { workspace_id: _w, ...shown } = row;
  return shown as never;
}
