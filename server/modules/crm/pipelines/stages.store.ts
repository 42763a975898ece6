import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import type { Stage } from "./pipeline.ts";

type Place = { pipelineId: string; stageId: string };

/**
 * Makes sure the stage is one of the pipeline's and stays until the transaction ends: dragging only needs it to be there,
 * so drags share it, and whoever deletes it or ranks its cards anew waits for them. Throws a 400 naming the field.
 */
export async function lockStageOf(ctx: Ctx, { pipelineId, stageId }: Place): Promise<void> {
  const stage = await ctx.db
    .from("pipeline_stages")
    .select("pipeline_id")
    .where("id", "=", stageId)
    .forKeyShare()
    .executeTakeFirst();
  if (stage?.pipeline_id === pipelineId) return;
  const pipeline = await ctx.db
    .from("pipelines")
    .select("name")
    .where("id", "=", pipelineId)
    .executeTakeFirst();
  if (!pipeline) throw noSuchPipeline(pipelineId);
  if (!stage) throw noSuchStage(stageId);
  throw strangeStage(stageId, pipelineId);
}

export function noSuchPipeline(id: string) {
  return invalidField("pipeline_id", `there is no pipeline ${id}`, "List the pipelines to find one.");
}

export function noSuchStage(id: string) {
  return invalidField("stage_id", `there is no stage ${id}`, "List the pipeline's stages to find one.");
}

export function strangeStage(id: string, pipelineId: string) {
  return invalidField(
    "stage_id",
    `${id} is no stage of pipeline ${pipelineId}`,
    "List the pipeline's stages to find one.",
  );
}

/** Where cards go that name a pipeline only; undefined when there is no such pipeline or it has no stages. */
export function firstStageOf(ctx: Ctx, pipelineId: string): Promise<Stage | undefined> {
  return ctx.db
    .from("pipeline_stages")
    .selectAll()
    .where("pipeline_id", "=", pipelineId)
    .orderBy("position")
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
}

/** Stages of pipelines, in order. */
export function stagesOf(ctx: Ctx, pipelineIds: readonly string[]): Promise<Stage[]> {
  return ctx.db
    .from("pipeline_stages")
    .selectAll()
    .where("pipeline_id", "in", pipelineIds)
    .orderBy("pipeline_id")
    .orderBy("position")
    .orderBy("id")
    .execute();
}

/** How many cards each stage of a pipeline holds; stages without any are absent. */
export async function cardCounts(ctx: Ctx, stageIds: readonly string[]): Promise<Map<string, number>> {
  if (stageIds.length === 0) return new Map();
  const rows = await ctx.db.raw(sql<{ stage_id: string; cards: number }>`
    select stage_id, count(*)::integer as cards from opportunity_placements
     where workspace_id = ${ctx.workspaceId} and stage_id = any(${stageIds}::uuid[]) group by stage_id`);
  return new Map(rows.map((row) => [row.stage_id, row.cards]));
}

/** How many cards a pipeline holds. */
export async function cardsIn(ctx: Ctx, pipelineId: string): Promise<number> {
  const [found] = await ctx.db.raw(sql<{ cards: number }>`
    select count(*)::integer as cards from opportunity_placements
     where workspace_id = ${ctx.workspaceId} and pipeline_id = ${pipelineId}`);
  return found?.cards ?? 0;
}

/** Keeps cards from coming to a pipeline's stages until the transaction, which deletes them, ends. */
export async function lockStagesForDeletion(ctx: Ctx, pipelineId: string): Promise<void> {
  await ctx.db
    .from("pipeline_stages")
    .select("id")
    .where("pipeline_id", "=", pipelineId)
    .orderBy("id")
    .forUpdate()
    .execute();
}
