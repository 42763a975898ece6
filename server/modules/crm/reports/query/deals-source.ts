import { sql } from "kysely";
import { amount } from "./amount.ts";
import type { Source } from "./source.ts";

const amounts = ["sum", "avg", "min", "max", "count"] as const;

const placement = sql`(opportunity_placements pl
  join pipelines pp on pp.workspace_id = pl.workspace_id and pp.id = pl.pipeline_id
  join pipeline_stages ps on ps.workspace_id = pl.workspace_id and ps.id = pl.stage_id)`;

const assignee = sql`(opportunity_users ou
  join members om on om.workspace_id = ou.workspace_id and om.id = ou.user_id)`;

const line = sql`(opportunity_products op
  left join products pr on pr.workspace_id = op.workspace_id and pr.id = op.product_id)`;

// Grouped before it is joined: a deal has one total, however many lines it has.
const totals = sql`left join (
    select workspace_id, opportunity_id, count(*) as lines,
           sum(${amount(sql`total_minor`, sql`currency`)}) as total
      from opportunity_products group by workspace_id, opportunity_id
  ) pt on pt.workspace_id = o.workspace_id and pt.opportunity_id = o.id`;

/** Opportunities: what they are worth, where they stand, who works on them, why they were won or lost. */
export const dealsSource: Source = {
  key: "deals",
  label: "Deals",
  description:
    "One row per deal. A deal in two pipelines, with two assignees or three products counts once for each of them when grouped by it, and once otherwise.",
  reads: "opportunities:read",
  table: sql`opportunities o`,
  alias: "o",
  createdAt: sql`o.created_at`,
  currency: "currency",
  columns: ["id", "name", "value", "currency", "status", "pipeline_name", "stage_name", "assigned_user_name"],
  custom: { entity: "opportunity", metadata: sql`o.metadata` },
  joins: {
    totals,
    contact: sql`left join contacts ct on ct.workspace_id = o.workspace_id and ct.id = o.contact_id`,
    customer: sql`left join companies cu on cu.workspace_id = o.workspace_id and cu.id = o.company_id`,
  },
  facets: {
    placement: {
      kind: "rows",
      tables: placement,
      on: sql`pl.workspace_id = o.workspace_id and pl.opportunity_id = o.id`,
    },
    assignee: {
      kind: "rows",
      tables: assignee,
      on: sql`ou.workspace_id = o.workspace_id and ou.opportunity_id = o.id`,
    },
    line: {
      kind: "list",
      tables: line,
      on: sql`op.workspace_id = o.workspace_id and op.opportunity_id = o.id`,
    },
    won: { kind: "list", tables: sql`unnest(o.won_reasons) as won (reason)`, on: sql`true` },
    lost: { kind: "list", tables: sql`unnest(o.lost_reasons) as lost (reason)`, on: sql`true` },
  },
  fields: [
    { name: "id", label: "Deals", type: "id", sql: sql`o.id`, measure: ["count"] },
    {
      name: "value",
      label: "Value",
      type: "money",
      sql: amount(sql`o.value_minor`, sql`o.currency`),
      measure: amounts,
    },
    {
      name: "products_total_value",
      label: "Products total",
      type: "money",
      sql: sql`coalesce(pt.total, 0)`,
      join: "totals",
      measure: amounts,
    },
    {
      name: "product_count",
      label: "Products",
      type: "number",
      sql: sql`coalesce(pt.lines, 0)`,
      join: "totals",
      measure: amounts,
    },
    {
      name: "status",
      label: "Status",
      type: "text",
      sql: sql`o.status`,
      dimension: true,
      options: ["open", "won", "lost"],
    },
    {
      name: "pipeline_name",
      label: "Pipeline",
      type: "text",
      sql: sql`pp.name`,
      facet: "placement",
      dimension: true,
    },
    {
      name: "stage_name",
      label: "Stage",
      type: "text",
      sql: sql`ps.name`,
      facet: "placement",
      dimension: true,
    },
    {
      name: "assigned_user_name",
      reads: ["users:read"],
      label: "Assigned to",
      type: "text",
      sql: sql`om.name`,
      facet: "assignee",
      user: sql`ou.user_id`,
      dimension: true,
    },
    { name: "lead_source", label: "Lead source", type: "text", sql: sql`o.lead_source`, dimension: true },
    { name: "currency", label: "Currency", type: "text", sql: sql`o.currency`, dimension: true },
    {
      name: "won_reasons",
      label: "Won because",
      type: "text",
      sql: sql`won.reason`,
      facet: "won",
      dimension: true,
    },
    {
      name: "lost_reasons",
      label: "Lost because",
      type: "text",
      sql: sql`lost.reason`,
      facet: "lost",
      dimension: true,
    },
    {
      name: "product_names",
      label: "Product",
      type: "text",
      sql: sql`op.name`,
      facet: "line",
      dimension: true,
    },
    {
      name: "product_categories",
      reads: ["products:read"],
      label: "Product category",
      type: "text",
      sql: sql`pr.category`,
      facet: "line",
      dimension: true,
    },
    { name: "deal_created_at", label: "Created", type: "datetime", sql: sql`o.created_at`, time: true },
    { name: "won_at", label: "Won", type: "datetime", sql: sql`o.won_at`, time: true },
    { name: "lost_at", label: "Lost", type: "datetime", sql: sql`o.lost_at`, time: true },
    {
      name: "placed_at",
      label: "Entered the stage",
      type: "datetime",
      sql: sql`pl.placed_at`,
      facet: "placement",
      time: true,
    },
    { name: "name", label: "Deal", type: "text", sql: sql`o.name` },
    { name: "public_id", label: "Number", type: "text", sql: sql`o.public_id` },
    {
      name: "contact_name",
      reads: ["contacts:read"],
      label: "Contact",
      type: "text",
      join: "contact",
      sql: sql`ct.first_name || coalesce(' ' || ct.last_name, '')`,
    },
    {
      name: "customer_name",
      reads: ["companies:read"],
      label: "Customer",
      type: "text",
      join: "customer",
      sql: sql`cu.name`,
    },
    { name: "probability", label: "Probability", type: "number", sql: sql`o.probability` },
    {
      name: "expected_close_date",
      label: "Expected to close",
      type: "date",
      sql: sql`o.expected_close_date`,
    },
    { name: "next_action", label: "Next step", type: "text", sql: sql`o.next_action` },
    { name: "contact_id", label: "Contact id", type: "id", sql: sql`o.contact_id` },
    { name: "customer_id", label: "Customer id", type: "id", sql: sql`o.company_id` },
    { name: "pipeline_id", label: "Pipeline id", type: "id", sql: sql`pl.pipeline_id`, facet: "placement" },
    { name: "stage_id", label: "Stage id", type: "id", sql: sql`pl.stage_id`, facet: "placement" },
    {
      name: "assigned_user_id",
      label: "Assignee id",
      type: "id",
      sql: sql`ou.user_id`,
      facet: "assignee",
      user: sql`ou.user_id`,
    },
  ],
};
