import { Type } from "typebox";
import { newId } from "../../../kernel/ids.ts";
import { recordCreated } from "../../../kernel/lifecycle.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { NameField, lookFields, lookValues, positionField } from "./pipeline-fields.ts";
import { PipelineRecord } from "./pipeline.ts";
import { insertStages, nextPosition, presentPipeline } from "./pipelines.store.ts";
import type { NewStage } from "./pipelines.store.ts";

const defaultStages: NewStage[] = [
  { name: "New", color: "#3b82f6" },
  { name: "In progress", color: "#f59e0b" },
  { name: "Done", color: "#10b981" },
];

const StageInput = Type.Union([
  NameField,
  Type.Object({ name: NameField, ...lookFields }, { additionalProperties: false }),
]);

export const createPipeline = operation({
  name: "create_pipeline",
  surface: workspaceApi,
  section: "Pipelines",
  route: "POST /pipelines",
  scopes: ["pipelines:write"],
  effect: "write",
  noun: "pipeline",
  summary: "Create a pipeline with its stages.",
  description:
    "Only name is required. stages, in order, are names or {name, color, description}; without them there are New, In progress and Done, and with an empty list none.",
  input: Type.Object(
    {
      name: NameField,
      ...lookFields,
      position: positionField,
      stages: Type.Optional(Type.Array(StageInput, { maxItems: 100 })),
    },
    { additionalProperties: false },
  ),
  output: PipelineRecord,
  example: {
    input: { name: "Bathrooms", stages: ["Enquiry", { name: "Quoted", color: "#f59e0b" }, "Booked"] },
  },
  async run(ctx, { stages, position, ...look }) {
    const row = await ctx.db
      .insert("pipelines", {
        name: look.name,
        description: null,
        color: null,
        ...lookValues(look),
        id: newId(ctx.now),
        position: position ?? (await nextPosition(ctx)),
        created_at: ctx.now,
        updated_at: ctx.now,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    recordCreated(ctx, "pipeline", row);
    const wanted: NewStage[] =
      stages?.map((stage) => (typeof stage === "string" ? { name: stage.trim() } : named(stage))) ??
      defaultStages;
    for (const stage of await insertStages(ctx, row.id, wanted)) recordCreated(ctx, "stage", stage);
    return presentPipeline(ctx, row);
  },
});

function named(stage: NewStage): NewStage {
  return { ...lookValues(stage), name: stage.name.trim() };
}
