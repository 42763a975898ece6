import type { Ctx } from "../../../kernel/context.ts";
import type { Booking } from "../bookings/booking.ts";
import type { InvitationMethod } from "./invitation.ts";
import { sendInvitation } from "./send-invitation.job.ts";

/** Enqueues the booking's calendar file for the booker and every attendee: one job each, in this transaction. */
export function enqueueInvitations(ctx: Ctx, booking: Booking, method: InvitationMethod): void {
  const about = { bookingId: booking.id, sequence: booking.sequence, method };
  for (const recipient of recipientsOf(booking)) ctx.enqueue(sendInvitation, { ...about, ...recipient });
}

/**
 * A booking changed without being moved: everybody gets the invitation anew, and who is not invited any more gets it off
 * their calendar. The change must have raised its sequence.
 */
export function enqueueChangedInvitations(ctx: Ctx, before: Booking, after: Booking): void {
  enqueueInvitations(ctx, after, "REQUEST");
  const invited = new Set(recipientsOf(after).map(({ to }) => to.toLowerCase()));
  for (const { to } of recipientsOf(before)) {
    if (invited.has(to.toLowerCase())) continue;
    const about = { bookingId: after.id, sequence: after.sequence, method: "CANCEL" as const };
    ctx.enqueue(sendInvitation, { ...about, to, isBooker: false, wasRemoved: true });
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
