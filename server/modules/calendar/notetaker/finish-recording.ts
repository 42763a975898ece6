import type { Ctx } from "../../../kernel/context.ts";
import { chargeCredits, releaseCredits, settleCredits } from "../../../kernel/credits.ts";
import { OperationError } from "../../../kernel/errors.ts";
import type { Recording, SpokenPart } from "../../../providers/notetaker/port.ts";
import { insertActivity } from "../../crm/activities/activities.store.ts";
import type { Booking } from "../bookings/booking.ts";
import { findBooking } from "../bookings/bookings.store.ts";
import { creditsPerMinute, expectedCredits } from "./notetaker.ts";
import type { BookingNotetaker } from "./notetaker.ts";
import { lockNotetaker, updateNotetaker } from "./notetakers.store.ts";

type Ended = Extract<Recording, { state: "ended" }>;

const longestText = 49_000;

/** The meeting is over: the transcript goes to the booking's opportunity and contact, and the minutes are billed. Once. */
export async function finish(ctx: Ctx, botId: string, recording: Ended): Promise<void> {
  const row = await lockNotetaker(ctx, botId);
  if (row?.status !== "joined") return;
  const booking = await findBooking(ctx, row.booking_id);
  if (!booking) return;
  const { parts, remark = null } = recording;
  // Begun minutes count.
  const recordedMinutes = Math.ceil(recording.recordedMinutes);
  await updateNotetaker(ctx, row, {
    status: "completed",
    recorded_minutes: recordedMinutes,
    credits_charged: await bill(ctx, row, booking, recordedMinutes),
    transcript: JSON.stringify({ remark, parts }),
    ended_at: ctx.now,
  });
  await noteDown(ctx, booking, "Transcript", [
    ...(remark === null ? [] : [remark]),
    `Recorded ${recordedMinutes} minutes of ${booking.title}.`,
    ...parts.map(lineOf),
  ]);
}

/** No transcript will come: the credits go back, and the opportunity says why. */
export async function fail(ctx: Ctx, botId: string, reason: string): Promise<void> {
  const row = await lockNotetaker(ctx, botId);
  if (row?.status !== "scheduled" && row?.status !== "joined") return;
  if (row.credit_hold_id !== null) await releaseCredits(ctx, row.credit_hold_id);
  await updateNotetaker(ctx, row, { status: "failed", reason });
  const booking = await findBooking(ctx, row.booking_id);
  if (booking) await noteDown(ctx, booking, "No transcript", [`The notetaker took no notes: ${reason}.`]);
}

/** What runs over the booked time is charged as far as the workspace has credits for it. */
async function bill(ctx: Ctx, row: BookingNotetaker, booking: Booking, minutes: number): Promise<number> {
  const cost = creditsPerMinute * minutes;
  const held = expectedCredits(booking);
  const settled = Math.min(cost, held);
  if (row.credit_hold_id !== null) await settleCredits(ctx, row.credit_hold_id, settled);
  if (cost <= held) return settled;
  try {
    await ctx.db.savepoint(() => chargeCredits(ctx, cost - held));
    return cost;
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return settled;
  }
}

async function noteDown(ctx: Ctx, booking: Booking, what: string, lines: string[]): Promise<void> {
  if (booking.contact_id === null && booking.deal_id === null) return;
  await insertActivity(ctx, {
    activity_type: "note",
    subject: `${what}: ${[booking.title, booking.booker_name].filter(Boolean).join(" - ")}`.slice(0, 500),
    description: lines.join("\n").slice(0, longestText),
    contact_id: booking.contact_id,
    opportunity_id: booking.deal_id,
    created_by: "Notetaker",
  });
}

/** "[01:05] Ada Price: The tap drips." */
function lineOf({ speaker, atSeconds, text }: SpokenPart): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `[${two(atSeconds / 60)}:${two(atSeconds % 60)}] ${speaker}: ${text}`;
}
