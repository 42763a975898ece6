import { Type } from "typebox";
import type { Ctx } from "../../../../kernel/context.ts";
import { unknown } from "../query/known-fields.ts";
import { planQuery, sceneOf } from "../query/run-query.ts";
import type { Plan } from "../query/plan.ts";
import type { QuerySpec } from "../query/spec.ts";
import { columnsOf } from "./card-fields.ts";
import type { DisplayConfig, Visualization } from "./card-fields.ts";
import type { Card } from "./dashboard.ts";

const open = () => Type.Object({}, { additionalProperties: true });

export const CardRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  dashboard_id: Type.String({ format: "uuid" }),
  title: Type.String(),
  visualization_type: Type.String(),
  query_spec: open(),
  display_config: open(),
  size: Type.String(),
  position: Type.Integer(),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

export function presentCard(row: Card) {
  const { workspace_id: _w, ...fields } = row;
  return {
    ...fields,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** What a card without a query of its own counts. */
export const plainQuery: QuerySpec = { source: "deals", measures: [{ field: "id", aggregation: "count" }] };

/** Refuses a query that could not be run, and columns of a table that its source does not have. */
export async function checkCard(ctx: Ctx, spec: QuerySpec, display: DisplayConfig): Promise<void> {
  const plan = await planQuery(ctx, spec, await sceneOf(ctx, null), "query_spec.");
  for (const [index, { key }] of columnsOf(display).entries()) {
    const known = tableColumns(plan);
    if (known.some((column) => column.name === key)) continue;
    throw unknown(`display_config.columns.${index}`, key, "column", known);
  }
}

/** What the table of a card can show: all of a row in drilldown mode, else the columns of the answer. */
export function tableColumns(plan: Plan): readonly { name: string }[] {
  return plan.mode === "drilldown" ? plan.source.fields : [...plan.columns, ...plan.measures];
}

/** How a question is best drawn when nobody says. */
export function suitingVisualization(spec: QuerySpec): Visualization {
  if (spec.mode === "drilldown") return "table";
  if (spec.time_dimension) return "line";
  return (spec.dimensions?.length ?? 0) > 0 ? "bar" : "stat";
}
