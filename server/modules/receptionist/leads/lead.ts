import { Type } from "typebox";
import type { Static } from "typebox";
import type { Generated, Selectable } from "kysely";
import type { Json, JsonObject, Timestamp } from "../../../kernel/tables.ts";

export type LeadStatus = "Active" | "Booked" | "Won" | "Lost";

export interface LeadsTable {
  workspace_id: string;
  id: string;
  public_id: string;
  contact_id: string | null;
  phone_number_id: string | null;
  customer_e164: string;
  status: Generated<LeadStatus>;
  source: string;
  active_at: Timestamp;
  booked_at: Timestamp | null;
  won_at: Timestamp | null;
  lost_at: Timestamp | null;
  last_event_at: Timestamp;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface LeadEventsTable {
  workspace_id: string;
  id: string;
  position: Generated<number>;
  lead_id: string;
  type: string;
  summary: string;
  details: Json<JsonObject>;
  dedup_key: string | null;
  created_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    leads: LeadsTable;
    lead_events: LeadEventsTable;
  }
}

export type Lead = Selectable<LeadsTable>;
export type LeadEvent = Selectable<LeadEventsTable>;

export function isTerminal(status: LeadStatus): boolean {
  return status === "Won" || status === "Lost";
}

const text = () => Type.Union([Type.String(), Type.Null()]);
const instant = () => Type.Union([Type.String({ format: "date-time" }), Type.Null()]);

export const LeadStatusSchema = Type.Union(
  [Type.Literal("Active"), Type.Literal("Booked"), Type.Literal("Won"), Type.Literal("Lost")],
  { description: "Active, Booked, Won or Lost; Won and Lost are final." },
);

export const LeadRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  public_id: Type.String({ description: "The number people read: L-001." }),
  contact_id: text(),
  phone_number_id: text(),
  customer_phone: Type.String({ description: "E.164." }),
  status: LeadStatusSchema,
  source: Type.String({ description: "How it began: missed_call or inbound_text." }),
  active_at: Type.String({ format: "date-time" }),
  booked_at: instant(),
  won_at: instant(),
  lost_at: instant(),
  last_event_at: Type.String({ format: "date-time" }),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

const LeadEventRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  type: Type.String(),
  summary: Type.String(),
  details: Type.Object({}, { additionalProperties: true }),
  created_at: Type.String({ format: "date-time" }),
});

export const LeadWithTimeline = Type.Object({
  ...LeadRecord.properties,
  timeline: Type.Array(LeadEventRecord, { description: "What happened, oldest first." }),
});

/** A lead as callers see it. */
export function presentLead({ workspace_id: _w, customer_e164, ...lead }: Lead) {
  return { ...lead, customer_phone: customer_e164 } as unknown as Static<typeof LeadRecord>;
}

export function presentLeadEvent({ id, type, summary, details, created_at }: LeadEvent) {
  return { id, type, summary, details, created_at } as unknown as Static<typeof LeadEventRecord>;
}
