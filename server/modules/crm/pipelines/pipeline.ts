import { Type } from "typebox";
import type { Generated, Selectable } from "kysely";
import type { Timestamp } from "../../../kernel/tables.ts";

export interface PipelinesTable {
  workspace_id: string;
  id: string;
  name: string;
  description: string | null;
  color: string | null;
  position: Generated<number>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface PipelineStagesTable {
  workspace_id: string;
  id: string;
  pipeline_id: string;
  name: string;
  description: string | null;
  color: string | null;
  position: Generated<number>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface OpportunityPlacementsTable {
  workspace_id: string;
  id: string;
  opportunity_id: string;
  pipeline_id: string;
  stage_id: string;
  rank: string;
  placed_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    pipelines: PipelinesTable;
    pipeline_stages: PipelineStagesTable;
    opportunity_placements: OpportunityPlacementsTable;
  }
}

export type Pipeline = Selectable<PipelinesTable>;
export type Stage = Selectable<PipelineStagesTable>;
export type Placement = Selectable<OpportunityPlacementsTable>;

const text = () => Type.Union([Type.String(), Type.Null()]);

export const StageRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  pipeline_id: Type.String({ format: "uuid" }),
  name: Type.String(),
  description: text(),
  color: text(),
  position: Type.Integer({ description: "Place among the pipeline's stages, from 0." }),
  deal_count: Type.Optional(
    Type.Integer({ description: "Opportunities in the stage; in the list of stages." }),
  ),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

export const PipelineRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  name: Type.String(),
  description: text(),
  color: text(),
  position: Type.Integer({ description: "Place among the pipelines." }),
  stages: Type.Array(StageRecord, { description: "In order." }),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});
