import type { Generated } from "kysely";
import type { Json, Timestamp } from "../../../kernel/tables.ts";

export interface OpportunitiesTable {
  workspace_id: string;
  id: string;
  public_id: string;
  name: string;
  status: Generated<string>;
  contact_id: string | null;
  company_id: string | null;
  source: string | null;
  pipeline_id: string | null;
  stage_id: string | null;
  assigned_user_ids: Generated<string[]>;
  tags: Json<{ name: string; color?: string }[]>;
  products: Json<{ id: string; quantity: number }[]>;
  next_action: string | null;
  next_action_date: Timestamp | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    opportunities: OpportunitiesTable;
  }
}
