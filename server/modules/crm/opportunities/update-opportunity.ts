import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { operation } from "../../../kernel/operation.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { putInCharge } from "./assigned-users.store.ts";
import { convertLines } from "./lines.store.ts";
import { lockOpportunity, updateOpportunity as writeOpportunity } from "./opportunities.store.ts";
import { OpportunityName, opportunityFields } from "./opportunity-fields.ts";
import type { OpportunityFields } from "./opportunity-fields.ts";
import { OpportunityRecord } from "./opportunity-record.ts";
import { opportunityReader } from "./opportunity-reader.ts";
import { cardsOf, placeOpportunities } from "./placements.store.ts";
import type { Place } from "./placements.store.ts";
import { presentOpportunity } from "./present-opportunities.ts";

export const updateOpportunity = operation({
  name: "update_opportunity",
  surface: workspaceApi,
  section: "Opportunities",
  route: "PATCH /opportunities/:id",
  aliases: ["PATCH /deals/:id"],
  scopes: ["opportunities:write"],
  effect: "write",
  noun: "opportunity",
  preloaded: true,
  summary: "Change fields of an opportunity; what is not sent stays.",
  description:
    "tags and metadata are replaced as a whole: read first and merge. status won or lost stamps won_at or lost_at. stage_id or pipeline_id moves its card as the move operation does. Every change leaves an audit entry.",
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), name: Type.Optional(OpportunityName), ...opportunityFields },
    { additionalProperties: false },
  ),
  output: OpportunityRecord,
  example: { input: { status: "won" } },
  async run(ctx, { id, ...input }) {
    const fields = input as OpportunityFields;
    const before = await lockOpportunity(ctx, id);
    const { read } = await opportunityReader(ctx, [fields]);
    const { values, place } = await read(fields, before);
    const after = await writeOpportunity(ctx, before, values, {
      metadata: fields.metadata as JsonObject | undefined,
    });
    if (after.currency !== before.currency) await convertLines(ctx, before, after.currency);
    if (fields.assigned_to !== undefined) await putInCharge(ctx, id, fields.assigned_to);
    if (place) await moveUnlessThere(ctx, id, place, fields.stage_id !== undefined);
    return presentOpportunity(ctx, after);
  },
});

/** A card that stands where it should stays as it lies; a pipeline alone is content with any of its stages. */
async function moveUnlessThere(ctx: Ctx, id: string, place: Place, exactStage: boolean): Promise<void> {
  const there = (await cardsOf(ctx, id)).find((card) => card.pipeline_id === place.pipelineId);
  if (there && (!exactStage || there.stage_id === place.stageId)) return;
  await placeOpportunities(ctx, [id], place);
}
