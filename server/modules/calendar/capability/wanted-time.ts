/** The time an agent wants, and what it hears when nobody can have it. */
import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { OperationError, declareError } from "../../../kernel/errors.ts";
import { slotUnavailable } from "../bookings/slot-unavailable.ts";
import type { ShownSlot } from "../bookings/slot-unavailable.ts";

export const pastTime = declareError("PAST_TIME", 400, "start_at is not in the future.");
export const slotTaken = declareError(
  "SLOT_TAKEN",
  409,
  "The slot is not free; available_alternatives names the closest ones that are.",
);

export const startAt = Type.String({
  format: "date-time",
  description: "When it starts: an ISO 8601 instant in UTC, strictly in the future.",
});

export function future(ctx: Ctx, instant: string): Date {
  const startsAt = new Date(instant);
  if (startsAt > ctx.now) return startsAt;
  throw pastTime("start_at is not in the future.", { fix: "Ask booking.check_availability for times." });
}

/** What the calendar answers, its refusal in the capability's words. */
export async function orSlotTaken<T>(wanted: Promise<T>): Promise<T> {
  try {
    return await wanted;
  } catch (error) {
    if (!(error instanceof OperationError) || error.code !== slotUnavailable.code) throw error;
    const open = (error.details?.["alternatives"] ?? []) as ShownSlot[];
    throw slotTaken(error.message, {
      fix: error.fix,
      details: {
        available_alternatives: open.map((slot) => ({ start_at: slot.starts_at, end_at: slot.ends_at })),
      },
    });
  }
}
