/**
 * Cards: where opportunities stand. Locks are taken in one order everywhere - opportunities by id, then the stage, then cards -
 * and a drag waits for no other drag, so that no two of them can block each other.
 */
import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import { quietPayload } from "../../../kernel/lifecycle.ts";
import type { Quiet } from "../../../kernel/lifecycle.ts";
import type { Placement } from "../pipelines/pipeline.ts";
import { ranksAt } from "../pipelines/stage-order.store.ts";
import { lockStageOf } from "../pipelines/stages.store.ts";

export type Place = { pipelineId: string; stageId: string };

export type Move = Place & {
  /** Index in the stage; 0 is the top. */
  position?: number;
  /** Leave the opportunity's cards in other pipelines where they are. */
  keepOthers?: boolean;
};

/** A card where it now is, and the stage it came from: null for a new one. */
export type Placed = Placement & { fromStageId: string | null };

/**
 * Places opportunities, which must be locked, in a stage, in their order from `position` on. A card in the target pipeline
 * is moved; without one and unless others are kept, an only card is moved over, and several make way for a new one. Throws
 * a 400 naming stage_id or pipeline_id where there is no such stage in such a pipeline. opportunity.stage_changed is
 * told for each whose stage is another one now.
 */
export async function placeOpportunities(
  ctx: Ctx,
  opportunityIds: readonly string[],
  { pipelineId, stageId, position = 0, keepOthers = false }: Move,
  quiet: Quiet = {},
): Promise<Placed[]> {
  if (opportunityIds.length === 0) return [];
  await lockStageOf(ctx, { pipelineId, stageId });
  const cards = Map.groupBy(await lockCards(ctx, opportunityIds), (card) => card.opportunity_id);
  const plans = opportunityIds.map((id) =>
    planFor(id, cards.get(id) ?? [], { pipelineId, stageId, keepOthers }),
  );
  const moved = plans.flatMap((plan) => plan.card?.id ?? []);
  const ranks = await ranksAt(ctx, stageId, { position, count: plans.length, without: moved });
  const ranked = plans.map((plan, index) => ({ ...plan, rank: ranks[index] as string }));
  await removeCards(
    ctx,
    plans.flatMap((plan) => plan.replaced),
  );
  const rows = [
    ...(await moveCards(ctx, ranked, { pipelineId, stageId })),
    ...(await insertCards(
      ctx,
      ranked.filter((plan) => !plan.card),
      { pipelineId, stageId },
    )),
  ];
  const byOpportunity = new Map(rows.map((row) => [row.opportunity_id, row]));
  return plans.map((plan) => {
    const row = byOpportunity.get(plan.opportunityId) as Placement;
    const fromStageId = plan.card?.stage_id ?? null;
    if (fromStageId !== stageId) tellMove(ctx, row, plan.card, quiet);
    return { ...row, fromStageId };
  });
}

/** First cards of opportunities that were just made, at the top of their stages in the order given. */
export async function placeNew(
  ctx: Ctx,
  cards: readonly (Place & { opportunityId: string })[],
  quiet: Quiet = {},
): Promise<void> {
  for (const [stageId, group] of Map.groupBy(cards, (card) => card.stageId)) {
    const { pipelineId } = group[0] as Place;
    await lockStageOf(ctx, { pipelineId, stageId });
    const ranks = await ranksAt(ctx, stageId, { position: 0, count: group.length, without: [] });
    const plans = group.map(({ opportunityId }, index) => ({ opportunityId, rank: ranks[index] as string }));
    for (const row of await insertCards(ctx, plans, { pipelineId, stageId })) {
      tellMove(ctx, row, undefined, quiet);
    }
  }
}

export function cardsOf(ctx: Ctx, opportunityId: string): Promise<Placement[]> {
  return ctx.db
    .from("opportunity_placements")
    .selectAll()
    .where("opportunity_id", "=", opportunityId)
    .orderBy("placed_at")
    .orderBy("id")
    .execute();
}

type Plan = { opportunityId: string; card: Placement | undefined; replaced: string[] };

