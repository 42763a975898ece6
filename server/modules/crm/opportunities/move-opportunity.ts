import { Type } from "typebox";
import type { Static } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { positionOf } from "../pipelines/stage-order.store.ts";
import { lockOpportunity } from "./opportunities.store.ts";
import { placeOpportunities } from "./placements.store.ts";
import type { Placed } from "./placements.store.ts";

const uuid = (description: string) => Type.String({ format: "uuid", description });

/** How a move treats automations. */
export const quietInput = {
  skip_automations: Type.Optional(
    Type.Boolean({ default: false, description: "No automation follows the change of stage." }),
  ),
  skip_action_ids: Type.Optional(
    Type.Array(Type.String({ format: "uuid" }), {
      maxItems: 200,
      description: "Automation actions to leave out; the automations still run.",
    }),
  ),
};

export const targetInput = {
  pipeline_id: uuid("Where it goes."),
  stage_id: uuid("A stage of that pipeline."),
};

const input = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    ...targetInput,
    position: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1_000_000,
        default: 0,
        description: "Index in the stage; 0 is the top, beyond the end is the end.",
      }),
    ),
    ...quietInput,
  },
  { additionalProperties: false },
);

export const PlacementRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  deal_id: Type.String({ format: "uuid" }),
  pipeline_id: Type.String({ format: "uuid" }),
  stage_id: Type.String({ format: "uuid" }),
  position: Type.Integer({ description: "Index in the stage." }),
  rank: Type.String(),
  placed_at: Type.String({ format: "date-time", description: "Since when it is in the stage." }),
});

const common = {
  surface: workspaceApi,
  section: "Opportunities",
  scopes: ["opportunities:write"],
  effect: "write",
  noun: "opportunity",
  input,
  output: PlacementRecord,
} as const;

export const moveOpportunity = operation({
  ...common,
  name: "move_opportunity",
  route: "POST /opportunities/:id/move",
  aliases: ["POST /deals/:id/move"],
  preloaded: true,
  summary: "Move an opportunity to a stage of a pipeline.",
  description:
    "A card in that pipeline is moved; an only card in another pipeline moves over; with several cards elsewhere, one in the target takes their place. Automations follow only when the stage really changes.",
  run: (ctx, fields) => place(ctx, fields, false),
});

export const addOpportunityCard = operation({
  ...common,
  name: "add_opportunity_card",
  route: "POST /opportunities/:id/add-card",
  aliases: ["POST /deals/:id/add-card"],
  summary: "Put an opportunity in one more pipeline.",
  description:
    "Cards in other pipelines stay. One that is in this pipeline already is moved to the stage. Automations follow a new card and a change of stage.",
  run: (ctx, fields) => place(ctx, fields, true),
});

async function place(
  ctx: Ctx,
  fields: Static<typeof input>,
  keepOthers: boolean,
): Promise<Static<typeof PlacementRecord>> {
  const { id, pipeline_id: pipelineId, stage_id: stageId, position = 0, ...quiet } = fields;
  await lockOpportunity(ctx, id);
  const [placed] = await placeOpportunities(ctx, [id], { pipelineId, stageId, position, keepOthers }, quiet);
  const card = placed as Placed;
  return {
    id: card.id,
    deal_id: id,
    pipeline_id: card.pipeline_id,
    stage_id: card.stage_id,
    position: position === 0 ? 0 : await positionOf(ctx, card),
    rank: card.rank,
    placed_at: card.placed_at.toISOString(),
  };
}
