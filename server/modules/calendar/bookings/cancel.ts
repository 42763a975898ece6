import type { Ctx } from "../../../kernel/context.ts";
import { conflict, missing } from "../../../kernel/errors.ts";
import { cancelBookingMessages, dropBookingMessages } from "../booking-messages/schedule.ts";
import { enqueueInvitations } from "../invitations/enqueue-invitations.ts";
import { eventPayload } from "./booking.ts";
import type { Booking } from "./booking.ts";
import { lockBooking, refuseReplaced, updateBooking } from "./bookings.store.ts";
import { leaveEventQueue } from "./event-queue.ts";
import { recordStep } from "./record-step.ts";

type Cancellation = {
  reason?: string;
  /** The booking that takes its place: the customer hears of that one, and nothing of a cancellation. */
  replacedBy?: Booking;
};

/**
 * Cancels a booking and frees its time; cancelling it again changes nothing. The opportunity is left as it is.
 * Throws NOT_FOUND, and CONFLICT for one that was attended or missed and for one that another took the place of.
 */
export async function cancel(ctx: Ctx, bookingId: string, options: Cancellation = {}): Promise<Booking> {
  const before = await lockBooking(ctx, bookingId);
  if (!before) throw missing("booking", bookingId);
  await refuseReplaced(ctx, before);
  if (before.status === "cancelled") return before;
  if (before.status !== "confirmed" && before.status !== "late") {
    throw conflict(`The booking is ${before.status} and cannot be cancelled any more.`, {
      fix: "Leave it as it is: only bookings that are still to come can be cancelled.",
    });
  }
  const after = await updateBooking(ctx, bookingId, {
    status: "cancelled",
    cancellation_reason: options.reason?.trim() || null,
    cancelled_at: ctx.now,
    sequence: before.sequence + 1,
  });
  const { management_token: _before, ...recordedBefore } = before;
  const { management_token: _after, ...recordedAfter } = after;
  const { replacedBy } = options;
  const replacement = replacedBy ? { replaced_by_booking_id: replacedBy.id } : {};
  ctx.changed({
    noun: "booking",
    id: bookingId,
    action: "cancelled",
    before: recordedBefore,
    after: { ...recordedAfter, ...replacement },
  });
  ctx.emit({
    type: "booking.cancelled",
    noun: "booking",
    recordId: bookingId,
    payload: { ...eventPayload(after), ...replacement },
  });
  await leaveEventQueue(ctx, after);
  await recordStep(ctx, "cancelled", after, before);
  if (replacedBy) {
    await dropBookingMessages(ctx, after);
    return after;
  }
  // What is over is nobody's appointment any more: that it was cancelled is for the books.
  if (after.ends_at > ctx.now) enqueueInvitations(ctx, after, "CANCEL");
  await cancelBookingMessages(ctx, after);
  return after;
}
