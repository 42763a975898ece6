import { releaseCredits } from "../../../kernel/credits.ts";
import type { Ctx } from "../../../kernel/context.ts";
import type { Booking } from "../bookings/booking.ts";
import { dismissNotetaker, enqueueStay } from "./notetaker-jobs.ts";
import { stayOf } from "./notetaker.ts";
import type { BookingNotetaker } from "./notetaker.ts";
import { insertNotetaker, notetakerOf, updateNotetaker } from "./notetakers.store.ts";

/** A booking's bot goes where the booking goes: to its new time, or nowhere when it was cancelled or nobody came. */
export async function followBooking(ctx: Ctx, step: string, booking: Booking): Promise<void> {
  if (step !== "moved" && step !== "cancelled" && step !== "no_show") return;
  const bot = await notetakerOf(ctx, booking.id);
  if (!bot || bot.status === "completed") return;
  if (step !== "moved") return callOff(ctx, bot, `the booking is ${booking.status}`);
  if (bot.status === "scheduled") {
    enqueueStay(ctx, await updateNotetaker(ctx, bot, stayOf(booking, ctx.now)));
    return;
  }
  // It sits in a meeting that does not take place: another one goes to the new time.
  await callOff(ctx, bot, "the booking was moved");
  enqueueStay(ctx, await insertNotetaker(ctx, booking, bot.meeting_url));
}

async function callOff(ctx: Ctx, bot: BookingNotetaker, reason: string): Promise<void> {
  if (bot.credit_hold_id !== null) await releaseCredits(ctx, bot.credit_hold_id);
  await updateNotetaker(ctx, bot, { status: "cancelled", reason });
  ctx.enqueue(dismissNotetaker, { botId: bot.id });
}
