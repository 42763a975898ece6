import type { Ctx } from "../../../../kernel/context.ts";
import { workspaceOf } from "../../../workspace/settings/settings.ts";
import { compile, compileProbe } from "./compile.ts";
import { filled } from "./fill.ts";
import { todayIn } from "./moments.ts";
import { planOf } from "./plan.ts";
import type { Plan } from "./plan.ts";
import type { FieldType, Scene } from "./source.ts";
import { sourceOf, withCustomFields } from "./sources.ts";
import type { CellValue, QuerySpec, ReportRow } from "./spec.ts";

/** The wall a report is drawn on, as `viewerId` (a member, or nobody) sees it. */
export async function sceneOf(ctx: Ctx, viewerId: string | null): Promise<Scene> {
  const { timeZone: zone } = await workspaceOf(ctx);
  return {
    workspaceId: ctx.workspaceId,
    zone,
    today: todayIn(zone, ctx.now),
    viewerId,
    scopes: ctx.actor.scopes,
  };
}

/** Understands a question with the workspace's own fields; throws the 400 for what the source has no answer to. */
export async function planQuery(ctx: Ctx, spec: QuerySpec, scene: Scene, at = ""): Promise<Plan> {
  return planOf(await withCustomFields(ctx, sourceOf(spec.source)), spec, scene, at);
}

/** The rows of a plan, as callers see them: names as they asked for them, money and counts as numbers, days as texts. */
export async function runPlan(ctx: Ctx, plan: Plan): Promise<ReportRow[]> {
  const rows = await ctx.db.raw(compile(plan));
  const presented = rows.map((row) => presentRow(plan, row));
  if (plan.fill) return filled(plan, presented);
  return presented.length === 0 && plan.currency && plan.columns.length === 1
    ? [ofNothing(plan, plan.currency.name)]
    : presented;
}

// A total of nothing is a row, as it is for a question without groups; there is no currency it is in.
function ofNothing({ measures }: Plan, currency: string): ReportRow {
  const numbers = measures.map(({ name, aggregation }): [string, CellValue] => [
    name,
    aggregation === "sum" || aggregation === "count" ? 0 : null,
  ]);
  return { [currency]: null, ...Object.fromEntries(numbers) };
}

/** Whether there is anything to show: a number over no rows at all is nothing. */
export async function hasRows(ctx: Ctx, plan: Plan): Promise<boolean> {
  if (plan.mode === "aggregate" && plan.columns.every((column) => column === plan.currency)) {
    const [answer] = await ctx.db.raw(compileProbe(plan));
    return answer?.["found"] === true;
  }
  return (await ctx.db.raw(compile({ ...plan, limit: 1 }))).length > 0;
}

function presentRow({ columns, measures }: Plan, row: Record<string, unknown>): ReportRow {
  const cells = columns.map(({ name, field, granularity }, index): [string, CellValue] => [
    name,
    cellOf(row[`c${index}`], granularity ? "text" : field.type),
  ]);
  const numbers = measures.map(({ name }, index): [string, CellValue] => [
    name,
    cellOf(row[`m${index}`], "number"),
  ]);
  return Object.fromEntries([...cells, ...numbers]);
}

function cellOf(value: unknown, type: FieldType): CellValue {
  if (value === null || value === undefined) return null;
  if (type === "number" || type === "money") return Number(value);
  if (value instanceof Date) return value.toISOString();
  return Array.isArray(value) ? value.map(String) : (value as CellValue);
}
