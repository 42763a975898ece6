import type { Ctx } from "../../../../kernel/context.ts";
import { OperationError } from "../../../../kernel/errors.ts";
import type { Card } from "../dashboards/dashboard.ts";
import { columnsOf } from "../dashboards/card-fields.ts";
import type { Visualization } from "../dashboards/card-fields.ts";
import { scopesOfPlan } from "../query/plan.ts";
import type { Plan } from "../query/plan.ts";
import { planQuery, runPlan } from "../query/run-query.ts";
import type { Scene } from "../query/source.ts";
import { sourceOf } from "../query/sources.ts";
import { mostColumns } from "../query/spec.ts";
import type { QuerySpec, ReportRow } from "../query/spec.ts";

/** A card with what it answers; without an answer when its query has become impossible since it was saved. */
export type AnsweredCard = {
  card: Card;
  kind: Visualization;
  answer: { plan: Plan; rows: ReportRow[] } | undefined;
};

/** The question a card puts when it is mailed: with the columns named for the mail, and without gaps in its time. */
export function mailedSpec({ query_spec: spec, display_config: display }: Card): QuerySpec {
  const columns = columnsOf(display).map(({ key }) => key);
  if (spec.mode === "drilldown") {
    const shown = columns.length > 0 ? columns : (spec.dimensions ?? []);
    return shown.length > 0 ? { ...spec, dimensions: priced(spec, shown) } : spec;
  }
  return spec.time_dimension ? { ...spec, time_dimension: { ...spec.time_dimension, fill: true } } : spec;
}

// An amount is shown with its currency, which is asked for with it.
function priced({ source: key }: QuerySpec, columns: string[]): string[] {
  const { currency, fields } = sourceOf(key);
  const money = fields.some((field) => field.type === "money" && columns.includes(field.name));
  const wanted = currency !== undefined && money && !columns.includes(currency);
  return wanted && columns.length < mostColumns ? [...columns, currency] : columns;
}

/** The plans of cards as they are mailed; a card whose source has no answer to it any more has none. */
export async function plansOf(ctx: Ctx, cards: readonly Card[], scene: Scene): Promise<Map<Card, Plan>> {
  const plans = await Promise.all(
    cards.map(async (card) => [card, await anyPlan(ctx, card, scene)] as const),
  );
  return new Map(plans.flatMap(([card, plan]) => (plan ? [[card, plan]] : [])));
}

/** What it takes to read all that these plans show. */
export function scopesOfPlans(plans: ReadonlyMap<Card, Plan>): Set<string> {
  return new Set([...plans.values()].flatMap((plan) => [...scopesOfPlan(plan)]));
}

/**
 * The plan of a card as it is mailed; undefined when its source has no answer to it any more, or whoever has it mailed may not
 * read what it shows.
 */
export async function cardPlan(ctx: Ctx, card: Card, scene: Scene): Promise<Plan | undefined> {
  const plan = await anyPlan(ctx, card, scene);
  const { scopes } = scene;
  return plan && (!scopes || [...scopesOfPlan(plan)].every((scope) => scopes.has(scope))) ? plan : undefined;
}

async function anyPlan(ctx: Ctx, card: Card, scene: Scene): Promise<Plan | undefined> {
  try {
    return await planQuery(ctx, mailedSpec(card), scene);
  } catch (error) {
    if (error instanceof OperationError) return undefined;
    throw error;
  }
}

/** Every card with its rows, as the viewer of the scene sees them. */
export async function answerCards(ctx: Ctx, cards: readonly Card[], scene: Scene): Promise<AnsweredCard[]> {
  const answered: AnsweredCard[] = [];
  for (const card of cards) {
    const plan = await cardPlan(ctx, card, scene);
    answered.push({
      card,
      kind: plan?.mode === "drilldown" ? "table" : (card.visualization_type as Visualization),
      answer: plan && { plan, rows: await runPlan(ctx, plan) },
    });
  }
  return answered;
}

/** Whether what a card shows depends on who looks. */
export function isPersonal({ query_spec: spec }: Card): boolean {
  return /"current_user(?:_id)?"/.test(JSON.stringify(spec.filters ?? []));
}
