import type { Ctx } from "../../../kernel/context.ts";
import { conflict, missing } from "../../../kernel/errors.ts";
import { lockOpportunities, updateOpportunity } from "../../crm/opportunities/opportunities.store.ts";
import {
  endBookingMessages,
  scheduleLateMessages,
  scheduleNoShowMessages,
} from "../booking-messages/index.ts";
import { eventPayload } from "./booking.ts";
import type { Booking } from "./booking.ts";
import { lockBooking, refuseReplaced, updateBooking } from "./bookings.store.ts";
import { recordStep } from "./record-step.ts";

/** What became of the appointment, as far as its people are concerned. Each may correct another; none is marked twice. */
type Outcome = "attended" | "late" | "no_show";

/** The people came. Nothing is left to say, and what was to be done next on the opportunity is done. */
export async function markAttended(ctx: Ctx, bookingId: string): Promise<Booking> {
  return mark(ctx, bookingId, "attended", async (booking) => {
    await endBookingMessages(ctx, booking);
    await clearNextAction(ctx, booking.deal_id);
  });
}

/** They are not there yet; the booking keeps its time. */
export function markLate(ctx: Ctx, bookingId: string): Promise<Booking> {
  return mark(ctx, bookingId, "late", (booking) => scheduleLateMessages(ctx, booking));
}

/** They did not come: the time is free again. */
export function markNoShow(ctx: Ctx, bookingId: string): Promise<Booking> {
  return mark(ctx, bookingId, "no_show", (booking) => scheduleNoShowMessages(ctx, booking));
}

/**
 * Marks a booking unless it is marked so already, when nothing happens. Throws NOT_FOUND, and CONFLICT for a cancelled
 * one and for one whose time went to somebody else since it was a no-show.
 */
async function mark(
  ctx: Ctx,
  bookingId: string,
  outcome: Outcome,
  effects: (booking: Booking) => Promise<void>,
): Promise<Booking> {
  const before = await lockBooking(ctx, bookingId);
  if (!before) throw missing("booking", bookingId);
  if (before.status === outcome) return before;
  await refuseReplaced(ctx, before);
  if (before.status === "cancelled") {
    throw conflict(`The booking is cancelled and cannot be marked ${outcome}.`, {
      fix: "Make a new booking for a customer who came after all, and mark that one.",
    });
  }
  const after = await keepOrFreeTime(ctx, before, outcome);
  const { management_token: _before, ...recordedBefore } = before;
  const { management_token: _after, ...recordedAfter } = after;
  ctx.changed({
    noun: "booking",
    id: bookingId,
    action: outcome,
    before: recordedBefore,
    after: recordedAfter,
  });
  ctx.emit({
    type: `booking.${outcome}`,
    noun: "booking",
    recordId: bookingId,
    payload: eventPayload(after),
  });
  await effects(after);
  await recordStep(ctx, outcome, after, before);
  return after;
}

/** A no-show gave its time back; correcting it takes the time again, if nobody else has it. */
async function keepOrFreeTime(ctx: Ctx, before: Booking, outcome: Outcome): Promise<Booking> {
  try {
    return await ctx.db.savepoint(() =>
      updateBooking(ctx, before.id, { status: outcome, [`${outcome}_at`]: ctx.now }),
    );
  } catch (error) {
    if ((error as { code?: string }).code !== "23P01") throw error;
    throw conflict(`The booking's time went to another booking, so it cannot be marked ${outcome}.`, {
      fix: "Cancel or move the other booking first, or leave this one a no-show.",
    });
  }
}

async function clearNextAction(ctx: Ctx, opportunityId: string | null): Promise<void> {
  if (opportunityId === null) return;
  const [opportunity] = await lockOpportunities(ctx, [opportunityId]);
  if (!opportunity) return;
  if (opportunity.next_action === null && opportunity.next_action_date === null) return;
  await updateOpportunity(ctx, opportunity, { next_action: null, next_action_date: null });
}
