/** The three kinds of records an import can make: how their fields are checked, found again, written and told apart. */
import { dictionary } from "../../../kernel/dictionary.ts";
import { sql } from "kysely";
import { Type } from "typebox";
import type { TObject } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import type { Quiet } from "../../../kernel/lifecycle.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { companyFields, companyValues, newCompanyValues } from "../companies/company.ts";
import type { Company, CompanyFields } from "../companies/company.ts";
import { insertCompanies, updateCompany } from "../companies/companies.store.ts";
import type { NewCompany } from "../companies/companies.store.ts";
import { contactFields, contactValues, newContactValues } from "../contacts/contact.ts";
import type { Contact, ContactFields } from "../contacts/contact.ts";
import { insertContacts, updateContact } from "../contacts/contacts.store.ts";
import type { NewContact } from "../contacts/contacts.store.ts";
import { insertOpportunities, updateOpportunity } from "../opportunities/opportunities.store.ts";
import type { NewOpportunity } from "../opportunities/opportunities.store.ts";
import { opportunityFields } from "../opportunities/opportunity-fields.ts";
import type { OpportunityFields } from "../opportunities/opportunity-fields.ts";
import { opportunityReader } from "../opportunities/opportunity-reader.ts";
import type { Opportunity } from "../opportunities/opportunity.ts";
import { partyReader } from "../party-reader.ts";
import type { DedupeKey, ImportEntityName } from "./import-record.ts";

export type TargetRow = JsonObject & { id: string; updated_at: Date };

/** Checked and ready to be written; what it holds is the target's own business. */
export type Ready = { values: unknown };

export type Target = {
  noun: "contact" | "company" | "opportunity";
  table: "contacts" | "companies" | "opportunities";
  scopes: { read: string; write: string };
  /** The field a new record cannot do without. */
  required: string;
  input: TObject;
  /** How a row and a record can be found to be the same, the usual way first. */
  dedupe: readonly DedupeKey[];
  /** The function that finds records by many keys at once; phones and ids need none. */
  finders: Partial<Record<DedupeKey, string>>;
  reader(
    ctx: Ctx,
    drafts: readonly JsonObject[],
  ): Promise<(fields: JsonObject, before?: TargetRow) => Promise<Ready>>;
  create(ctx: Ctx, ready: readonly Ready[], quiet: Quiet): Promise<TargetRow[]>;
  update(ctx: Ctx, before: TargetRow, ready: Ready, quiet: Quiet): Promise<TargetRow>;
};

const flag = () => Type.Optional(Type.Boolean());

// Custom values are checked by the rules of the workspace; what is there already stays.
function merged(fields: JsonObject, before: TargetRow | undefined): JsonObject {
  const { metadata } = fields;
  if (!before || metadata === undefined) return fields;
  return { ...fields, metadata: { ...(before["metadata"] as JsonObject), ...(metadata as JsonObject) } };
}

const contacts: Target = {
  noun: "contact",
  table: "contacts",
  scopes: { read: "contacts:read", write: "contacts:write" },
  required: "first_name",
  input: Type.Object(
    {
      first_name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      ...contactFields,
      email_unsubscribed: flag(),
      sms_unsubscribed: flag(),
    },
    { additionalProperties: false },
  ),
  dedupe: ["email", "phone", "id"],
  finders: { email: "contacts_with_emails" },
  reader(ctx) {
    const [fresh, changed] = [newContactValues, contactValues].map((valuesOf) =>
      partyReader(ctx, "contact", valuesOf as typeof contactValues),
    );
    return Promise.resolve(async (fields, before) => {
      const { email_unsubscribed: mail, sms_unsubscribed: texts, ...own } = merged(fields, before);
      const read = before ? changed : fresh;
      const values = await read?.(own as ContactFields, before as never);
      return {
        values: {
          ...values,
          ...(mail === undefined ? {} : { email_unsubscribed: mail }),
          ...(texts === undefined
            ? {}
            : { sms_unsubscribed: texts, sms_unsubscribed_at: texts ? ctx.now : null }),
        },
      };
    });
  },
  async create(ctx, ready, quiet) {
    return (await insertContacts(
      ctx,
      ready.map(({ values }) => values as NewContact),
      quiet,
    )) as never;
  },
  async update(ctx, before, { values }, quiet) {
    return (await updateContact(ctx, before as never as Contact, values as NewContact, quiet)) as never;
  },
};

