import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import { recordCreated } from "../../../kernel/lifecycle.ts";
import type { Pipeline, Stage } from "../pipelines/pipeline.ts";
import { stagesOf } from "../pipelines/stages.store.ts";
import { nameKey } from "./template.ts";
import type { TemplatePipeline } from "./template.ts";

export type AddedPipelines = {
  pipelines: { id: string; name: string }[];
  stages: { id: string; pipeline_id: string; name: string }[];
};

/** Adds pipelines whose names are not there yet, and to those that are the stages they lack, behind their own. */
export async function addPipelines(ctx: Ctx, wanted: readonly TemplatePipeline[]): Promise<AddedPipelines> {
  const added: AddedPipelines = { pipelines: [], stages: [] };
  if (wanted.length === 0) return added;
  const there = await ctx.db.from("pipelines").selectAll().orderBy("position").orderBy("id").execute();
  const byName = new Map(there.map((pipeline) => [nameKey(pipeline.name), pipeline] as const));
  let position = Math.max(-1, ...there.map((pipeline) => pipeline.position));
  for (const pipeline of wanted) {
    const found = byName.get(nameKey(pipeline.name));
    const target = found ?? (await insertPipeline(ctx, pipeline, ++position));
    if (!found) added.pipelines.push({ id: target.id, name: target.name });
    const stages = await addStages(ctx, target, pipeline.stages);
    added.stages.push(...stages.map(({ id, pipeline_id, name }) => ({ id, pipeline_id, name })));
  }
  return added;
}

async function insertPipeline(ctx: Ctx, wanted: TemplatePipeline, position: number): Promise<Pipeline> {
  const row = await ctx.db
    .insert("pipelines", { ...looks(ctx, wanted), position })
    .returningAll()
    .executeTakeFirstOrThrow();
  recordCreated(ctx, "pipeline", row);
  return row;
}

async function addStages(ctx: Ctx, pipeline: Pipeline, wanted: TemplatePipeline["stages"]): Promise<Stage[]> {
  // Whoever adds or orders stages of the pipeline now waits, or is waited for.
  await ctx.db.raw(
    sql`select 1 from pipelines where workspace_id = ${ctx.workspaceId} and id = ${pipeline.id} for no key update`,
  );
  const there = await stagesOf(ctx, [pipeline.id]);
  const names = new Set(there.map((stage) => nameKey(stage.name)));
  const next = Math.max(-1, ...there.map((stage) => stage.position)) + 1;
  const fresh = wanted.filter((stage) => !names.has(nameKey(stage.name)));
  if (fresh.length === 0) return [];
  const rows = await ctx.db
    .insert(
      "pipeline_stages",
      fresh.map((stage, index) => ({
        ...looks(ctx, stage),
        pipeline_id: pipeline.id,
        position: next + index,
      })),
    )
    .returningAll()
    .execute();
  for (const row of rows) recordCreated(ctx, "stage", row);
  return rows;
}

function looks(ctx: Ctx, wanted: { name: string; description?: string | null; color?: string | null }) {
  return {
    id: newId(ctx.now),
    name: wanted.name.trim(),
    description: wanted.description ?? null,
    color: wanted.color ?? null,
    created_at: ctx.now,
    updated_at: ctx.now,
  };
}
