import type { Ctx } from "../../../kernel/context.ts";
import type { Booking } from "../bookings/booking.ts";
import { sendInvitation } from "./send-invitation.job.ts";

/**
 * Enqueues the booking's calendar file for the booker and every attendee: one job each, in this transaction. The mail of a
 * booking that takes another's place takes that one off the calendars too.
 */
export function enqueueInvitations(
  ctx: Ctx,
  booking: Booking,
  method: "REQUEST" | "CANCEL",
  replaces?: Booking,
): void {
  const about = { bookingId: booking.id, sequence: booking.sequence, method };
  for (const recipient of recipientsOf(booking)) {
    ctx.enqueue(sendInvitation, { ...about, ...recipient, ...(replaces ? { replacesId: replaces.id } : {}) });
  }
}

/** Everybody once, however often an address was given; the booker first. */
function recipientsOf(booking: Booking): { to: string; isBooker: boolean }[] {
  const all = [
    ...(booking.booker_email ? [{ to: booking.booker_email, isBooker: true }] : []),
    ...booking.attendees.map(({ email }) => ({ to: email, isBooker: false })),
  ];
  return [...new Map(all.toReversed().map((one) => [one.to.toLowerCase(), one])).values()].toReversed();
}
