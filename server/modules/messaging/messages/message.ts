import type { Generated, Selectable } from "kysely";
import type { Json, Timestamp } from "../../../kernel/tables.ts";

export type MessageStatus =
  "received" | "queued" | "sending" | "sent" | "delivered" | "undelivered" | "failed" | "held" | "cancelled";

export type Sender = "customer" | "ai" | "employee" | "system";

/** Why a text is sent; the guards ask for it. `owner` goes to the business' own people. */
export type Purpose =
  | "text_back"
  | "reply"
  | "owner"
  | "manual"
  | "confirmation"
  | "reminder"
  | "birthday"
  | "cancellation"
  | "late"
  | "no_show"
  | "rebooking"
  | "keyword"
  | "notice";

export type Media = { url: string; contentType: string | null };

export interface SmsMessagesTable {
  workspace_id: string;
  id: string;
  position: Generated<number>;
  conversation_id: string | null;
  lane: string;
  phone_number_id: string;
  direction: "in" | "out";
  sender: Sender;
  purpose: string;
  from_e164: string;
  to_e164: string;
  body: string;
  redactions: Generated<string[]>;
  media: Json<Media[]>;
  segments: Generated<number>;
  status: MessageStatus;
  status_reason: string | null;
  provider_id: string | null;
  error_code: string | null;
  attempts: Generated<number>;
  claimed_by: string | null;
  claim_expires_at: Timestamp | null;
  sending_at: Timestamp | null;
  send_at: Timestamp;
  sent_at: Timestamp | null;
  delivered_at: Timestamp | null;
  provider_time: Timestamp | null;
  sent_by_member_id: string | null;
  booking_id: string | null;
  booking_starts_at: Timestamp | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    sms_messages: SmsMessagesTable;
  }
}

export type Message = Selectable<SmsMessagesTable>;

// The default alphabet of GSM 03.38 and its extension, whose characters count twice.
const gsm = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ^{}\\[~\]|€ÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà]*$/;
const gsmTwice = /[\f^{}\\[~\]|€]/g;

/** How many segments the carrier charges for a text. */
export function segmentsOf(body: string): number {
  const plain = gsm.test(body);
  const length = plain ? body.length + (body.match(gsmTwice)?.length ?? 0) : body.length;
  const [single, joined] = plain ? [160, 153] : [70, 67];
  return length <= single ? 1 : Math.ceil(length / joined);
}
