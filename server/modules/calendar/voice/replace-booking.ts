import type { Ctx } from "../../../kernel/context.ts";
import { OperationError, conflict, missing } from "../../../kernel/errors.ts";
import { book } from "../bookings/book.ts";
import type { BookRequest } from "../bookings/book.ts";
import type { Booking } from "../bookings/booking.ts";
import { lockBooking } from "../bookings/bookings.store.ts";
import { cancel } from "../bookings/cancel.ts";
import { reschedule } from "../bookings/reschedule.ts";
import { slotUnavailable } from "../bookings/slot-unavailable.ts";
import { findService } from "../services/services.store.ts";
import type { Service } from "../services/service.ts";

/**
 * Moves a booking by making another one first and cancelling the old one then, all in the transaction of `ctx`: the caller never
 * stands there with neither, and when the old one cannot be cancelled the new one was never made. Customer, notes, attendees and
 * opportunity come along, and the same member where that one is free. A new time that runs into the old one cannot be taken while
 * the old one is there; then the booking itself moves. Throws SLOT_UNAVAILABLE, and CONFLICT for a booking that is not confirmed.
 */
export async function replaceBooking(
  ctx: Ctx,
  bookingId: string,
  startsAt: Date,
  sourceName: string,
): Promise<Booking> {
  const old = await lockBooking(ctx, bookingId);
  if (!old) throw missing("booking", bookingId);
  if (old.status !== "confirmed")
    throw conflict(`That booking is ${old.status} and cannot be moved.`, {
      fix: "Offer the caller a new booking instead.",
    });
  const service = old.event_type_id ? await findService(ctx, { id: old.event_type_id }) : undefined;
  const request = likeBefore(old, service, startsAt, sourceName);
  try {
    const moved = await bookLikeBefore(ctx, request, old);
    await cancel(ctx, old.id, { reason: `moved to booking ${moved.id}`, replacedBy: moved });
    return moved;
  } catch (error) {
    if (!isTaken(error) || !runInto(old, request)) throw error;
    return reschedule(ctx, old.id, { startsAt, offGrid: service === undefined });
  }
}

function likeBefore(
  old: Booking,
  service: Service | undefined,
  startsAt: Date,
  sourceName: string,
): BookRequest & { endsAt: Date } {
  return {
    service,
    title: old.title,
    startsAt,
    endsAt: new Date(startsAt.getTime() + old.ends_at.getTime() - old.starts_at.getTime()),
    customer: {
      contactId: old.contact_id ?? undefined,
      name: old.booker_name ?? undefined,
      email: old.booker_email ?? undefined,
      phone: old.booker_phone ?? undefined,
      state: old.booker_state ?? undefined,
      timeZone: old.booker_timezone ?? undefined,
    },
    source: "voice",
    sourceName,
    leadId: old.lead_id ?? undefined,
    notes: old.notes ?? undefined,
    address: old.address ?? undefined,
    postalCode: old.postal_code ?? undefined,
    timeZone: old.timezone,
    attendees: old.attendees,
    replaces: old,
  };
}

/** With whom it was before when that one is free, else with whoever is. */
async function bookLikeBefore(ctx: Ctx, request: BookRequest, old: Booking): Promise<Booking> {
  const isTeam = request.service?.host_assignment === "all";
  if (old.member_id === null || isTeam) return book(ctx, request);
  try {
    return await book(ctx, { ...request, memberId: old.member_id });
  } catch (error) {
    if (!isTaken(error)) throw error;
    return book(ctx, request);
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof OperationError && error.code === slotUnavailable.code;
}

/** Whether the new time with its buffers meets the old one with its own. */
function runInto(old: Booking, { startsAt, endsAt }: { startsAt: Date; endsAt: Date }): boolean {
  const leadMs = old.starts_at.getTime() - old.blocked_from.getTime();
  const trailMs = old.blocked_until.getTime() - old.ends_at.getTime();
  return (
    startsAt.getTime() - leadMs < old.blocked_until.getTime() &&
    endsAt.getTime() + trailMs > old.blocked_from.getTime()
  );
}
