import { Type } from "typebox";
import type { Static } from "typebox";
import type { Selectable } from "kysely";
import type { Timestamp } from "../../../kernel/tables.ts";

export interface WebhookDeliveriesTable {
  workspace_id: string;
  id: string;
  endpoint_id: string;
  message_id: string;
  event_type: string;
  noun: string;
  record_id: string | null;
  lane: string;
  position: number;
  occurred_at: Timestamp;
  body: string | null;
  once: boolean;
  status: "pending" | "delivered" | "failed";
  attempts: number;
  next_attempt_at: Timestamp | null;
  give_up_at: Timestamp | null;
  claim: string | null;
  claimed_until: Timestamp | null;
  http_status: number | null;
  error: string | null;
  delivered_at: Timestamp | null;
  created_at: Timestamp;
}

export interface WebhookAttemptsTable {
  workspace_id: string;
  id: string;
  endpoint_id: string;
  delivery_id: string;
  message_id: string;
  event_type: string;
  attempt: number;
  status: "delivered" | "failed";
  http_status: number | null;
  duration_ms: number;
  error: string | null;
  response_excerpt: string | null;
  next_attempt_at: Timestamp | null;
  created_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    webhook_deliveries: WebhookDeliveriesTable;
    webhook_attempts: WebhookAttemptsTable;
  }
}

export type Delivery = Selectable<WebhookDeliveriesTable>;
export type Attempt = Selectable<WebhookAttemptsTable>;

export const deliveryStatuses = ["pending", "delivered", "failed"] as const;

const instant = Type.Union([Type.String({ format: "date-time" }), Type.Null()]);
const id = () => Type.String({ format: "uuid" });
const httpStatus = Type.Union([Type.Integer(), Type.Null()]);
const text = Type.Union([Type.String(), Type.Null()]);

export const DeliveryRecord = Type.Object({
  id: id(),
  webhook_id: Type.String({ format: "uuid", description: "The subscription or outgoing webhook." }),
  message_id: Type.String({
    format: "uuid",
    description: "The webhook-id header, the same at every attempt.",
  }),
  event_type: Type.String(),
  noun: Type.String(),
  record_id: text,
  status: Type.Union(deliveryStatuses.map((status) => Type.Literal(status))),
  attempts: Type.Integer(),
  http_status: httpStatus,
  error: text,
  next_attempt_at: instant,
  give_up_at: instant,
  delivered_at: instant,
  created_at: Type.String({ format: "date-time" }),
});

export function presentDelivery(row: Delivery): Static<typeof DeliveryRecord> {
  return {
    id: row.id,
    webhook_id: row.endpoint_id,
    message_id: row.message_id,
    event_type: row.event_type,
    noun: row.noun,
    record_id: row.record_id,
    status: row.status,
    attempts: row.attempts,
    http_status: row.http_status,
    error: row.error,
    next_attempt_at: row.next_attempt_at,
    give_up_at: row.give_up_at,
    delivered_at: row.delivered_at,
    created_at: row.created_at,
  } as never;
}

export const AttemptRecord = Type.Object({
  id: id(),
  delivery_id: id(),
  message_id: Type.String({ format: "uuid", description: "The webhook-id header and the id in the body." }),
  event_type: Type.String(),
  attempt: Type.Integer({ description: "1 for the first." }),
  status: Type.Union([Type.Literal("delivered"), Type.Literal("failed")]),
  http_status: httpStatus,
  duration_ms: Type.Integer(),
  error: text,
  response_excerpt: Type.Union([Type.String(), Type.Null()], {
    description: "The answer's first kilobyte.",
  }),
  next_attempt_at: instant,
  created_at: Type.String({ format: "date-time" }),
});

export function presentAttempt(row: Attempt): Record<string, unknown> {
  const { workspace_id: _w, endpoint_id: _e, ...shown } = row;
  return shown;
}
