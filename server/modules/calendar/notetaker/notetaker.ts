import type { Selectable } from "kysely";
import type { Json, Timestamp } from "../../../kernel/tables.ts";
import type { SpokenPart } from "../../../providers/notetaker/port.ts";

export interface BookingNotetakersTable {
  workspace_id: string;
  /** The bot's id. */
  id: string;
  booking_id: string;
  meeting_url: string;
  joins_at: Timestamp;
  leaves_at: Timestamp;
  status: "scheduled" | "joined" | "completed" | "cancelled" | "failed";
  reason: string | null;
  provider: string;
  provider_id: string | null;
  credit_hold_id: string | null;
  credits_charged: number | null;
  recorded_minutes: number | null;
  transcript: Json<Transcript> | null;
  ended_at: Timestamp | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    booking_notetakers: BookingNotetakersTable;
  }
}

export type Transcript = { remark: string | null; parts: SpokenPart[] };

/** A bot that was sent to a booking's meeting. */
export type BookingNotetaker = Selectable<BookingNotetakersTable>;

export const creditsPerMinute = 23;
const joinsEarlyMs = 60_000;

/** When a bot joins and leaves: a minute before the start, or now when that has passed; until the booked end. */
export function stayOf(booking: { starts_at: Date; ends_at: Date }, now: Date) {
  const early = booking.starts_at.getTime() - joinsEarlyMs;
  return { joins_at: new Date(Math.max(early, now.getTime())), leaves_at: booking.ends_at };
}

/** What the booked time costs, when all of it is recorded. */
export function expectedCredits({
  starts_at: start,
  ends_at: end,
}: {
  starts_at: Date;
  ends_at: Date;
}): number {
  return creditsPerMinute * Math.ceil((end.getTime() - start.getTime()) / 60_000);
}
