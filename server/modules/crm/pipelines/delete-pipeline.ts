import { Type } from "typebox";
import { recordDeleted } from "../../../kernel/lifecycle.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { lockPipeline } from "./pipelines.store.ts";
import { lockStagesForDeletion } from "./stages.store.ts";

export const deletePipeline = operation({
  name: "delete_pipeline",
  surface: workspaceApi,
  section: "Pipelines",
  route: "DELETE /pipelines/:id",
  scopes: ["pipelines:write"],
  effect: "destructive",
  noun: "pipeline",
  shape: "empty",
  summary: "Delete a pipeline with its stages and the cards in them.",
  description:
    "The cards go, the opportunities stay; the audit entry says how many cards there were. Move them to another pipeline first to keep them on a board.",
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: Type.Null(),
  async run(ctx, { id }) {
    const pipeline = await lockPipeline(ctx, id);
    await lockStagesForDeletion(ctx, id);
    const { numDeletedRows } = await ctx.db
      .remove("opportunity_placements")
      .where("pipeline_id", "=", id)
      .executeTakeFirstOrThrow();
    await ctx.db.remove("pipelines").where("id", "=", id).execute();
    recordDeleted(ctx, "pipeline", { ...pipeline, cards_removed: Number(numDeletedRows) } as never);
    return null;
  },
});
