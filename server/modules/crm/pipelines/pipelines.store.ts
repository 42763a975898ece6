import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { missing } from "../../../kernel/errors.ts";
import { newId } from "../../../kernel/ids.ts";
import type { Pipeline, Stage } from "./pipeline.ts";
import { stagesOf } from "./stages.store.ts";

export type NewStage = { name: string; description?: string | null; color?: string | null };

/** Keeps others from changing the pipeline or the order of its stages until the transaction ends; 404 without one. */
export async function lockPipeline(ctx: Ctx, id: string): Promise<Pipeline> {
  const row = await ctx.db
    .from("pipelines")
    .selectAll()
    .where("id", "=", id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!row) throw missing("pipeline", id);
  return row;
}

export async function findPipeline(ctx: Ctx, id: string): Promise<Pipeline> {
  const row = await ctx.db.from("pipelines").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row) throw missing("pipeline", id);
  return row;
}

/** The place behind all pipelines. */
export async function nextPosition(ctx: Ctx): Promise<number> {
  const last = await ctx.db
    .from("pipelines")
    .select("position")
    .orderBy("position", "desc")
    .limit(1)
    .executeTakeFirst();
  return (last?.position ?? -1) + 1;
}

/** Inserts stages from a place on, in their order; the caller sees to the places of the others. */
export async function insertStages(
  ctx: Ctx,
  pipelineId: string,
  stages: readonly NewStage[],
  first = 0,
): Promise<Stage[]> {
  if (stages.length === 0) return [];
  const rows = await ctx.db
    .insert(
      "pipeline_stages",
      stages.map(({ name, description = null, color = null }, index) => ({
        id: newId(ctx.now),
        pipeline_id: pipelineId,
        name,
        description,
        color,
        position: first + index,
        created_at: ctx.now,
        updated_at: ctx.now,
      })),
    )
    .returningAll()
    .execute();
  return rows.toSorted((a, b) => a.position - b.position);
}

/** Numbers a pipeline's stages in the order of `ids`; writes those whose place changes. The pipeline must be locked. */
export async function orderStages(ctx: Ctx, ids: readonly string[]): Promise<void> {
  await ctx.db.raw(sql`
    update pipeline_stages stage set position = place.position - 1, updated_at = ${ctx.now}
      from unnest(${ids}::uuid[]) with ordinality place (id, position)
     where stage.workspace_id = ${ctx.workspaceId} and stage.id = place.id
       and stage.position <> place.position - 1`);
}

/** A row without the workspace it is in. */
export function shownStage({ workspace_id: _w, ...stage }: Stage) {
  return {
    ...stage,
    created_at: stage.created_at.toISOString(),
    updated_at: stage.updated_at.toISOString(),
  };
}

/** Pipelines as callers see them, with their stages. */
export async function presentPipelines(ctx: Ctx, rows: readonly Pipeline[]) {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const stages = Map.groupBy(await stagesOf(ctx, ids), (stage) => stage.pipeline_id);
  return rows.map(({ workspace_id: _w, ...row }) => ({
    ...row,
    stages: (stages.get(row.id) ?? []).map(shownStage),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }));
}

export async function presentPipeline(ctx: Ctx, row: Pipeline) {
  const [shown] = await presentPipelines(ctx, [row]);
  return shown as NonNullable<typeof shown>;
}