const companies: Target = {
  noun: "company",
  table: "companies",
  scopes: { read: "companies:read", write: "companies:write" },
  required: "name",
  input: Type.Object(
    { name: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })), ...companyFields },
    { additionalProperties: false },
  ),
  dedupe: ["name", "email", "phone", "id"],
  finders: { email: "companies_with_emails", name: "companies_with_names" },
  reader(ctx) {
    const [fresh, changed] = [newCompanyValues, companyValues].map((valuesOf) =>
      partyReader(ctx, "account", valuesOf as typeof companyValues),
    );
    return Promise.resolve(async (fields, before) => {
      const read = before ? changed : fresh;
      return { values: await read?.(merged(fields, before) as CompanyFields, before as never) };
    });
  },
  async create(ctx, ready, quiet) {
    return (await insertCompanies(
      ctx,
      ready.map(({ values }) => values as NewCompany),
      quiet,
    )) as never;
  },
  async update(ctx, before, { values }, quiet) {
    return (await updateCompany(ctx, before as never as Company, values as NewCompany, quiet)) as never;
  },
};

type ChangedOpportunity = {
  values: Parameters<typeof updateOpportunity>[2];
  metadata: JsonObject | undefined;
};

const opportunities: Target = {
  noun: "opportunity",
  table: "opportunities",
  scopes: { read: "opportunities:read", write: "opportunities:write" },
  required: "name",
  input: Type.Object(
    { name: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })), ...opportunityFields },
    { additionalProperties: false },
  ),
  dedupe: ["none", "name", "id"],
  finders: { name: "opportunities_with_names" },
  async reader(ctx, drafts) {
    const { read, readNew } = await opportunityReader(ctx, drafts as OpportunityFields[]);
    return async (fields, before) => {
      if (!before) return { values: await readNew(fields as OpportunityFields) };
      const all = merged(fields, before) as OpportunityFields;
      const { values } = await read(all, before as never as Opportunity);
      const changed: ChangedOpportunity = { values, metadata: all.metadata as JsonObject | undefined };
      return { values: changed };
    };
  },
  async create(ctx, ready, quiet) {
    return (await insertOpportunities(
      ctx,
      ready.map(({ values }) => values as NewOpportunity),
      quiet,
    )) as never;
  },
  async update(ctx, before, { values }, quiet) {
    const { values: columns, metadata } = values as ChangedOpportunity;
    return (await updateOpportunity(ctx, before as never as Opportunity, columns, {
      metadata,
      quiet,
    })) as never;
  },
};

export const targets: Record<ImportEntityName, Target> = dictionary({ contacts, companies, opportunities });

/** Ids of the records these keys belong to. */
export async function idsByKey(
  ctx: Ctx,
  { table, finders }: Target,
  by: DedupeKey,
  keys: readonly string[],
): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map();
  const finder = finders[by];
  const found = finder
    ? sql<{
        key: string;
        id: string;
      }>`select key, id from ${sql.ref(finder)}(${ctx.workspaceId}, ${keys}::text[])`
    : by === "phone"
      ? sql<{ key: string; id: string }>`select distinct on (phone) phone as key, id from ${sql.table(table)}
          where workspace_id = ${ctx.workspaceId} and phone = any(${keys}::text[]) order by phone, created_at, id`
      : sql<{ key: string; id: string }>`select id::text as key, id from ${sql.table(table)}
          where workspace_id = ${ctx.workspaceId} and id = any(${keys}::uuid[])`;
  return new Map((await ctx.db.raw(found)).map(({ key, id }) => [key, id]));
}

/** Records as they stand, kept from changing until the transaction ends. */
export async function lockRows(
  ctx: Ctx,
  { table }: Target,
  ids: readonly string[],
): Promise<Map<string, TargetRow>> {
  if (ids.length === 0) return new Map();
  const rows = await ctx.db.raw(sql<TargetRow>`select * from ${sql.table(table)}
    where workspace_id = ${ctx.workspaceId} and id = any(${ids}::uuid[]) order by id for no key update`);
  return new Map(rows.map((row) => [row.id, row]));
}
