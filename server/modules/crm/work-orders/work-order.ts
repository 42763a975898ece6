import type { Generated, Selectable } from "kysely";
import type { Json, JsonObject, Timestamp } from "../../../kernel/tables.ts";

export interface WorkOrderStatusesTable {
  workspace_id: string;
  id: string;
  label: string;
  color: string | null;
  position: Generated<number>;
  is_complete: Generated<boolean>;
  /** In the company's own list; the others belong to products with a configuration of their own. */
  is_standard: Generated<boolean>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface WorkOrdersTable {
  workspace_id: string;
  id: string;
  public_id: string;
  opportunity_product_id: string;
  status_id: string | null;
  /** YYYY-MM-DD on the workspace's calendar. */
  schedule_date: string;
  /** HH:MM:SS on the workspace's wall clock; null is all day. */
  schedule_time: string | null;
  /** A member. */
  assigned_to: string | null;
  data: Json<JsonObject>;
  sort_order: Generated<number>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface WorkStatusPortalsTable {
  workspace_id: string;
  id: string;
  opportunity_id: string;
  recipient_email: string;
  recipient_name: string;
  token_hash: string;
  pin_hash: string;
  expires_at: Timestamp;
  revoked_at: Timestamp | null;
  guesses: Generated<number>;
  locked_until: Timestamp | null;
  opened_at: Timestamp | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    work_order_statuses: WorkOrderStatusesTable;
    work_orders: WorkOrdersTable;
    work_status_portals: WorkStatusPortalsTable;
  }
}

export type WorkOrderStatus = Selectable<WorkOrderStatusesTable>;
export type WorkOrder = Selectable<WorkOrdersTable>;
export type WorkStatusPortal = Selectable<WorkStatusPortalsTable>;
