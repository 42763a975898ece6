import { createHash } from "node:crypto";
import type { Selectable } from "kysely";
import type { Timestamp } from "../../../kernel/tables.ts";
import type { CalendarEvent } from "../../../providers/calendar/port.ts";
import type { Booking } from "../bookings/booking.ts";
import type { Service } from "../services/service.ts";
import { uidOf } from "./booking-uid.ts";
import type { Connection } from "./connection.ts";

export interface BookingCalendarEventsTable {
  workspace_id: string;
  booking_id: string;
  connection_id: string;
  occasion_id: string;
  external_id: string | null;
  digest: string | null;
  status: "pending" | "written" | "deleted" | "failed";
  failures: number;
  last_error: string | null;
  next_attempt_at: Timestamp | null;
  claim: string | null;
  claimed_until: Timestamp | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    booking_calendar_events: BookingCalendarEventsTable;
  }
}

export type BookingEvent = Selectable<BookingCalendarEventsTable>;

/** The booking, or the sitting it stands for, as its host reads it in their own calendar. The call is made in the calendar of the first host. */
export function eventOf(
  booking: Booking,
  connection: Connection,
  about: { service: Service | undefined; timeZone: string; sitting: readonly Booking[] },
): CalendarEvent {
  const isFirstHost = booking.member_id === connection.member_id;
  const makesCall = isFirstHost && connection.provider === "google" && about.service?.is_meeting === true;
  const isClass = booking.capacity > 1;
  const people = isClass
    ? about.sitting.map((one) => [one.booker_name, one.booker_phone].filter(Boolean).join(", "))
    : [booking.booker_name, booking.booker_phone, booking.booker_email];
  const lines = [
    ...people,
    booking.google_meet_link && !makesCall ? `Meeting: ${booking.google_meet_link}` : null,
    isClass ? null : booking.notes,
  ];
  const location = [booking.address, booking.postal_code].filter(Boolean).join(", ");
  const attendees = about.sitting.flatMap((one) => [
    ...(one.booker_email ? [named(one.booker_email, one.booker_name)] : []),
    ...one.attendees.map(({ email, name }) => named(email, name)),
  ]);
  return {
    uid: uidOf(booking.id),
    sequence: booking.sequence,
    title: isClass
      ? `${booking.title} (${about.sitting.length} of ${booking.capacity})`
      : [booking.title, booking.booker_name].filter(Boolean).join(": "),
    description: lines.filter(Boolean).join("\n"),
    ...(location ? { location } : {}),
    start: booking.starts_at,
    end: booking.ends_at,
    timeZone: about.timeZone,
    attendees,
    ...(makesCall ? { withMeeting: true } : {}),
  };
}

function named(email: string, name: string | null | undefined): { email: string; name?: string } {
  return name ? { email, name } : { email };
}

export function digestOf(event: CalendarEvent): string {
  return createHash("sha256").update(JSON.stringify(event)).digest("base64url");
}
