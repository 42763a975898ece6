import { Type } from "typebox";
import type { Static, TObject } from "typebox";
import type { Generated, Selectable } from "kysely";
import type { Json, JsonObject, Timestamp } from "../../../kernel/tables.ts";
import { nullableText } from "../party.ts";

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
  /** The line's; the database fills it. */
  opportunity_id: Generated<string>;
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
  wrong_pins: Generated<number>;
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

/** One piece of work on an opportunity's product line, as the workspace API shows it. */
export const WorkOrderRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  public_id: Type.String({ description: "The number people read: WO-001." }),
  deal_product_id: Type.String({ format: "uuid" }),
  deal_id: Type.String({ format: "uuid", description: "The opportunity of the product line." }),
  product_id: nullableText(),
  product_name: Type.String({ description: "As the product line calls it." }),
  status_id: nullableText(),
  status: nullableText("The status' label."),
  schedule_date: Type.String({ description: "YYYY-MM-DD on the company's calendar." }),
  schedule_time: nullableText("HH:MM:SS on the company's wall clock; null is all day."),
  assigned_to: nullableText("A member of the company."),
  data: Type.Object({}, { additionalProperties: true, description: "Field values by the fields' keys." }),
  sort_order: Type.Integer(),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

export type WorkOrderShown = Static<typeof WorkOrderRecord>;

/** The fields create and update share. */
export const workOrderFields = {
  status: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'A status by its label, in any case: "Pending".',
    }),
  ),
  status_id: Type.Optional(
    Type.String({ format: "uuid", description: "A status by its id. Send status or status_id, not both." }),
  ),
  schedule_date: Type.Optional(
    Type.String({
      format: "date",
      pattern: "^(?!0000)",
      description: "YYYY-MM-DD: the day on the calendar.",
    }),
  ),
  schedule_time: Type.Optional(
    Type.Union(
      [
        Type.String({ pattern: "^([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d$", description: "HH:MM:SS" }),
        Type.Null(),
      ],
      { description: "HH:MM:SS on the company's wall clock; null for all day." },
    ),
  ),
  assigned_to: Type.Optional(
    Type.Union([Type.String({ format: "uuid", description: "A member." }), Type.Null()], {
      description: "The member who does it; null for nobody.",
    }),
  ),
  data: Type.Optional(
    Type.Object(
      {},
      {
        additionalProperties: true,
        maxProperties: 500,
        description:
          "Field values by key, as the work order configuration has them. A change merges; null takes out.",
      },
    ),
  ),
  sort_order: Type.Optional(
    Type.Integer({ minimum: -2_147_483_648, maximum: 2_147_483_647, description: "Lists go by it." }),
  ),
};

export type WorkOrderFields = Partial<Static<TObject<typeof workOrderFields>>>;

/** What a row shows without looking anything up: what the audit and the events tell. */
export function recordedWorkOrder(row: WorkOrder) {
  const { workspace_id: _w, opportunity_product_id: lineId, opportunity_id: dealId, ...shown } = row;
  return { ...shown, deal_product_id: lineId, deal_id: dealId };
}
