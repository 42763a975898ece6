import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { isId } from "../../../kernel/ids.ts";

type Placement = { booking_pipeline_id?: string | null; booking_stage_id?: string | null };

/**
 * Where an event type's opportunities go must exist, and the stage be one of the pipeline; a stage alone says its pipeline.
 * `sent` is what a caller changes, `before` what the event type has. Throws a 400 naming the field.
 */
export async function checkPlacement(ctx: Ctx, sent: Placement, before: Placement = {}): Promise<void> {
  const { booking_pipeline_id: sentPipeline, booking_stage_id: sentStage } = sent;
  if (sentPipeline && !(await exists(ctx, "pipelines", sentPipeline))) {
    throw invalidField(
      "booking_pipeline_id",
      `${sentPipeline} is no pipeline`,
      "List the pipelines to find one.",
    );
  }
  if (sentPipeline === undefined && sentStage === undefined) return;
  const pipelineId = sentPipeline === undefined ? before.booking_pipeline_id : sentPipeline;
  const stageId = sentStage === undefined ? before.booking_stage_id : sentStage;
  if (!stageId) return;
  const stage = await ctx.db
    .from("pipeline_stages")
    .select("pipeline_id")
    .where("id", "=", stageId)
    .executeTakeFirst();
  // One that was stored and deleted since is nobody's mistake now: the pipeline's first stage takes its place.
  if (!stage && !sentStage) return;
  if (!stage) {
    throw invalidField(
      "booking_stage_id",
      `${stageId} is no stage`,
      "List the pipelines with their stages to find one.",
    );
  }
  if (pipelineId && stage.pipeline_id !== pipelineId) {
    throw invalidField(
      "booking_stage_id",
      "is a stage of another pipeline than booking_pipeline_id",
      "Send a pipeline and one of its stages together, or null for the stage to use the pipeline's first.",
    );
  }
}

/** The products an event type brings must exist. Throws a 400 naming the first that does not. */
export async function checkProducts(ctx: Ctx, products: readonly { id: string }[]): Promise<void> {
  const ids = products.map(({ id }) => id).filter(isId);
  const rows =
    ids.length === 0 ? [] : await ctx.db.from("products").select("id").where("id", "in", ids).execute();
  const known = new Set(rows.map((row) => row.id));
  products.forEach(({ id }, index) => {
    if (known.has(id.toLowerCase())) return;
    throw invalidField(
      `booking_default_products.${index}.id`,
      `${id} is no product`,
      "List the products to find its id, or leave it out.",
    );
  });
}

async function exists(ctx: Ctx, table: "pipelines", id: string): Promise<boolean> {
  const row = await ctx.db.from(table).select("id").where("id", "=", id).executeTakeFirst();
  return row !== undefined;
}
