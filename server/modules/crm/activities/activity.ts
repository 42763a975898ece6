import type { Selectable } from "kysely";
import type { Timestamp } from "../../../kernel/tables.ts";

export const activityTypes = ["call", "meeting", "note"] as const;
export type ActivityType = (typeof activityTypes)[number];

export interface ActivitiesTable {
  workspace_id: string;
  id: string;
  activity_type: string;
  subject: string;
  description: string | null;
  contact_id: string | null;
  opportunity_id: string | null;
  company_id: string | null;
  /** Who wrote it down, by name. */
  created_by: string | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    activities: ActivitiesTable;
  }
}

export type Activity = Selectable<ActivitiesTable>;
