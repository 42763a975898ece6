import type { Ctx } from "../../../kernel/context.ts";
import { conflict, invalidField, missing } from "../../../kernel/errors.ts";
import { replaceBookingMessages } from "../booking-messages/index.ts";
import { enqueueInvitations } from "../invitations/enqueue-invitations.ts";
import { findService } from "../services/services.store.ts";
import { MINUTE_MS } from "../slots/wall-clock.ts";
import { eventPayload, managementGraceMs } from "./booking.ts";
import type { Booking } from "./booking.ts";
import { lockBooking, refuseReplaced, updateBooking } from "./bookings.store.ts";
import { longestBlockMs } from "./busy.store.ts";
import { enrollInEventQueue } from "./event-queue.ts";
import { recordStep } from "./record-step.ts";
import { unlessTaken } from "./slot-claims.ts";
import { takeSlot } from "./take-slot.ts";
import { unavailableAt } from "./slot-unavailable.ts";

export type NewTimes = {
  startsAt: Date;
  /** By default the booking keeps its length. */
  endsAt?: Date | undefined;
  /** Only what is busy matters; true by default for bookings without a service. */
  offGrid?: boolean | undefined;
};

/**
 * Moves a confirmed booking, with the same hosts and resources when they are free, else with others. Throws SLOT_UNAVAILABLE
 * with alternatives, CONFLICT for a booking that is not confirmed, NOT_FOUND.
 */
export async function reschedule(ctx: Ctx, bookingId: string, times: NewTimes): Promise<Booking> {
  const before = await lockBooking(ctx, bookingId);
  if (!before) throw missing("booking", bookingId);
  await refuseReplaced(ctx, before);
  if (before.status !== "confirmed") {
    throw conflict(`The booking is ${before.status}; only a confirmed one can be moved.`, {
      fix: "Make a new booking instead.",
    });
  }
  const service = before.event_type_id ? await findService(ctx, { id: before.event_type_id }) : undefined;
  const moved = movedTimes(before, times);
  const search = {
    service,
    excludeBookingId: bookingId,
    postalCode: before.postal_code ?? undefined,
    durationMinutes: Math.ceil((moved.ends_at.getTime() - moved.starts_at.getTime()) / MINUTE_MS),
  };
  const wanted = {
    ...search,
    startsAt: moved.starts_at,
    endsAt: moved.ends_at,
    offGrid: times.offGrid ?? service === undefined,
    keep: { hostIds: before.host_ids, resourceIds: before.resource_ids },
  };
  const after = await takeSlot(ctx, wanted, ({ hostIds, resourceIds }) =>
    unlessTaken(ctx, () =>
      updateBooking(ctx, bookingId, { ...moved, host_ids: hostIds, resource_ids: resourceIds }),
    ),
  );
  if (!after) throw await unavailableAt(ctx, { ...search, around: times.startsAt, zone: before.timezone });
  const { management_token: _before, ...recordedBefore } = before;
  const { management_token: _after, ...recordedAfter } = after;
  ctx.changed({ noun: "booking", id: bookingId, before: recordedBefore, after: recordedAfter });
  ctx.emit({
    type: "booking.rescheduled",
    noun: "booking",
    recordId: bookingId,
    payload: eventPayload(after),
  });
  await enrollInEventQueue(ctx, after, service);
  enqueueInvitations(ctx, after, "REQUEST");
  await replaceBookingMessages(ctx, after, before);
  await recordStep(ctx, "moved", after, before);
  return after;
}

function movedTimes(before: Booking, { startsAt, endsAt }: NewTimes) {
  const lengthMs = before.ends_at.getTime() - before.starts_at.getTime();
  const end = endsAt ?? new Date(startsAt.getTime() + lengthMs);
  if (Number.isNaN(startsAt.getTime()) || Number.isNaN(end.getTime())) {
    throw invalidField(
      "starts_at",
      "is not an instant",
      "Send it like 2026-03-02T09:00:00Z, and ends_at too.",
    );
  }
  if (end <= startsAt)
    throw invalidField("ends_at", "must be after the start", "Send an end that is later than starts_at.");
  // The buffers the booking was made with stay as wide as they were.
  const leadMs = before.starts_at.getTime() - before.blocked_from.getTime();
  const trailMs = before.blocked_until.getTime() - before.ends_at.getTime();
  if (end.getTime() - startsAt.getTime() + leadMs + trailMs > longestBlockMs) {
    throw invalidField(
      "ends_at",
      "a booking may take three days at most",
      "Send an earlier end, or make a booking for each part.",
    );
  }
  return {
    starts_at: startsAt,
    ends_at: end,
    blocked_from: new Date(startsAt.getTime() - leadMs),
    blocked_until: new Date(end.getTime() + trailMs),
    management_token_expires_at: before.management_token ? new Date(end.getTime() + managementGraceMs) : null,
    sequence: before.sequence + 1,
  };
}
