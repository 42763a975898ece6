import { sql } from "kysely";
import type { RawBuilder, SelectQueryBuilder } from "kysely";
import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { crud } from "../../../kernel/crud.ts";
import { invalidField } from "../../../kernel/errors.ts";
import type { Tables } from "../../../kernel/tables.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { needleOf } from "../search/search.store.ts";
import { momentField, readMoment } from "../../workspace/settings/moments.ts";
import type { Bounds } from "../../workspace/settings/moments.ts";
import { ContactRecord, presentContact } from "./contact.ts";
import type { Contact } from "./contact.ts";
import { employersOf, recordedContact } from "./contacts.store.ts";
import "../companies/company.ts";

const expansions = ["employers"];

export const shaping = {
  fields: Type.Optional(
    Type.Array(Type.String(), { description: "Comma-separated names of the fields to answer." }),
  ),
  expand: Type.Optional(Type.Array(Type.String(), { description: "Comma-separated: employers." })),
};

/** Contacts as callers see them, with what they asked to be expanded and only the fields they asked for. */
export async function presentContacts(
  ctx: Ctx,
  rows: Contact[],
  input: { fields?: string[]; expand?: string[] },
): Promise<Record<string, unknown>[]> {
  const unknown = input.expand?.find((name) => !expansions.includes(name));
  if (unknown !== undefined)
    throw invalidField(
      "expand",
      `${unknown} cannot be expanded; only employers can`,
      "Send expand=employers, or leave it out.",
    );
  const wrong = input.fields?.find((name) => !(name in ContactRecord.properties));
  if (wrong !== undefined) {
    const known = Object.keys(ContactRecord.properties).join(", ");
    throw invalidField("fields", `there is no field ${wrong}`, `Choose from ${known}.`);
  }
  const employers = input.expand
    ? await employersOf(
        ctx,
        rows.map((row) => row.id),
      )
    : undefined;
  return rows.map((row) => {
    const shown: Record<string, unknown> = presentContact(row);
    if (employers) {
      shown["employers"] = (employers.get(row.id) ?? []).map(({ id, public_id, name }) => ({
        id,
        public_id,
        name,
      }));
    }
    return input.fields ? pick(shown, ["id", ...input.fields, ...(input.expand ?? [])]) : shown;
  });
}

function pick(shown: Record<string, unknown>, names: string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, shown[name]]));
}

/** Fields of the record that are no columns. */
const computed = ["display_name", "greeting", "employers"];

/** What a list reads: everything but the texts a contact is found by. */
export const contactColumns = Object.keys(ContactRecord.properties)
  .filter((name) => !computed.includes(name))
  .map((name) => `contacts.${name}` as `contacts.${keyof Contact}`);

/**
 * Narrows contacts to those linked to a company. The link repeats when its contact was created, so that one index holds
 * a company's people in the order lists show them.
 */
export function employedBy<Query>(query: Query, companyId: string): Query {
  const contactsQuery = query as unknown as SelectQueryBuilder<Tables, "contacts", object>;
  return contactsQuery
    .innerJoin("contact_employers as link", (join) =>
      join
        .onRef("link.workspace_id", "=", "contacts.workspace_id")
        .onRef("link.contact_id", "=", "contacts.id")
        .onRef("link.contact_created_at", "=", "contacts.created_at"),
    )
    .where("link.company_id", "=", companyId) as unknown as Query;
}

export const contactsCrud = crud({
  noun: "contact",
  plural: "contacts",
  table: "contacts",
  surface: workspaceApi,
  section: "Contacts",
  path: "/contacts",
  summaries: {
    delete:
      "Delete one contact; GET /deletions/preview tells beforehand what goes with it and what stays without it.",
  },
  scopes: { read: ["contacts:read"], write: ["contacts:write"] },
  record: ContactRecord,
  columns: contactColumns,
  sort: { column: "created_at", direction: "desc", kind: "timestamp" },
  present: (ctx, rows, input) => presentContacts(ctx, rows, input),
  recorded: recordedContact,
  shaping,
  preloaded: true,
  filters: {
    search: {
      schema: Type.String({ minLength: 1, maxLength: 200, description: "Part of a name, e-mail or number." }),
      where: (query, value: string, ctx) => {
        const { text, digits } = needleOf(value, "search");
        return query.where(
          sql<boolean>`contacts.id in (select contact_ids_holding(${ctx.workspaceId}, ${text}::text, ${digits}::text))`,
        );
      },
    },
    source: { schema: Type.String(), where: (query, value: string) => query.where("source", "=", value) },
    customer_id: {
      schema: Type.String({ format: "uuid", description: "Contacts linked to this company." }),
      where: (query, value: string) => employedBy(query, value),
    },
    created_after: {
      schema: momentField("Made then or later."),
      read: (ctx, value: string) => readMoment(ctx, "created_after", value),
      where: (query, { from }: Bounds) => query.where("contacts.created_at", ">=", from),
    },
    created_before: {
      schema: momentField("Made then or before."),
      read: (ctx, value: string) => readMoment(ctx, "created_before", value),
      where: (query, { until, day }: Bounds) => query.where("contacts.created_at", day ? "<" : "<=", until),
    },
    email_unsubscribed: {
      schema: Type.Boolean(),
      where: (query, value: boolean) => query.where(optedOut("email_unsubscribed", value)),
    },
    sms_unsubscribed: {
      schema: Type.Boolean(),
      where: (query, value: boolean) => query.where(optedOut("sms_unsubscribed", value)),
    },
  },
});

// Said without a parameter, so that the index of the few who opted out can serve it.
function optedOut(flag: "email_unsubscribed" | "sms_unsubscribed", wanted: boolean): RawBuilder<boolean> {
  return wanted ? sql`${sql.ref(flag)}` : sql`not ${sql.ref(flag)}`;
}
