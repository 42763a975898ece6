import { Type } from "typebox";
import { deleteRows } from "../../../kernel/deletion.ts";
import { conflict } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { removeCardsOf } from "../opportunities/placements.store.ts";
import { lockPipeline } from "./pipelines.store.ts";
import { cardsIn, lockStagesForDeletion } from "./stages.store.ts";

export const deletePipeline = operation({
  name: "delete_pipeline",
  surface: workspaceApi,
  section: "Pipelines",
  route: "DELETE /pipelines/:id",
  scopes: ["pipelines:write"],
  effect: "destructive",
  noun: "pipeline",
  shape: "empty",
  summary: "Delete a pipeline with its stages.",
  description:
    "A pipeline that holds opportunities answers 409 CONFLICT with their number; remove_cards=true takes their cards off the board. The opportunities themselves stay in any case.",
  input: Type.Object(
    {
      id: Type.String({ format: "uuid" }),
      remove_cards: Type.Optional(
        Type.Boolean({ default: false, description: "Takes the opportunities in it off the board." }),
      ),
    },
    { additionalProperties: false },
  ),
  output: Type.Null(),
  errors: [conflict],
  async run(ctx, { id, remove_cards }) {
    await lockPipeline(ctx, id);
    await lockStagesForDeletion(ctx, id);
    const count = await cardsIn(ctx, id);
    if (count > 0 && !remove_cards) {
      throw conflict(`The pipeline holds ${count} ${count === 1 ? "opportunity" : "opportunities"}.`, {
        fix: "Move them to another pipeline, or take them off the board: DELETE …?remove_cards=true.",
        details: { deal_count: count, query_parameter: "remove_cards" },
      });
    }
    await removeCardsOf(ctx, id);
    await deleteRows(ctx, "pipelines", [id]);
    return null;
  },
});
