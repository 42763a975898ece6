import { Type } from "typebox";
import type { Generated, Selectable } from "kysely";
import type { Timestamp } from "../../../kernel/tables.ts";

export interface CallsTable {
  workspace_id: string;
  id: string;
  phone_number_id: string;
  provider_id: string;
  direction: Generated<string>;
  from_e164: string;
  to_e164: string;
  status: string;
  outcome: "answered" | "missed" | null;
  dial_status: string | null;
  from_owner: boolean;
  contact_id: string | null;
  started_at: Timestamp;
  answered_at: Timestamp | null;
  missed_at: Timestamp | null;
  ended_at: Timestamp | null;
  duration_seconds: number | null;
  voicemail_url: string | null;
  voicemail_seconds: number | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    calls: CallsTable;
  }
}

export type Call = Selectable<CallsTable>;

const text = () => Type.Union([Type.String(), Type.Null()]);
const whole = () => Type.Union([Type.Integer(), Type.Null()]);
const instant = () => Type.Union([Type.String({ format: "date-time" }), Type.Null()]);

export const CallRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  phone_number_id: Type.String({ format: "uuid" }),
  provider_id: Type.String({ description: "The carrier's id of the call." }),
  direction: Type.String(),
  from_phone: Type.String({ description: "Who called, E.164; what the carrier says of a withheld number." }),
  to_phone: Type.String({ description: "The business' number that was called." }),
  from_e164: Type.String({ description: "The same as from_phone." }),
  to_e164: Type.String({ description: "The same as to_phone." }),
  status: Type.String({ description: "The last status the carrier reported." }),
  outcome: Type.Union([Type.Literal("answered"), Type.Literal("missed"), Type.Null()]),
  dial_status: text(),
  from_owner: Type.Boolean({ description: "The business' own people called; such calls make no lead." }),
  contact_id: text(),
  started_at: Type.String({ format: "date-time" }),
  answered_at: instant(),
  missed_at: instant(),
  ended_at: instant(),
  duration: Type.Union([Type.Integer(), Type.Null()], { description: "Seconds." }),
  duration_seconds: Type.Union([Type.Integer(), Type.Null()], { description: "The same as duration." }),
  voicemail_url: text(),
  voicemail_seconds: whole(),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

export function presentCall(row: Call): Record<string, unknown> {
  const { workspace_id: _w, ...shown } = row;
  const { from_e164: from_phone, to_e164: to_phone, duration_seconds: duration } = row;
  return { ...shown, from_phone, to_phone, duration };
}
