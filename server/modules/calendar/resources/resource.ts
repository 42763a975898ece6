import type { Generated, Selectable } from "kysely";
import type { Timestamp } from "../../../kernel/tables.ts";

interface SchedulingResourcesTable {
  workspace_id: string;
  id: string;
  name: string;
  kind: string;
  is_active: Generated<boolean>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    scheduling_resources: SchedulingResourcesTable;
  }
}

/** Something a visit needs besides people: a room, a van, a machine. */
export type SchedulingResource = Selectable<SchedulingResourcesTable>;
