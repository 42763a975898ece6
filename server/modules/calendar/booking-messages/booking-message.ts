import { Type } from "typebox";
import type { Static } from "typebox";
import type { Generated, Selectable } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { Timestamp } from "../../../kernel/tables.ts";

export const messageKinds = [
  "confirmation",
  "reminder",
  "cancellation",
  "late",
  "no_show",
  "rebooking",
] as const;
export type MessageKind = (typeof messageKinds)[number];
export type MessageStatus = "pending" | "sending" | "sent" | "held" | "cancelled" | "skipped" | "failed";
export type Audience = "customer" | "attendee" | "team";

export interface BookingMessagesTable {
  workspace_id: string;
  id: string;
  booking_id: string;
  booking_sequence: number;
  kind: MessageKind;
  /** Counts what one event type sends at one moment over one channel. */
  position: Generated<number>;
  channel: "sms" | "email";
  audience: Audience;
  recipient: string | null;
  recipient_name: string | null;
  /** Of the team: they get it where they can be reached when it is sent, and nothing once they have left. */
  member_id: string | null;
  /** When the appointment was to be before it was moved. */
  moved_from: Timestamp | null;
  offset_minutes: number | null;
  label: string | null;
  /** The calendar file the mail brings along, by the booking's sequence. */
  invitation_sequence: number | null;
  subject_template: string | null;
  body_template: string | null;
  due_at: Timestamp;
  status: MessageStatus;
  reason: string | null;
  attempts: Generated<number>;
  last_error: string | null;
  claimed_at: Timestamp | null;
  message_id: string | null;
  provider_id: string | null;
  sent_at: Timestamp | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    booking_messages: BookingMessagesTable;
  }
}

export type BookingMessage = Selectable<BookingMessagesTable>;

const nullable = (description?: string) =>
  Type.Union([Type.String(), Type.Null()], description === undefined ? {} : { description });
const instant = () => Type.String({ format: "date-time" });

export const messageStatuses: readonly MessageStatus[] = [
  "pending",
  "sending",
  "sent",
  "held",
  "cancelled",
  "skipped",
  "failed",
];

/** A booking's message as the workspace API shows one. */
export const BookingMessageRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  booking_id: Type.String({ format: "uuid" }),
  booking_sequence: Type.Integer({ description: "0 for the first schedule, one more for every move." }),
  kind: Type.Union(messageKinds.map((kind) => Type.Literal(kind))),
  channel: Type.Union([Type.Literal("sms"), Type.Literal("email")]),
  audience: Type.Union([Type.Literal("customer"), Type.Literal("attendee"), Type.Literal("team")]),
  recipient: nullable("Empty for the customer: their number or address is read when it is sent."),
  recipient_name: nullable(),
  label: nullable(),
  offset_minutes: Type.Union([Type.Integer(), Type.Null()], {
    description: "For reminders, how long before the start; for rebooking, how long after it was missed.",
  }),
  invitation_sequence: Type.Union([Type.Integer(), Type.Null()], {
    description: "The calendar invitation this mail brings along, by its sequence; null when it brings none.",
  }),
  due_at: instant(),
  status: Type.Union(messageStatuses.map((status) => Type.Literal(status))),
  reason: nullable("Why it was held, skipped or cancelled."),
  attempts: Type.Integer(),
  last_error: nullable(),
  message_id: nullable("The text message it became."),
  delivery_status: nullable("Where that text stands: queued, sent, delivered, failed …"),
  provider_id: nullable("The mail provider's id."),
  sent_at: Type.Union([instant(), Type.Null()]),
  created_at: instant(),
  updated_at: instant(),
});

/** Rows as callers see them: with the state of the texts they became, without templates and leases. */
export async function presentMessages(
  ctx: Ctx,
  rows: readonly BookingMessage[],
): Promise<Static<typeof BookingMessageRecord>[]> {
  const textIds = rows.flatMap((row) => row.message_id ?? []);
  const texts =
    textIds.length === 0
      ? []
      : await ctx.db.from("sms_messages").select(["id", "status"]).where("id", "in", textIds).execute();
  const statuses = new Map(texts.map((text) => [text.id, text.status]));
  return rows.map((row) => {
    const {
      workspace_id: _w,
      subject_template: _s,
      body_template: _b,
      claimed_at: _c,
      position: _p,
      member_id: _m,
      moved_from: _f,
      ...shown
    } = row;
    return { ...shown, delivery_status: statuses.get(row.message_id ?? "") ?? null } as never;
  });
}
