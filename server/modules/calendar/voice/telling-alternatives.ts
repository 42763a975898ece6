import type { Ctx } from "../../../kernel/context.ts";
import { OperationError } from "../../../kernel/errors.ts";
import type { Booking } from "../bookings/booking.ts";
import { slotUnavailable } from "../bookings/slot-unavailable.ts";
import type { ShownSlot } from "../bookings/slot-unavailable.ts";
import { keyedTime } from "./slot-key.ts";
import { spokenDay, spokenList, spokenMoment, spokenZone } from "./spoken.ts";

type Attempt = {
  ctx: Ctx;
  startsAt: Date;
  zone: string;
  /** What this very call has booked at that time, for somebody else. */
  held?: Booking | undefined;
};

/** Runs a booking; of a time that cannot be had it tells in words, with the nearest times that can. */
export async function tellingAlternatives<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OperationError) || error.code !== slotUnavailable.code) throw error;
    const shown = (error.details?.["alternatives"] ?? []) as ShownSlot[];
    throw slotUnavailable(refusal(attempt), { fix: offer(attempt, shown), details: error.details ?? {} });
  }
}

function refusal({ ctx, startsAt, zone, held }: Attempt): string {
  const when = spokenMoment(startsAt.getTime(), zone, ctx.now.getTime());
  if (startsAt <= ctx.now) return `${when}, ${spokenZone(zone)}, is over.`;
  if (held) return `This call has booked ${when} for ${held.booker_name} already (booking ID ${held.id}).`;
  return `${when}, ${spokenZone(zone)}, is not open, or not any more.`;
}

function offer({ ctx, zone }: Attempt, shown: ShownSlot[]): string {
  if (shown.length === 0) return "Nothing else is open at present: offer that somebody rings back.";
  const instants = shown.map((slot) => Date.parse(slot.starts_at)).toSorted((a, b) => a - b);
  const days = Map.groupBy(instants, (at) => spokenDay(at, zone, ctx.now.getTime()));
  const texts = [...days].map(
    ([day, ofDay]) =>
      `${day} at ${spokenList(
        ofDay.map((at) => keyedTime(at, zone)),
        "or",
      )}`,
  );
  return `Offer instead: ${spokenList(texts, "or")}.`;
}
