import type { Generated, Selectable } from "kysely";
import type { Timestamp } from "../../../kernel/tables.ts";

/** Where a conversation stands; who speaks follows from it. */
export const conversationStates = [
  "idle",
  "missed_detected",
  "texted",
  "owner_window",
  "ai_active",
  "human_active",
  "scheduled",
  "escalated",
  "abandoned",
  "closed",
] as const;

export type ConversationState = (typeof conversationStates)[number];

export interface SmsConversationsTable {
  workspace_id: string;
  id: string;
  phone_number_id: string;
  contact_id: string | null;
  customer_e164: string;
  status: Generated<string>;
  state: Generated<string>;
  state_reason: string | null;
  state_changed_at: Timestamp;
  unread_count: Generated<number>;
  involved_user_ids: Generated<string[]>;
  robot_suspected_at: Timestamp | null;
  after_hours_notice_at: Timestamp | null;
  last_message_at: Timestamp;
  last_inbound_at: Timestamp | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    sms_conversations: SmsConversationsTable;
  }
}

export type Conversation = Omit<Selectable<SmsConversationsTable>, "state"> & { state: ConversationState };
