import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { job } from "../../../kernel/jobs.ts";
import type { JobCtx } from "../../../kernel/jobs.ts";
import { ProviderError } from "../../../providers/errors.ts";
import type { CalendarEvent, WrittenEvent } from "../../../providers/calendar/port.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import { findBooking } from "../bookings/bookings.store.ts";
import { findService } from "../services/services.store.ts";
import { DAY_MS, MINUTE_MS } from "../slots/wall-clock.ts";
import { digestOf, eventOf } from "./booking-event.ts";
import type { BookingEvent } from "./booking-event.ts";
import type { Connection } from "./connection.ts";
import { accountIn, findLocked } from "./connections.store.ts";
import { markRevoked, nextAttempt, toldOf } from "./failures.ts";
import { keepMeetingLink } from "./meeting-link.ts";
import { planWrites } from "./plan-writes.ts";
import { leftBehind, sittingOf, withSittings } from "./sitting.ts";

type Payload = { bookingId: string; connectionId: string };

const claimMs = 5 * MINUTE_MS;
/** In place of a digest, from before an event is first asked for until it is known to be there or not. */
const unknown = "unknown";
/** How long after a booking its event is still put right. */
const giveUpMs = 7 * DAY_MS;

/**
 * Brings one calendar to what a booking is now: writes, changes or deletes its event. It looks at the booking when it runs and
 * not at what happened to it, and does so one at a time, so whatever order jobs come in, the last state is what stands.
 */
export const writeBooking = job<Payload>({
  name: "write-booking",
  expireSeconds: 240,
  async run(one, payload) {
    const task = await one.transaction((ctx) => takeTask(ctx, payload));
    if (!task) return;
    try {
      const written = await carryOut(one, task);
      await one.transaction((ctx) => keep(ctx, task, written));
    } catch (error) {
      await one.transaction((ctx) => noteFailure(ctx, task, error));
      if (!(error instanceof ProviderError)) throw error;
    }
  },
});

/** At most one waits for a booking and a calendar: it will find the newest state. */
export function enqueueWrite(ctx: Ctx, bookingId: string, connectionId: string, at?: Date): void {
  const key = `${bookingId} ${connectionId}${at ? " later" : ""}`;
  ctx.enqueue(writeBooking, { bookingId, connectionId }, { key, ...(at ? { startAt: at } : {}) });
}

type Task = Payload & {
  connection: Connection;
  externalId: string | null;
  claim: string;
  event: CalendarEvent;
  /** Whether it should be there. */
  wanted: boolean;
  /** It was asked for before and nobody heard: as it was then, it may be there. */
  maybeThere: boolean;
};

async function takeTask(ctx: Ctx, { bookingId, connectionId }: Payload): Promise<Task | undefined> {
  const connection = await ctx.db
    .from("calendar_connections")
    .selectAll()
    .where("id", "=", connectionId)
    .where("is_removed", "=", false)
    .executeTakeFirst();
  if (!connection) return undefined;
  const row = await lockRow(ctx, bookingId, connectionId);
  const booking = row && (await findBooking(ctx, bookingId));
  if (!booking) return undefined;
  if (row.claimed_until && row.claimed_until > ctx.now) {
    enqueueWrite(ctx, bookingId, connectionId, row.claimed_until);
    return undefined;
  }
  // Connected again, its bookings are planned anew.
  if (connection.status === "revoked") return undefined;
  if (row.occasion_id !== booking.occasion_id) {
    await updateRow(ctx, row, { occasion_id: booking.occasion_id });
    await planWrites(ctx, await leftBehind(ctx, booking, row.occasion_id));
  }
  const sitting = await sittingOf(ctx, booking);
  const wanted =
    sitting[0]?.id === booking.id &&
    connection.writes_bookings &&
    booking.host_ids.includes(connection.member_id);
  const service = booking.event_type_id ? await findService(ctx, { id: booking.event_type_id }) : undefined;
  const { timeZone } = await workspaceOf(ctx);
  const event = eventOf(booking, connection, { service, timeZone, sitting });
  const isOver = booking.ends_at.getTime() < ctx.now.getTime() - (wanted ? 0 : giveUpMs);
  const stands = row.digest === (wanted ? digestOf(event) : null);
  if (isOver || stands) return undefined;
  const claim = randomUUID();
  const claimedUntil = new Date(ctx.now.getTime() + claimMs);
  await updateRow(ctx, row, { claim, claimed_until: claimedUntil, digest: row.digest ?? unknown });
  const maybeThere = row.digest === unknown;
  const externalId = row.external_id;
  return { bookingId, connectionId, connection, claim, event, wanted, maybeThere, externalId };
}

