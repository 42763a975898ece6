/**
 * A bot's way through a meeting. Each job only points at its row and looks at the row's state and times first: one that
 * comes twice, too early or too late finds nothing to do.
 */
import type { Ctx } from "../../../kernel/context.ts";
import { holdCredits } from "../../../kernel/credits.ts";
import { OperationError } from "../../../kernel/errors.ts";
import { job } from "../../../kernel/jobs.ts";
import type { JobCtx } from "../../../kernel/jobs.ts";
import { ProviderError } from "../../../providers/errors.ts";
import type { MeetingBot } from "../../../providers/notetaker/port.ts";
import { findBooking } from "../bookings/bookings.store.ts";
import { fail, finish } from "./finish-recording.ts";
import { expectedCredits } from "./notetaker.ts";
import type { BookingNotetaker } from "./notetaker.ts";
import { lockNotetaker, updateNotetaker } from "./notetakers.store.ts";

type Pointer = { botId: string };

const askAgainMs = 60_000;
/** A meeting may run over by this much before the bot is given up. */
const patienceMs = 4 * 60 * 60_000;

/** Tells the provider where and when the bot goes. */
export const scheduleNotetaker = job<Pointer>({
  name: "schedule-notetaker",
  retryLimit: 8,
  retryDelaySeconds: 15,
  async run(one, { botId }) {
    const found = await one.transaction((ctx) => instructions(ctx, botId));
    if (found?.row.status !== "scheduled") return;
    try {
      const { providerId } = await one.app.ports.notetaker.schedule(found.bot);
      await one.transaction(async (ctx) => {
        const row = await lockNotetaker(ctx, botId);
        if (row && row.provider_id !== providerId) {
          await updateNotetaker(ctx, row, { provider_id: providerId });
          // Called off while the provider was being told: it has to hear of that as well.
          if (row.status === "cancelled") ctx.enqueue(dismissNotetaker, { botId });
        }
      });
    } catch (error) {
      if (!givenUp(one, error)) throw error;
      await one.transaction((ctx) => fail(ctx, botId, (error as Error).message));
    }
  },
});

/** The bot is due in the meeting: the credits for the booked time are set aside. */
export const joinNotetaker = job<Pointer>({
  name: "join-notetaker",
  async run(one, { botId }) {
    await one.transaction(async (ctx) => {
      const row = await lockNotetaker(ctx, botId);
      if (row?.status !== "scheduled" || row.joins_at > ctx.now) return;
      const booking = await findBooking(ctx, row.booking_id);
      if (!booking) return;
      const hold = await heldFor(ctx, expectedCredits(booking));
      if (hold !== undefined) {
        await updateNotetaker(ctx, row, { status: "joined", credit_hold_id: hold });
        return;
      }
      await fail(ctx, botId, "the workspace has too few credits");
      ctx.enqueue(dismissNotetaker, { botId });
    });
  },
});

/** The meeting should be over: fetches the transcript, or asks again while it goes on. */
export const collectNotetaker = job<Pointer>({
  name: "collect-notetaker",
  retryLimit: 8,
  retryDelaySeconds: 15,
  async run(one, { botId }) {
    const found = await one.transaction(async (ctx) => ({
      now: ctx.now,
      ...(await instructions(ctx, botId)),
    }));
    const { row, bot, now } = found;
    if (row?.status !== "joined" || !bot || row.leaves_at > now) return;
    if (row.provider_id === null) throw new Error("the provider was not told of this bot yet");
    const recording = await one.app.ports.notetaker.recording(row.provider_id, bot);
    await one.transaction(async (ctx) => {
      if (recording.state === "ended") return finish(ctx, botId, recording);
      if (recording.state === "failed") return fail(ctx, botId, recording.reason);
      if (ctx.now.getTime() - row.leaves_at.getTime() > patienceMs) {
        return fail(ctx, botId, "no recording came of the meeting");
      }
      ctx.enqueue(collectNotetaker, { botId }, { startAt: new Date(ctx.now.getTime() + askAgainMs) });
    });
  },
});

/** Calls the bot off. */
export const dismissNotetaker = job<Pointer>({
  name: "dismiss-notetaker",
  retryLimit: 8,
  retryDelaySeconds: 15,
  async run(one, { botId }) {
    const row = await one.transaction((ctx) => lockNotetaker(ctx, botId));
    if (row?.provider_id) await one.app.ports.notetaker.cancel(row.provider_id);
  },
});

/** Enqueues what a bot has to do, from being told to handing in its transcript. */
export function enqueueStay(ctx: Ctx, { id: botId, joins_at, leaves_at }: BookingNotetaker): void {
  ctx.enqueue(scheduleNotetaker, { botId });
  ctx.enqueue(joinNotetaker, { botId }, { startAt: joins_at });
  ctx.enqueue(collectNotetaker, { botId }, { startAt: leaves_at });
}

async function instructions(
  ctx: Ctx,
  botId: string,
): Promise<{ row: BookingNotetaker; bot: MeetingBot } | undefined> {
  const row = await lockNotetaker(ctx, botId);
  const booking = row && (await findBooking(ctx, row.booking_id));
  if (!booking) return undefined;
  const hosts =
    booking.host_ids.length === 0
      ? []
      : await ctx.db.from("members").select("name").where("id", "in", booking.host_ids).execute();
  const names = [
    booking.booker_name,
    ...hosts.map(({ name }) => name),
    ...booking.attendees.map((one) => one.name ?? one.email),
  ];
  return {
    row,
    bot: {
      key: row.id,
      meetingUrl: row.meeting_url,
      title: booking.title,
      joinAt: row.joins_at,
      leaveAt: row.leaves_at,
      participants: [...new Set(names.filter((name): name is string => !!name))],
    },
  };
}

async function heldFor(ctx: Ctx, credits: number): Promise<string | undefined> {
  try {
    return await ctx.db.savepoint(() => holdCredits(ctx, credits, "notetaker"));
  } catch (error) {
    if (error instanceof OperationError && error.code === "INSUFFICIENT_CREDITS") return undefined;
    throw error;
  }
}

function givenUp(one: JobCtx, error: unknown): boolean {
  return one.lastAttempt || (error instanceof ProviderError && !error.retryable);
}
