import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { crud } from "../../../kernel/crud.ts";
import { conflict, invalidField, missing } from "../../../kernel/errors.ts";
import { recordCreated, recordDeleted, recordUpdated } from "../../../kernel/lifecycle.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { moveStageCards } from "../opportunities/move-stage-cards.ts";
import { NameField, lookFields, lookValues, positionField } from "./pipeline-fields.ts";
import { StageRecord } from "./pipeline.ts";
import type { Stage } from "./pipeline.ts";
import { insertStages, lockPipeline, orderStages, shownStage } from "./pipelines.store.ts";
import { cardCounts, stagesOf } from "./stages.store.ts";

const uuid = () => Type.String({ format: "uuid" });
const stageIds = { id: uuid(), stageId: uuid() };

const writes = {
  surface: workspaceApi,
  section: "Pipelines",
  scopes: ["pipelines:write"],
  effect: "write",
  noun: "stage",
  output: StageRecord,
} as const;

export const stagesCrud = crud({
  noun: "stage",
  plural: "pipeline_stages",
  table: "pipeline_stages",
  surface: workspaceApi,
  section: "Pipelines",
  path: "/pipelines/:id/stages",
  idParam: "stageId",
  parent: { param: "id", column: "pipeline_id", table: "pipelines", noun: "pipeline" },
  scopes: { read: ["pipelines:read"], write: ["pipelines:write"] },
  record: StageRecord,
  sort: { column: "position", direction: "asc", kind: "number" },
  paging: { defaultLimit: 100 },
  async present(ctx, rows) {
    const ids = rows.map((row) => row.id);
    const counts = await cardCounts(ctx, ids);
    return rows.map((row) => ({ ...shownStage(row), deal_count: counts.get(row.id) ?? 0 }));
  },
  summaries: { list: "List a pipeline's stages in order, each with how many opportunities stand in it." },
});

export const createStage = operation({
  ...writes,
  name: "create_pipeline_stage",
  route: "POST /pipelines/:id/stages",
  summary: "Add a stage to a pipeline: last, or at a position.",
  input: Type.Object(
    { id: uuid(), name: NameField, ...lookFields, position: positionField },
    { additionalProperties: false },
  ),
  example: { input: { name: "Quoted", color: "#f59e0b" } },
  async run(ctx, { id, position, ...look }) {
    await lockPipeline(ctx, id);
    const others = (await stagesOf(ctx, [id])).map((stage) => stage.id);
    const at = Math.min(position ?? others.length, others.length);
    const stage = { ...lookValues(look), name: look.name.trim() };
    const [row] = await insertStages(ctx, id, [stage], at);
    if (at < others.length) await orderStages(ctx, others.toSpliced(at, 0, (row as Stage).id));
    recordCreated(ctx, "stage", row as Stage);
    return shownStage(row as Stage);
  },
});

export const updateStage = operation({
  ...writes,
  name: "update_pipeline_stage",
  route: "PATCH /pipelines/:id/stages/:stageId",
  summary: "Change a stage's name, description, colour or place; the others close up.",
  input: Type.Object(
    { ...stageIds, name: Type.Optional(NameField), ...lookFields, position: positionField },
    { additionalProperties: false },
  ),
  example: { input: { position: 0 } },
  async run(ctx, { id, stageId, position, ...look }) {
    await lockPipeline(ctx, id);
    const stages = await stagesOf(ctx, [id]);
    const before = stages.find((stage) => stage.id === stageId.toLowerCase());
    if (!before) throw missing("stage", stageId);
    if (position !== undefined) {
      const others = stages.map((stage) => stage.id).filter((one) => one !== before.id);
      await orderStages(ctx, others.toSpliced(Math.min(position, others.length), 0, before.id));
    }
    const after = await ctx.db
      .update("pipeline_stages")
      .set({ ...lookValues(look), updated_at: ctx.now })
      .where("id", "=", before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    recordUpdated(ctx, "stage", before, after);
    return shownStage(after);
  },
});

export const deleteStage = operation({
  ...writes,
  name: "delete_pipeline_stage",
  route: "DELETE /pipelines/:id/stages/:stageId",
  effect: "destructive",
  shape: "empty",
  summary: "Delete a stage.",
  description:
    "A stage that holds opportunities answers 409 CONFLICT with their number; move_to_stage_id names the stage of the same pipeline they go to. Automations do not follow that move.",
  input: Type.Object(
    {
      ...stageIds,
      move_to_stage_id: Type.Optional(
        Type.String({ format: "uuid", description: "Where the stage's opportunities go, in their order." }),
      ),
    },
    { additionalProperties: false },
  ),
  output: Type.Null(),
  errors: [conflict],
  async run(ctx, { id, stageId, move_to_stage_id: target }) {
    await lockPipeline(ctx, id);
    const stages = await stagesOf(ctx, [id]);
    const stage = stages.find((one) => one.id === stageId.toLowerCase());
    if (!stage) throw missing("stage", stageId);
    await empty(ctx, stage, targetAmong(stages, stage, target));
    await ctx.db.remove("pipeline_stages").where("id", "=", stage.id).execute();
    await orderStages(
      ctx,
      stages.map((one) => one.id).filter((one) => one !== stage.id),
    );
    recordDeleted(ctx, "stage", stage);
    return null;
  },
});

function targetAmong(stages: Stage[], stage: Stage, wanted: string | undefined): Stage | undefined {
  if (wanted === undefined) return undefined;
  const target = stages.find((one) => one.id === wanted.toLowerCase());
  if (target && target !== stage) return target;
  throw invalidField(
    "move_to_stage_id",
    target ? "is the stage that is to be deleted" : `${wanted} is no stage of this pipeline`,
    "Send the id of another stage of this pipeline.",
  );
}

/** Empties a stage that is to be deleted; drags to it wait from here on, and find it gone. */
async function empty(ctx: Ctx, stage: Stage, target: Stage | undefined): Promise<void> {
  const cards = await ctx.db
    .from("pipeline_stages")
    .select("id")
    .where("id", "=", stage.id)
    .forUpdate()
    .execute()
    .then(() => cardCounts(ctx, [stage.id]));
  const count = cards.get(stage.id) ?? 0;
  if (count === 0) return;
  if (target) return moveStageCards(ctx, stage, target);
  throw conflict(`The stage holds ${count} ${count === 1 ? "opportunity" : "opportunities"}.`, {
    fix: "Name the stage they go to: DELETE …?move_to_stage_id=<id>.",
    details: { deal_count: count, query_parameter: "move_to_stage_id" },
  });
}
