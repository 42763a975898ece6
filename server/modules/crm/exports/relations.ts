/** The records around a root: how they are reached, in which order, and which of their fields can be columns. */
import { sql } from "kysely";
import type { CatalogueEntity, CatalogueField } from "../fields/field-catalogue.ts";
import { readScopes } from "./roots.ts";
import type { RootEntity, Sql } from "./roots.ts";

export type Relation = {
  key: string;
  label: string;
  /** Whose catalogue its fields come from, or the fields themselves. */
  fields: CatalogueEntity | readonly CatalogueField[];
  /** What the API calls its records, and the scope that lets read them: a column of theirs takes it. */
  noun: string;
  reads: string;
  many: boolean;
  /** `from … where …`, tied to the root `t`; the related record is `r`. */
  from: Sql;
  order: Sql;
};

const text = (key: string, label: string): CatalogueField => ({ key, label, type: "text", custom: false });
const number = (key: string, label: string): CatalogueField => ({ ...text(key, label), type: "number" });

const named = [text("id", "ID"), text("name", "Name")];
const user = [...named, text("email", "E-mail"), text("phone", "Phone")];
const line = [...named, number("quantity", "Quantity"), text("payment_status", "Payment status")];
const status = [text("id", "ID"), text("label", "Label")];

type Read = Pick<Relation, "noun" | "reads">;

const contacts: Read = { noun: "contact", reads: readScopes.contact };
const companies: Read = { noun: "company", reads: readScopes.account };
const opportunities: Read = { noun: "opportunity", reads: readScopes.opportunity };
const lines: Read = { noun: "opportunity_product", reads: readScopes.opportunity };
// An opportunity names the pipelines and stages it stands in; they are part of what it shows.
const placements: Read = { noun: "opportunity", reads: readScopes.opportunity };
const statuses: Read = { noun: "work_order", reads: readScopes.work_order };
const users: Read = { noun: "user", reads: "users:read" };

const byId = (table: string, column: Sql): Sql =>
  sql`from ${sql.table(table)} r where r.workspace_id = t.workspace_id and r.id = ${column}`;

/** Over a table between the two: opportunity → opportunity_users → members. */
function across(between: string, mine: string, theirs: string, table: string): Sql {
  return sql`from ${sql.table(between)} x join ${sql.table(table)} r
    on r.workspace_id = x.workspace_id and r.id = ${sql.ref(`x.${theirs}`)}
    where x.workspace_id = t.workspace_id and ${sql.ref(`x.${mine}`)} = t.id`;
}

const anyOrder = sql`r.id`;
const newest = sql`r.created_at desc, r.id`;
const one = (
  key: string,
  label: string,
  fields: Relation["fields"],
  read: Read,
  [table, column]: [string, string],
) => ({
  key,
  label,
  fields,
  ...read,
  many: false,
  from: byId(table, sql.ref(`t.${column}`)),
  order: anyOrder,
});

const ofLine = (column: string): Sql => sql`(select o.${sql.ref(column)} from opportunity_products l
  join opportunities o on o.workspace_id = l.workspace_id and o.id = l.opportunity_id
  where l.workspace_id = t.workspace_id and l.id = t.opportunity_product_id)`;

const opportunity: Relation[] = [
  one("primary_contact", "Primary contact", "contact", contacts, ["contacts", "contact_id"]),
  {
    key: "contacts",
    label: "Contacts",
    ...contacts,
    fields: "contact",
    many: true,
    from: sql`from contacts r where r.workspace_id = t.workspace_id and r.id in (select t.contact_id
      union select x.contact_id from opportunity_contacts x
      where x.workspace_id = t.workspace_id and x.opportunity_id = t.id)`,
    order: sql`(r.id = t.contact_id) desc, r.id`,
  },
  one("customer", "Company", "account", companies, ["companies", "company_id"]),
  {
    key: "pipeline",
    label: "Pipeline",
    ...placements,
    fields: named,
    many: true,
    from: across("opportunity_placements", "opportunity_id", "pipeline_id", "pipelines"),
    order: sql`x.placed_at, x.id`,
  },
  {
    key: "stage",
    label: "Stage",
    ...placements,
    fields: named,
    many: true,
    from: across("opportunity_placements", "opportunity_id", "stage_id", "pipeline_stages"),
    order: sql`x.placed_at, x.id`,
  },
  {
    key: "assigned_users",
    label: "Assigned to",
    ...users,
    fields: user,
    many: true,
    from: across("opportunity_users", "opportunity_id", "user_id", "members"),
    order: sql`x.is_primary desc, x.created_at, r.id`,
  },
  {
    key: "products",
    label: "Products",
    ...lines,
    fields: line,
    many: true,
    from: sql`from opportunity_products r where r.workspace_id = t.workspace_id and r.opportunity_id = t.id`,
    order: sql`r.position, r.id`,
  },
  one("referrer", "Referrer", "contact", contacts, ["contacts", "primary_referrer_contact_id"]),
];

const contact: Relation[] = [
  {
    key: "companies",
    label: "Companies",
    ...companies,
    fields: "account",
    many: true,
    from: across("contact_employers", "contact_id", "company_id", "companies"),
    order: sql`r.name, r.id`,
  },
  {
    key: "opportunities",
    label: "Opportunities",
    ...opportunities,
    fields: "opportunity",
    many: true,
    from: sql`from opportunities r where r.workspace_id = t.workspace_id and r.contact_id = t.id`,
    order: newest,
  },
];

const account: Relation[] = [
  {
    key: "contacts",
    label: "Contacts",
    ...contacts,
    fields: "contact",
    many: true,
    from: across("contact_employers", "company_id", "contact_id", "contacts"),
    order: sql`r.first_name, r.id`,
  },
  {
    key: "opportunities",
    label: "Opportunities",
    ...opportunities,
    fields: "opportunity",
    many: true,
    from: sql`from opportunities r where r.workspace_id = t.workspace_id and r.company_id = t.id`,
    order: newest,
  },
];

const workOrder: Relation[] = [
  one("product", "Product line", line, lines, ["opportunity_products", "opportunity_product_id"]),
  {
    ...one("opportunity", "Opportunity", "opportunity", opportunities, ["", ""]),
    from: byId("opportunities", ofLine("id")),
  },
  {
    ...one("contact", "Contact", "contact", contacts, ["", ""]),
    from: byId("contacts", ofLine("contact_id")),
  },
  {
    ...one("customer", "Company", "account", companies, ["", ""]),
    from: byId("companies", ofLine("company_id")),
  },
  one("status", "Status", status, statuses, ["work_order_statuses", "status_id"]),
  one("assigned_user", "Assigned to", user, users, ["members", "assigned_to"]),
];

export const relationsOf: Record<RootEntity, readonly Relation[]> = {
  opportunity,
  contact,
  account,
  work_order: workOrder,
};
