/** The records around a root: how they are reached, in which order, and which of their fields can be columns. */
import { sql } from "kysely";
import type { CatalogueEntity, CatalogueField } from "../fields/field-catalogue.ts";
import type { RootEntity, Sql } from "./roots.ts";

export type Relation = {
  key: string;
  label: string;
  /** Whose catalogue its fields come from, or the fields themselves. */
  fields: CatalogueEntity | readonly CatalogueField[];
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
const one = (key: string, label: string, fields: Relation["fields"], table: string, column: string) => ({
  key,
  label,
  fields,
  many: false,
  from: byId(table, sql.ref(`t.${column}`)),
  order: anyOrder,
});

const ofLine = (column: string): Sql => sql`(select o.${sql.ref(column)} from opportunity_products l
  join opportunities o on o.workspace_id = l.workspace_id and o.id = l.opportunity_id
  where l.workspace_id = t.workspace_id and l.id = t.opportunity_product_id)`;

const opportunity: Relation[] = [
  one("primary_contact", "Primary contact", "contact", "contacts", "contact_id"),
  {
    key: "contacts",
    label: "Contacts",
    fields: "contact",
    many: true,
    from: sql`from contacts r where r.workspace_id = t.workspace_id and r.id in (select t.contact_id
      union select x.contact_id from opportunity_contacts x
      where x.workspace_id = t.workspace_id and x.opportunity_id = t.id)`,
    order: sql`(r.id = t.contact_id) desc, r.id`,
  },
  one("customer", "Company", "account", "companies", "company_id"),
  {
    key: "pipeline",
    label: "Pipeline",
    fields: named,
    many: true,
    from: across("opportunity_placements", "opportunity_id", "pipeline_id", "pipelines"),
    order: sql`x.placed_at, x.id`,
  },
  {
    key: "stage",
    label: "Stage",
    fields: named,
    many: true,
    from: across("opportunity_placements", "opportunity_id", "stage_id", "pipeline_stages"),
    order: sql`x.placed_at, x.id`,
  },
  {
    key: "assigned_users",
    label: "Assigned to",
    fields: user,
    many: true,
    from: across("opportunity_users", "opportunity_id", "user_id", "members"),
    order: sql`x.is_primary desc, x.created_at, r.id`,
  },
  {
    key: "products",
    label: "Products",
    fields: line,
    many: true,
    from: sql`from opportunity_products r where r.workspace_id = t.workspace_id and r.opportunity_id = t.id`,
    order: sql`r.position, r.id`,
  },
  one("referrer", "Referrer", "contact", "contacts", "primary_referrer_contact_id"),
];

const contact: Relation[] = [
  {
    key: "companies",
    label: "Companies",
    fields: "account",
    many: true,
    from: across("contact_employers", "contact_id", "company_id", "companies"),
    order: sql`r.name, r.id`,
  },
  {
    key: "opportunities",
    label: "Opportunities",
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
    fields: "contact",
    many: true,
    from: across("contact_employers", "company_id", "contact_id", "contacts"),
    order: sql`r.first_name, r.id`,
  },
  {
    key: "opportunities",
    label: "Opportunities",
    fields: "opportunity",
    many: true,
    from: sql`from opportunities r where r.workspace_id = t.workspace_id and r.company_id = t.id`,
    order: newest,
  },
];

const workOrder: Relation[] = [
  one("product", "Product line", line, "opportunity_products", "opportunity_product_id"),
  { ...one("opportunity", "Opportunity", "opportunity", "", ""), from: byId("opportunities", ofLine("id")) },
  { ...one("contact", "Contact", "contact", "", ""), from: byId("contacts", ofLine("contact_id")) },
  { ...one("customer", "Company", "account", "", ""), from: byId("companies", ofLine("company_id")) },
  one("status", "Status", status, "work_order_statuses", "status_id"),
  one("assigned_user", "Assigned to", user, "members", "assigned_to"),
];

export const relationsOf: Record<RootEntity, readonly Relation[]> = {
  opportunity,
  contact,
  account,
  work_order: workOrder,
};