async function carryOut(one: JobCtx, task: Task): Promise<WrittenEvent | undefined> {
  const { connection, externalId, event, wanted } = task;
  const provider = one.app.ports.calendars[connection.provider];
  const account = accountIn(one, connection);
  if (!wanted) {
    // Whether it was written may be unknown: then it is looked for, or written to learn its name.
    const find = () => provider.findEvent?.(account, event) ?? provider.insertEvent(account, event);
    const found = externalId ?? (await find())?.externalId;
    if (found !== undefined) await provider.deleteEvent(account, found);
    return undefined;
  }
  if (externalId !== null) return provider.updateEvent(account, externalId, event);
  const written = await provider.insertEvent(account, event);
  return task.maybeThere ? provider.updateEvent(account, written.externalId, event) : written;
}

async function keep(ctx: Ctx, task: Task, written: WrittenEvent | undefined): Promise<void> {
  const { bookingId, connectionId, event, wanted } = task;
  const row = await lockRow(ctx, bookingId, connectionId);
  if (!row) return;
  await updateRow(ctx, row, {
    external_id: written?.externalId ?? null,
    digest: wanted ? digestOf(event) : null,
    status: wanted ? "written" : "deleted",
    failures: 0,
    last_error: null,
    next_attempt_at: null,
    ...(row.claim === task.claim ? released : {}),
  });
  const isNews = written?.meetingUrl ? await tellLink(ctx, bookingId, written.meetingUrl) : false;
  // The booking may have changed while we wrote, and the other hosts' events name the call.
  if (isNews) await planWrites(ctx, [bookingId]);
  else enqueueWrite(ctx, bookingId, connectionId);
}

/** Everybody at the sitting meets in one call; answers whether it is news to anybody. */
async function tellLink(ctx: Ctx, bookingId: string, url: string): Promise<boolean> {
  let isNews = false;
  for (const id of await withSittings(ctx, [bookingId])) {
    isNews = (await keepMeetingLink(ctx, id, url)) || isNews;
  }
  return isNews;
}

async function noteFailure(ctx: Ctx, task: Task, error: unknown): Promise<void> {
  const { bookingId, connectionId } = task;
  const row = await lockRow(ctx, bookingId, connectionId);
  if (row?.claim !== task.claim) return;
  if (!(error instanceof ProviderError)) {
    await updateRow(ctx, row, released);
    return;
  }
  ctx.log.warn({ bookingId, connectionId, code: error.code }, "a booking could not be written to a calendar");
  const failures = row.failures + 1;
  const at = error.code === "revoked" ? null : nextAttempt(ctx.now, failures, error);
  await updateRow(ctx, row, {
    status: "failed",
    failures,
    last_error: toldOf(error),
    next_attempt_at: at,
    ...released,
  });
  if (at) return enqueueWrite(ctx, bookingId, connectionId, at);
  const connection = await findLocked(ctx, connectionId);
  if (connection) await markRevoked(ctx, connection, error);
}

const released = { claim: null, claimed_until: null };

/** The booking's row for a calendar, made if there is none; undefined where there is no such booking any more. */
async function lockRow(ctx: Ctx, bookingId: string, connectionId: string): Promise<BookingEvent | undefined> {
  await ctx.db.raw(sql`
    insert into booking_calendar_events
      (workspace_id, booking_id, connection_id, occasion_id, status, failures, created_at, updated_at)
    select b.workspace_id, b.id, ${connectionId}, b.occasion_id, 'pending', 0, ${ctx.now}, ${ctx.now}
      from bookings b where b.workspace_id = ${ctx.workspaceId} and b.id = ${bookingId}
    on conflict do nothing`);
  return ctx.db
    .from("booking_calendar_events")
    .selectAll()
    .where("booking_id", "=", bookingId)
    .where("connection_id", "=", connectionId)
    .forUpdate()
    .executeTakeFirst();
}

async function updateRow(ctx: Ctx, row: BookingEvent, values: Partial<BookingEvent>): Promise<void> {
  await ctx.db
    .update("booking_calendar_events")
    .set({ ...values, updated_at: ctx.now })
    .where("booking_id", "=", row.booking_id)
    .where("connection_id", "=", row.connection_id)
    .execute();
}
