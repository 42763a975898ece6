import { dictionary } from "../../../kernel/dictionary.ts";
import { sql } from "kysely";
import { Type } from "typebox";
import type { Static } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { statuses } from "../opportunities/opportunity.ts";
import { exportFields } from "./export-fields.ts";
import { exportFile, exportedTypes, withoutHidden } from "./export-file.ts";
import { planExport } from "./export-plan.ts";
import { isoMoment } from "./filters.ts";
import { oneOf } from "./export-template.ts";
import type { ExportColumn, ExportFilter } from "./export-template.ts";
import { readScopes } from "./roots.ts";
import type { RootEntity, Sql } from "./roots.ts";

const mostRows = 50_000;

/** What can be asked for, the other names the API has for the same nouns behind. */
const types = [
  "contacts",
  "customers",
  "deals",
  "work-orders",
  "companies",
  "opportunities",
  "work_orders",
] as const;

const roots: Record<string, RootEntity> = dictionary({
  contacts: "contact",
  customers: "account",
  companies: "account",
  deals: "opportunity",
  opportunities: "opportunity",
  "work-orders": "work_order",
  work_orders: "work_order",
} satisfies Record<(typeof types)[number], RootEntity>);

const id = (description: string) => Type.Optional(Type.String({ format: "uuid", description }));
const text = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 200, description }));
const yesNo = (description: string) => Type.Optional(Type.Boolean({ description }));

const input = Type.Object(
  {
    type: {
      ...oneOf(types),
      description: "companies are customers, opportunities deals, and work_orders work-orders.",
    },
    format: Type.Optional(Type.Union([Type.Literal("xlsx"), Type.Literal("csv")], { default: "xlsx" })),
    search: text("Part of a name, e-mail or number; of deals, of the name. Not for work orders."),
    created_after: text("ISO 8601 date or instant, itself included."),
    created_before: text("ISO 8601 date or instant, itself included; a date means all of the day."),
    source: text("contacts: the lead source."),
    customer_id: id("contacts and deals: those of this company."),
    email_unsubscribed: yesNo("contacts: opted out of e-mail."),
    sms_unsubscribed: yesNo("contacts: opted out of texts."),
    is_customer: yesNo("customers: buys from the business."),
    is_supplier: yesNo("customers: sells to the business."),
    industry: text("customers: exactly this industry."),
    status: Type.Optional(oneOf(statuses)),
    pipeline_id: id("deals: placed in this pipeline."),
    stage_id: id("deals: placed in this stage."),
    contact_id: id("deals: of this contact, primary or not."),
    assigned_to: id("deals and work orders: of this user."),
    status_id: id("work orders: in this status."),
    deal_product_id: id("work orders: of this line of a deal."),
    schedule_date: Type.Optional(
      Type.String({
        format: "date",
        pattern: "^(?!0000)",
        description: "work orders: scheduled on this day.",
      }),
    ),
  },
  { additionalProperties: false },
);

type Input = Static<typeof input>;

/** The parameters each type knows besides those all of them do. */
const filtersOf: Record<RootEntity, readonly (keyof Input)[]> = {
  contact: ["source", "customer_id", "email_unsubscribed", "sms_unsubscribed"],
  account: ["is_customer", "is_supplier", "industry"],
  opportunity: ["status", "customer_id", "pipeline_id", "stage_id", "contact_id", "assigned_to"],
  work_order: ["assigned_to", "status_id", "deal_product_id", "schedule_date"],
};

const common: readonly (keyof Input)[] = ["type", "format", "search", "created_after", "created_before"];

export const exportCrm = operation({
  name: "export_crm",
  surface: workspaceApi,
  section: "CRM Export",
  route: "GET /crm/export",
  scopes: Object.values(readScopes),
  neededScopes: ({ type }) => [readScopes[roots[String(type)] ?? "contact"]],
  effect: "read",
  noun: "export",
  shape: "file",
  fileTypes: exportedTypes,
  summary: "Download contacts, customers, deals or work orders as XLSX or CSV.",
  description:
    "At most 50,000 rows, the newest first. X-Row-Count tells how many there are, X-Truncated is 1 when there would have been more. A filter of another type does not apply; X-Ignored-Filters names it. Custom fields are columns too. Only the scope of the type asked for is needed; columns of related records whose scope the key lacks are left out, and X-Hidden-Columns names them.",
  input,
  output: Type.String(),
  example: { input: { type: "contacts", format: "csv" } },
  async run(ctx, sent) {
    const root = roots[sent.type] as RootEntity;
    if (root === "work_order" && sent.search !== undefined) {
      throw invalidField("search", "is not available for work-orders", "Leave search out.");
    }
    const columns = await columnsOf(ctx, root);
    const whole = await planExport(ctx, {
      root_entity: root,
      columns,
      filters: plainFilters(root, sent),
      sort: [],
    });
    whole.where.push(...linkFilters(ctx.workspaceId, root, sent));
    const { plan, hidden } = withoutHidden(ctx, whole);
    const known = new Set([...common, ...filtersOf[root]]);
    const ignored = Object.keys(sent).filter((name) => !known.has(name as keyof Input));
    return exportFile(ctx, plan, {
      most: mostRows,
      name: sent.type,
      output: { format: sent.format ?? "xlsx" },
      headers: {
        ...(ignored.length > 0 ? { "x-ignored-filters": ignored.join(", ") } : {}),
        ...(hidden.length > 0 ? { "x-hidden-columns": hidden.join(", ") } : {}),
      },
    }) as never;
  },
});

