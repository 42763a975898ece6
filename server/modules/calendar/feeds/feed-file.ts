import type { WrittenAppointment } from "../../../providers/calendar/ical-write.ts";
import type { Booking } from "../bookings/booking.ts";
import { uidOf } from "../external/booking-uid.ts";
import type { CalendarFeed } from "./feed.ts";

/** A booking as an entry of a feed. Its uid is the invitation's, so that a program that has both shows it once. */
export function entryOf(booking: Booking, shows: CalendarFeed["shows"]): WrittenAppointment {
  const when = {
    uid: uidOf(booking.id),
    sequence: booking.sequence,
    touchedAt: booking.updated_at,
    start: booking.starts_at,
    end: booking.ends_at,
  };
  if (shows === "busy") return { ...when, title: "Busy" };
  if (shows === "titles") return { ...when, title: booking.title };
  return {
    ...when,
    title: [booking.title, booking.booker_name].filter(Boolean).join(": "),
    description: [
      booking.booker_name,
      booking.booker_phone,
      booking.booker_email,
      booking.google_meet_link ? `Meeting: ${booking.google_meet_link}` : null,
      booking.notes,
    ]
      .filter(Boolean)
      .join("\n"),
    location: [booking.address, booking.postal_code].filter(Boolean).join(", "),
  };
}
