import { Type } from "typebox";
import { conflict, missing, validationError } from "../../../kernel/errors.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { operation } from "../../../kernel/operation.ts";
import { privateBookings } from "../../../surfaces/private-bookings.ts";
import type { Booking } from "../bookings/booking.ts";
import { lockBooking, refuseReplaced, updateBooking } from "../bookings/bookings.store.ts";
import { choicesAt } from "../bookings/choices.ts";
import { reschedule } from "../bookings/reschedule.ts";
import { findService } from "../services/services.store.ts";
import { slotUnavailable } from "../bookings/slot-unavailable.ts";
import {
  PrivateBooking,
  endAfter,
  futureStart,
  presentPrivateBooking,
  withAlternatives,
} from "./private-booking.ts";

const details = {
  notes: Type.Optional(Type.String({ maxLength: 5000 })),
  address: Type.Optional(Type.String({ maxLength: 500 })),
  postalCode: Type.Optional(Type.String({ maxLength: 20 })),
};

type Details = { notes?: string; address?: string; postalCode?: string };

export const rescheduleBooking = operation({
  name: "reschedule_booking",
  surface: privateBookings,
  section: "Bookings",
  route: "PATCH /bookings/:bookingId",
  scopes: ["WRITE_BOOKINGS"],
  effect: "write",
  noun: "booking",
  summary: "Move a booking to another time, or correct where and what it is.",
  description:
    "With a new start alone the booking keeps its length. Messages that were not sent yet are replaced by ones of the new time.",
  input: Type.Object(
    {
      bookingId: Type.String({ format: "uuid" }),
      scheduledStartAt: Type.Optional(Type.String({ format: "date-time" })),
      scheduledEndAt: Type.Optional(Type.String({ format: "date-time" })),
      ...details,
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    booking: PrivateBooking,
    warnings: Type.Optional(
      Type.Array(Type.String(), { description: "What was done although it may not work out." }),
    ),
  }),
  errors: [slotUnavailable, conflict],
  async run(ctx, { bookingId, scheduledStartAt, scheduledEndAt, ...changes }) {
    const moves = scheduledStartAt !== undefined || scheduledEndAt !== undefined;
    if (!moves && Object.keys(changes).length === 0) {
      throw validationError("Nothing to change came with the call.", {
        fix: "Send scheduledStartAt, scheduledEndAt, notes, address or postalCode; status CANCELED cancels.",
        details: { fields: [{ field: "scheduledStartAt", message: "or another field is required" }] },
      });
    }
    const before = await lockBooking(ctx, bookingId);
    if (!before) throw missing("booking", bookingId);
    const corrected = await correct(ctx, before, changes);
    if (!moves) {
      const warnings = changes.postalCode === undefined ? [] : await warningsOf(ctx, corrected);
      return {
        booking: presentPrivateBooking(corrected, ctx.now),
        ...(warnings.length > 0 ? { warnings } : {}),
      };
    }
    const startsAt = scheduledStartAt
      ? futureStart(ctx, "scheduledStartAt", scheduledStartAt)
      : before.starts_at;
    const endsAt = scheduledEndAt ? endAfter(startsAt, scheduledEndAt) : undefined;
    const booking = await withAlternatives(() =>
      reschedule(ctx, bookingId, { startsAt, endsAt, offGrid: true }),
    );
    return { booking: presentPrivateBooking(booking, ctx.now) };
  },
});

/** Whether the host can still be there in time, and at the next visit, now that the visit is somewhere else. */
async function warningsOf(ctx: Ctx, booking: Booking): Promise<string[]> {
  const service = booking.event_type_id ? await findService(ctx, { id: booking.event_type_id }) : undefined;
  const postalCode = booking.postal_code ?? undefined;
  if (service?.travel_minutes == null || postalCode === undefined) return [];
  const wanted = {
    service,
    excludeBookingId: booking.id,
    memberId: booking.member_id ?? undefined,
    startsAt: booking.starts_at,
    endsAt: booking.ends_at,
    offGrid: true,
  };
  const isReached = (await choicesAt(ctx, { ...wanted, postalCode })).length > 0;
  const isFree = isReached || (await choicesAt(ctx, wanted)).length > 0;
  return isReached || !isFree
    ? []
    : [
        `The way between ${postalCode} and the visit before or after is longer than the time in between. Move one of them with scheduledStartAt.`,
      ];
}

async function correct(ctx: Ctx, before: Booking, changes: Details): Promise<Booking> {
  if (Object.keys(changes).length === 0) return before;
  await refuseReplaced(ctx, before);
  if (before.status !== "confirmed") {
    throw conflict(`The booking is ${before.status}; only a confirmed one can be changed.`, {
      fix: "Make a new booking instead.",
    });
  }
  const { notes, address, postalCode } = changes;
  const values = {
    ...(notes === undefined ? {} : { notes: notes.trim() || null }),
    ...(address === undefined ? {} : { address: address.trim() || null }),
    ...(postalCode === undefined ? {} : { postal_code: postalCode.trim() || null }),
  };
  const after = await updateBooking(ctx, before.id, values);
  const { management_token: _before, ...recordedBefore } = before;
  const { management_token: _after, ...recordedAfter } = after;
  ctx.changed({ noun: "booking", id: before.id, before: recordedBefore, after: recordedAfter });
  return after;
}