function planFor(
  opportunityId: string,
  cards: Placement[],
  { pipelineId, keepOthers }: Place & { keepOthers: boolean },
): Plan {
  const there = cards.find((card) => card.pipeline_id === pipelineId);
  if (there || keepOthers) return { opportunityId, card: there, replaced: [] };
  if (cards.length === 1) return { opportunityId, card: cards[0], replaced: [] };
  return { opportunityId, card: undefined, replaced: cards.map((card) => card.id) };
}

function lockCards(ctx: Ctx, opportunityIds: readonly string[]): Promise<Placement[]> {
  return ctx.db
    .from("opportunity_placements")
    .selectAll()
    .where("opportunity_id", "in", opportunityIds)
    .orderBy("id")
    .forUpdate()
    .execute();
}

async function removeCards(ctx: Ctx, ids: string[]): Promise<void> {
  if (ids.length > 0) await ctx.db.remove("opportunity_placements").where("id", "in", ids).execute();
}

/** Takes every card off a pipeline, whose stages must be locked, and tells each opportunity. */
export async function removeCardsOf(ctx: Ctx, pipelineId: string): Promise<void> {
  const cards = await ctx.db
    .remove("opportunity_placements")
    .where("pipeline_id", "=", pipelineId)
    .returning(["opportunity_id", "pipeline_id", "stage_id"])
    .execute();
  for (const { opportunity_id: id, pipeline_id, stage_id } of cards) {
    ctx.changed({ noun: "opportunity", id, before: { pipeline_id, stage_id }, after: {}, action: "updated" });
    ctx.emit({
      type: "opportunity.updated",
      noun: "opportunity",
      recordId: id,
      payload: { id, _changed_fields: ["placements"], _previous_values: { pipeline_id, stage_id } },
    });
  }
}

async function moveCards(
  ctx: Ctx,
  plans: { card: Placement | undefined; rank: string }[],
  { pipelineId, stageId }: Place,
): Promise<Placement[]> {
  const moved = plans.filter((plan) => plan.card);
  if (moved.length === 0) return [];
  const ids = moved.map((plan) => plan.card?.id);
  const ranks = moved.map((plan) => plan.rank);
  return ctx.db.raw(sql<Placement>`
    update opportunity_placements card
       set pipeline_id = ${pipelineId}, stage_id = ${stageId}, rank = place.rank, updated_at = ${ctx.now},
           placed_at = case when card.stage_id = ${stageId} then card.placed_at else ${ctx.now} end
      from unnest(${ids}::uuid[], ${ranks}::text[]) place (id, rank)
     where card.workspace_id = ${ctx.workspaceId} and card.id = place.id
    returning card.*`);
}

async function insertCards(
  ctx: Ctx,
  plans: { opportunityId: string; rank: string }[],
  { pipelineId, stageId }: Place,
): Promise<Placement[]> {
  if (plans.length === 0) return [];
  return ctx.db
    .insert(
      "opportunity_placements",
      plans.map(({ opportunityId, rank }) => ({
        id: newId(ctx.now),
        opportunity_id: opportunityId,
        pipeline_id: pipelineId,
        stage_id: stageId,
        rank,
        placed_at: ctx.now,
        updated_at: ctx.now,
      })),
    )
    .returningAll()
    .execute();
}

/** A stage that changed: on the record, and told to whoever follows. */
export function tellMove(
  ctx: Ctx,
  to: Pick<Placement, "id" | "opportunity_id" | "pipeline_id" | "stage_id">,
  from: Pick<Placement, "pipeline_id" | "stage_id"> | undefined,
  quiet: Quiet,
): void {
  const id = to.opportunity_id;
  ctx.changed({
    noun: "opportunity",
    id,
    before: from ? { pipeline_id: from.pipeline_id, stage_id: from.stage_id } : {},
    after: { pipeline_id: to.pipeline_id, stage_id: to.stage_id },
    action: "moved",
  });
  ctx.emit({
    type: "opportunity.stage_changed",
    noun: "opportunity",
    recordId: id,
    payload: {
      id,
      deal_id: id,
      placement_id: to.id,
      pipeline_id: to.pipeline_id,
      from_pipeline_id: from?.pipeline_id ?? null,
      from_stage_id: from?.stage_id ?? null,
      to_stage_id: to.stage_id,
      ...quietPayload(quiet),
    },
  });
}
