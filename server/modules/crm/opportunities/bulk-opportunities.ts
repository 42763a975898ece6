import { Type } from "typebox";
import { bulkCreated, bulkIds, bulkRecords, checkedRecords } from "../../../kernel/bulk.ts";
import { deleteRows } from "../../../kernel/deletion.ts";
import { isJsonObject } from "../../../kernel/json-object.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { NewOpportunityInput } from "./create-opportunity.ts";
import { quietInput, targetInput } from "./move-opportunity.ts";
import { insertOpportunities, lockOpportunities } from "./opportunities.store.ts";
import { opportunityFields, skipAutomations } from "./opportunity-fields.ts";
import type { OpportunityFields } from "./opportunity-fields.ts";
import { OpportunityRecord } from "./opportunity-record.ts";
import { opportunityReader } from "./opportunity-reader.ts";
import { placeOpportunities } from "./placements.store.ts";
import { presentOpportunities } from "./present-opportunities.ts";

const common = { surface: workspaceApi, section: "Opportunities", noun: "opportunity" } as const;

const failedIds = Type.Array(Type.String({ format: "uuid" }), {
  description: "Ids of no opportunity of the workspace.",
});

export const bulkCreateOpportunities = operation({
  ...common,
  name: "bulk_create_opportunities",
  route: "POST /opportunities/bulk-create",
  aliases: ["POST /deals/bulk-create"],
  scopes: ["opportunities:write"],
  effect: "write",
  summary: "Create up to 100 opportunities; those that do not fit are told one by one.",
  description:
    "Made for imports: records that are right are created even when others are not. pipeline_id and stage_id beside records hold for each record that names no place of its own.",
  input: Type.Object(
    {
      records: bulkRecords("opportunities"),
      pipeline_id: opportunityFields.pipeline_id,
      stage_id: opportunityFields.stage_id,
      skip_automations: skipAutomations,
    },
    { additionalProperties: false },
  ),
  output: bulkCreated(OpportunityRecord),
  example: { input: { records: [{ name: "New bathroom" }, { name: "Boiler service", value: 180 }] } },
  async run(ctx, { records, pipeline_id, stage_id, skip_automations }) {
    const usual = {
      ...(pipeline_id === undefined ? {} : { pipeline_id }),
      ...(stage_id === undefined ? {} : { stage_id }),
    };
    const placed = records.map((record) =>
      isJsonObject(record) && record["pipeline_id"] === undefined && record["stage_id"] === undefined
        ? { ...usual, ...record }
        : record,
    );
    const { readNew } = await opportunityReader(ctx, placed.filter(isJsonObject) as OpportunityFields[]);
    const { prepared, errors } = await checkedRecords(placed, NewOpportunityInput, readNew);
    const rows = await insertOpportunities(ctx, prepared, { skip_automations });
    return { created: await presentOpportunities(ctx, rows), errors };
  },
});

export const bulkDeleteOpportunities = operation({
  ...common,
  name: "bulk_delete_opportunities",
  route: "POST /opportunities/bulk-delete",
  aliases: ["POST /deals/bulk-delete"],
  scopes: ["opportunities:delete"],
  effect: "destructive",
  summary: "Delete up to 100 opportunities for good, each with its cards, product lines and links to people.",
  input: Type.Object({ ids: bulkIds("opportunities") }, { additionalProperties: false }),
  output: Type.Object({ success: Type.Boolean(), deleted: Type.Integer(), failed: failedIds }),
  example: { input: { ids: ["0190f3a0-1111-7000-8000-000000000001"] } },
  async run(ctx, { ids }) {
    const rows = await deleteRows(ctx, "opportunities", ids);
    return { success: true, deleted: rows.length, failed: left(ids, rows) };
  },
});

export const bulkMoveOpportunities = operation({
  ...common,
  name: "bulk_move_opportunities",
  route: "POST /opportunities/bulk-move",
  aliases: ["POST /deals/bulk-move"],
  scopes: ["opportunities:write"],
  effect: "write",
  summary: "Move up to 100 opportunities to a stage, in the order given, to its top.",
  description:
    "Each moves as by itself. skip_automations keeps a flood of messages from going out; skip_action_ids leaves out single actions for all of them.",
  input: Type.Object(
    { ids: bulkIds("opportunities"), ...targetInput, ...quietInput },
    { additionalProperties: false },
  ),
  output: Type.Object({ success: Type.Boolean(), moved: Type.Integer(), failed: failedIds }),
  async run(ctx, { ids, pipeline_id: pipelineId, stage_id: stageId, ...quiet }) {
    const rows = await lockOpportunities(ctx, ids);
    const known = new Set(rows.map((row) => row.id));
    const moved = [...new Set(ids.map((id) => id.toLowerCase()))].filter((id) => known.has(id));
    await placeOpportunities(ctx, moved, { pipelineId, stageId }, quiet);
    return { success: true, moved: moved.length, failed: left(ids, rows) };
  },
});

function left(ids: readonly string[], rows: readonly { id: string }[]): string[] {
  const found = new Set(rows.map((row) => row.id));
  return [...new Set(ids.map((id) => id.toLowerCase()))].filter((id) => !found.has(id));
}