const related = (
  relation: string,
  relation_field: string,
  header: string,
  relation_mode: ExportColumn["relation_mode"] = "primary",
): ExportColumn => ({ source: "relation", relation, relation_field, relation_mode, header });

const relatedColumns: Record<RootEntity, ExportColumn[]> = {
  contact: [related("companies", "name", "Companies", "comma_joined")],
  account: [related("contacts", "name", "Contacts", "comma_joined")],
  opportunity: [
    related("primary_contact", "name", "Contact"),
    related("primary_contact", "email", "Contact e-mail"),
    related("primary_contact", "phone", "Contact phone"),
    related("customer", "name", "Company"),
    related("pipeline", "name", "Pipeline", "comma_joined"),
    related("stage", "name", "Stage", "comma_joined"),
    related("assigned_users", "name", "Assigned to", "comma_joined"),
  ],
  work_order: [
    related("product", "name", "Product"),
    related("opportunity", "name", "Deal"),
    related("contact", "name", "Contact"),
    related("customer", "name", "Company"),
    related("status", "label", "Status"),
    related("assigned_user", "name", "Assigned to"),
  ],
};

/** Everything a record has: its own fields, the names of what it refers to, the workspace's own fields. */
async function columnsOf(ctx: Ctx, root: RootEntity): Promise<ExportColumn[]> {
  const fields = await exportFields(ctx, root);
  const own = fields.filter(({ custom, type, key }) => !custom && type !== "reference" && key !== "name");
  const name = fields.filter(({ key }) => key === "name" && root !== "contact");
  const custom = fields.filter((field) => field.custom);
  const column = ({ key }: { key: string }): ExportColumn => ({ source: "root", field: key });
  return [...name.map(column), ...own.map(column), ...relatedColumns[root], ...custom.map(column)];
}

const fieldNames: Partial<Record<keyof Input, string>> = {
  deal_product_id: "opportunity_product_id",
};

const lists: readonly (keyof Input)[] = [
  "status",
  "pipeline_id",
  "stage_id",
  "assigned_to",
  "status_id",
  "deal_product_id",
];

function plainFilters(root: RootEntity, sent: Input): ExportFilter[] {
  const filters: ExportFilter[] = [];
  for (const name of filtersOf[root]) {
    const value = sent[name];
    const linked = name === "contact_id" || (name === "customer_id" && root === "contact");
    if (value === undefined || linked) continue;
    const list = lists.includes(name) || name === "customer_id";
    filters.push({ field: fieldNames[name] ?? name, op: list ? "in" : "eq", value });
  }
  if (sent.created_after !== undefined) filters.push(bound("created_after", "gte", sent.created_after));
  if (sent.created_before !== undefined) filters.push(bound("created_before", "lte", sent.created_before));
  return filters;
}

function bound(name: string, op: "gte" | "lte", value: string): ExportFilter {
  return { field: "created_at", op, value: isoMoment(name, value) };
}

/** Filters by what a record is linked to, and the search. */
function linkFilters(
  workspaceId: string,
  root: RootEntity,
  { search, customer_id, contact_id }: Input,
): Sql[] {
  const found: Sql[] = [];
  if (search !== undefined) {
    if (root === "contact") found.push(sql`t.id in (select contact_ids_matching(${workspaceId}, ${search}))`);
    if (root === "account")
      found.push(sql`t.id in (select export_companies_matching(${workspaceId}, ${search}))`);
    if (root === "opportunity")
      found.push(sql`t.id in (select export_opportunities_matching(${workspaceId}, ${search}))`);
  }
  if (root === "contact" && customer_id !== undefined) {
    found.push(sql`exists (select from contact_employers x where x.workspace_id = t.workspace_id
      and x.contact_id = t.id and x.company_id = ${customer_id}::uuid)`);
  }
  if (root === "opportunity" && contact_id !== undefined) {
    found.push(sql`(t.contact_id = ${contact_id}::uuid or exists (select from opportunity_contacts x
      where x.workspace_id = t.workspace_id and x.opportunity_id = t.id and x.contact_id = ${contact_id}::uuid))`);
  }
  return found;
}
