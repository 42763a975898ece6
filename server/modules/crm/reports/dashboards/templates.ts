import type { QuerySpec } from "../query/spec.ts";
import type { DisplayConfig, Visualization } from "./card-fields.ts";

export type NewCard = {
  title: string;
  visualization_type: Visualization;
  query_spec: QuerySpec;
  display_config?: DisplayConfig;
  size: "sm" | "md" | "lg";
};

export const templateKeys = [
  "sales_overview",
  "staff_accountability",
  "pipeline_health",
  "marketing_roi",
] as const;
export type TemplateKey = (typeof templateKeys)[number];

export type Template = { key: TemplateKey; name: string; description: string; cards: readonly NewCard[] };

type Filters = NonNullable<QuerySpec["filters"]>;

const open: Filters[number] = { field: "status", operator: "eq", value: "open" };
const won: Filters[number] = { field: "status", operator: "eq", value: "won" };
const since = (field: string, value: string): Filters[number] => ({ field, operator: "gte", value });
const lastYear = (field: string) => since(field, "365_days_ago");
const deals = { field: "id", aggregation: "count", alias: "Deals" } as const;
const tasks = { field: "id", aggregation: "count", alias: "Tasks" } as const;
const value = { field: "value", aggregation: "sum", alias: "Value" } as const;

/** The cards of the four templates; each query is run by a test. */
export const templates: readonly Template[] = [
  {
    key: "sales_overview",
    name: "Sales overview",
    description: "What is open, what was won, and where it stands.",
    cards: [
      stat("Open pipeline", { source: "deals", measures: [value], filters: [open] }),
      stat("Won this month", {
        source: "deals",
        measures: [value],
        filters: [won, since("won_at", "start_of_month")],
      }),
      stat("Deals won this month", {
        source: "deals",
        measures: [deals],
        filters: [won, since("won_at", "start_of_month")],
      }),
      chart("Won by month", "composed", {
        source: "deals",
        measures: [value, deals],
        time_dimension: { field: "won_at", granularity: "month", fill: true },
        filters: [won, lastYear("won_at")],
      }),
      chart("Open value by stage", "bar", {
        source: "deals",
        measures: [value],
        dimensions: ["stage_name"],
        filters: [open],
      }),
      chart("Deals by lead source", "donut", {
        source: "deals",
        measures: [deals],
        dimensions: ["lead_source"],
      }),
      table("Largest open deals", {
        source: "deals",
        mode: "drilldown",
        dimensions: ["name", "contact_name", "stage_name", "value", "currency", "expected_close_date"],
        filters: [open],
        order_by: [{ field: "value", direction: "desc" }],
        limit: 10,
      }),
    ],
  },
  {
    key: "staff_accountability",
    name: "Staff accountability",
    description: "Who works on what, what got done, and what is late.",
    cards: [
      stat("Overdue tasks", {
        source: "tasks",
        measures: [tasks],
        filters: [{ field: "is_overdue", operator: "eq", value: true }],
      }),
      stat("Tasks done this week", {
        source: "tasks",
        measures: [tasks],
        filters: [since("completed_at", "start_of_week")],
      }),
      chart("Open tasks by person", "horizontal_bar", {
        source: "tasks",
        measures: [tasks],
        dimensions: ["assignee_name", "is_overdue"],
        filters: [open],
      }),
      chart("Won this quarter by person", "bar", {
        source: "deals",
        measures: [value],
        dimensions: ["assigned_user_name"],
        filters: [won, since("won_at", "start_of_quarter")],
      }),
      chart("Tasks done per week", "line", {
        source: "tasks",
        measures: [tasks],
        dimensions: ["assignee_name"],
        time_dimension: { field: "completed_at", granularity: "week", fill: true },
        filters: [since("completed_at", "90_days_ago")],
      }),
      table("Overdue tasks", {
        source: "tasks",
        mode: "drilldown",
        dimensions: ["title", "client", "assignee_name", "priority", "due_date"],
        filters: [{ field: "is_overdue", operator: "eq", value: true }],
        order_by: [{ field: "due_date", direction: "asc" }],
        limit: 20,
      }),
    ],
  },
  {
    key: "pipeline_health",
    name: "Pipeline health",
    description: "How full the pipeline is, how fast it moves, and why deals are lost.",
    cards: [
      stat("Open deals", { source: "deals", measures: [deals], filters: [open] }),
      stat("Average open deal", {
        source: "deals",
        measures: [{ field: "value", aggregation: "avg", alias: "Value" }],
        filters: [open],
      }),
      chart("Open deals by stage", "horizontal_bar", {
        source: "deals",
        measures: [deals],
        dimensions: ["stage_name"],
        filters: [open],
      }),
      chart("New deals per week", "area", {
        source: "deals",
        measures: [deals],
        time_dimension: { field: "deal_created_at", granularity: "week", fill: true },
        filters: [since("deal_created_at", "90_days_ago")],
      }),
      chart("Why deals were lost", "bar", {
        source: "deals",
        measures: [deals],
        dimensions: ["lost_reasons"],
        filters: [{ field: "status", operator: "eq", value: "lost" }],
      }),
      table("Longest open", {
        source: "deals",
        mode: "drilldown",
        dimensions: ["name", "stage_name", "assigned_user_name", "value", "currency", "deal_created_at"],
        filters: [open],
        order_by: [{ field: "deal_created_at", direction: "asc" }],
        limit: 10,
      }),
    ],
  },
  {
    key: "marketing_roi",
    name: "Marketing return",
    description: "Where deals come from, and which of it pays.",
    cards: [
      chart("New deals by lead source", "donut", {
        source: "deals",
        measures: [deals],
        dimensions: ["lead_source"],
        filters: [lastYear("deal_created_at")],
      }),
      chart("Won value by lead source", "bar", {
        source: "deals",
        measures: [value],
        dimensions: ["lead_source"],
        filters: [won, lastYear("won_at")],
      }),
      chart("New deals per month", "line", {
        source: "deals",
        measures: [deals],
        dimensions: ["lead_source"],
        time_dimension: { field: "deal_created_at", granularity: "month", fill: true },
        filters: [lastYear("deal_created_at")],
      }),
      chart("Won products", "horizontal_bar", {
        source: "deals",
        measures: [deals],
        dimensions: ["product_names"],
        filters: [won, lastYear("won_at")],
        limit: 10,
      }),
      table("Lead sources", {
        source: "deals",
        measures: [deals, value, { field: "value", aggregation: "avg", alias: "Average value" }],
        dimensions: ["lead_source", "status"],
        filters: [lastYear("deal_created_at")],
      }),
    ],
  },
];

/** The cards of a template, about one pipeline if it is given. */
export function templateCards(template: Template, pipelineId: string | undefined): NewCard[] {
  if (pipelineId === undefined) return [...template.cards];
  const scope: Filters[number] = { field: "pipeline_id", operator: "eq", value: pipelineId };
  return template.cards.map((card) => ({
    ...card,
    query_spec: { ...card.query_spec, filters: [scope, ...(card.query_spec.filters ?? [])] },
  }));
}

function stat(title: string, query: QuerySpec): NewCard {
  return { title, visualization_type: "stat", query_spec: query, size: "sm" };
}

function chart(title: string, visualization: Visualization, query: QuerySpec): NewCard {
  return { title, visualization_type: visualization, query_spec: query, size: "md" };
}

function table(title: string, query: QuerySpec): NewCard {
  return { title, visualization_type: "table", query_spec: query, size: "lg" };
}
