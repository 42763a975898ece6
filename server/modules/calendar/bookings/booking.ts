import type { Generated, Selectable } from "kysely";
import type { Json, Timestamp } from "../../../kernel/tables.ts";

export type BookingStatus = "confirmed" | "cancelled" | "attended" | "late" | "no_show";
export type BookingSource =
  "workspace" | "private" | "capability" | "receptionist" | "console" | "voice" | "page";
export type Attendee = { email: string; name?: string; phone?: string };

/** The statuses in which a booking keeps its time; the trigger that claims it (keep_booking_claims) names the same ones. */
export const blockingStatuses = ["confirmed", "attended", "late"] as const;

export interface BookingsTable {
  workspace_id: string;
  id: string;
  event_type_id: string | null;
  /** The first of host_ids. */
  member_id: string | null;
  host_ids: Generated<string[]>;
  resource_ids: Generated<string[]>;
  /** Seats of one sitting of a class share it; every other booking's is its own id. The database names it. */
  occasion_id: Generated<string>;
  /** How many bookings its sitting takes. */
  capacity: Generated<number>;
  contact_id: string | null;
  deal_id: string | null;
  lead_id: string | null;
  title: string;
  starts_at: Timestamp;
  ends_at: Timestamp;
  blocked_from: Timestamp;
  blocked_until: Timestamp;
  timezone: string;
  booker_name: string | null;
  booker_email: string | null;
  booker_phone: string | null;
  booker_state: string | null;
  booker_timezone: string | null;
  notes: string | null;
  address: string | null;
  postal_code: string | null;
  status: BookingStatus;
  source: BookingSource;
  source_name: string | null;
  agent_vendor: string | null;
  attendees: Json<Attendee[]>;
  cancellation_reason: string | null;
  cancelled_at: Timestamp | null;
  management_token: string | null;
  management_token_expires_at: Timestamp | null;
  sequence: Generated<number>;
  google_meet_link: string | null;
  attended_at: Timestamp | null;
  late_at: Timestamp | null;
  no_show_at: Timestamp | null;
  /** The booking whose place this one took. */
  replaces_booking_id: string | null;
  /** What the appointment is known by in calendars, where that is older than the booking. */
  invitation_id: string | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    bookings: BookingsTable;
  }
}

export type Booking = Selectable<BookingsTable>;

/** How long after a booking's end its management link still works. */
export const managementGraceMs = 24 * 60 * 60 * 1000;

/** Made by somebody nobody knows, for whomever they named: what is sent about it passes the gate of recipients. */
export function isByStranger({ source }: Pick<Booking, "source">): boolean {
  return source === "page" || source === "capability";
}

/** The payload of booking.created, booking.rescheduled and booking.cancelled. */
export function eventPayload(booking: Booking): Record<string, unknown> {
  return { id: booking.id, contact_id: booking.contact_id, lead_id: booking.lead_id };
}
