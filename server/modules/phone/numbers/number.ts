import { Type } from "typebox";
import type { Generated, Selectable } from "kysely";
import type { Timestamp } from "../../../kernel/tables.ts";

export type NumberStatus = "PENDING_ACTIVATION" | "ACTIVE" | "SUSPENDED";

export interface PhoneNumbersTable {
  workspace_id: string;
  id: string;
  e164: string;
  friendly_name: string | null;
  country: string | null;
  status: Generated<string>;
  is_default: Generated<boolean>;
  transfer_number: string | null;
  ring_seconds: number | null;
  owner_window_seconds: number | null;
  inbound_voice_agent_config_id: string | null;
  outbound_voice_agent_config_id: string | null;
  retell_last_synced_at: Timestamp | null;
  retell_last_sync_error: string | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    phone_numbers: PhoneNumbersTable;
  }
}

export type PhoneNumberRow = Selectable<PhoneNumbersTable>;

/** A business number, with what it does not say itself filled in from the workspace's settings. */
export type PhoneNumber = Omit<PhoneNumberRow, "ring_seconds" | "owner_window_seconds" | "status"> & {
  status: NumberStatus;
  ring_seconds: number;
  owner_window_seconds: number;
  /** Whom an unanswered caller's call is put through to: the transfer number, or the owner's phone; E.164. */
  owner_e164: string | null;
};

const text = () => Type.Union([Type.String(), Type.Null()]);
const instant = () => Type.Union([Type.String({ format: "date-time" }), Type.Null()]);

export const PhoneNumberRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  phone_number: Type.String({ description: "E.164." }),
  e164: Type.String({ description: "The same as phone_number." }),
  friendly_name: text(),
  country: text(),
  status: Type.String({
    description: "PENDING_ACTIVATION, ACTIVE or SUSPENDED; texts leave only from ACTIVE numbers.",
  }),
  is_default: Type.Boolean({ description: "The sender of texts that name no number." }),
  transfer_number: text(),
  ring_seconds: Type.Integer({
    description: "How long the owner's phone rings before the call counts as missed.",
  }),
  owner_window_seconds: Type.Integer({
    description: "How long the owner has to answer before the receptionist does.",
  }),
  inbound_voice_agent_config_id: text(),
  outbound_voice_agent_config_id: text(),
  retell_last_synced_at: instant(),
  retell_last_sync_error: text(),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

/** A number as callers see it. */
export function presentNumber(number: PhoneNumber): Record<string, unknown> {
  const { workspace_id: _w, owner_e164: _o, ...shown } = number;
  return { ...shown, phone_number: number.e164 };
}
