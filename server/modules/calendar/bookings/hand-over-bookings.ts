/** What has to happen in the calendar when somebody leaves the team. */
import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { job } from "../../../kernel/jobs.ts";
import { recordUpdated } from "../../../kernel/lifecycle.ts";
import type { Reaction } from "../../../kernel/operation.ts";
import { queueEmail } from "../../messaging/email/queue-email.ts";
import { mailableAdministrators } from "../../workspace/members/members.store.ts";
import { connectionsOf } from "../external/connections.store.ts";
import { disconnect } from "../external/delete-connection.ts";
import { endFeeds } from "../feeds/feeds.store.ts";
import { formatDateTime, MINUTE_MS } from "../slots/wall-clock.ts";
import type { Booking } from "./booking.ts";
import { bookingsLeftBy, recordHostLeft } from "./host-left.store.ts";

type Leaver = { id: string; name: string };

/** A booking that was being made while its host left is found by a second look. */
const secondLookMs = 5 * MINUTE_MS;

/**
 * Takes a member who has left out of the calendar: no event type is theirs, their own calendars and feeds hear of no booking
 * any more, and each booking they were to give is an open conflict that the administrators are told of.
 */
export const handOverBookings = job<{ memberId: string; look: number }>({
  name: "hand-over-bookings",
  async run(one, { memberId, look }) {
    await one.transaction(async (ctx) => {
      const leaver = await ctx.db
        .from("members")
        .select(["id", "name"])
        .where("id", "=", memberId)
        .where("status", "=", "removed")
        .executeTakeFirst();
      if (!leaver) return;
      const orphaned = await leaveEventTypes(ctx, leaver);
      for (const connection of await connectionsOf(ctx, leaver.id)) {
        await disconnect(ctx, connection, { removeEvents: true });
      }
      await endFeeds(ctx, leaver.id);
      const left: Booking[] = [];
      for (const booking of await bookingsLeftBy(ctx, leaver.id)) {
        if (await recordHostLeft(ctx, booking, leaver)) left.push(booking);
      }
      if (left.length > 0 || orphaned.length > 0) await tellAdministrators(ctx, leaver, left, orphaned);
      if (look === 1) {
        const startAt = new Date(ctx.now.getTime() + secondLookMs);
        ctx.enqueue(handOverBookings, { memberId, look: 2 }, { startAt });
      }
    });
  },
});

export const reactToLeaving: Reaction = {
  on: "user.deleted",
  job: handOverBookings as never,
  payload: ({ recordId }) => (recordId === null ? undefined : { memberId: recordId, look: 1 }),
};

/**
 * Takes the leaver off every event type. One that nobody else gives is put away, since a type assigned to nobody is
 * everybody's; the names of those are answered.
 */
async function leaveEventTypes(ctx: Ctx, leaver: Leaver): Promise<string[]> {
  const theirs = await ctx.db
    .from("scheduled_event_types")
    .selectAll()
    .where(sql<boolean>`${leaver.id}::uuid = any(booking_assigned_user_ids)`)
    .orderBy("id")
    .forUpdate()
    .execute();
  const orphaned: string[] = [];
  for (const before of theirs) {
    const others = before.booking_assigned_user_ids.filter((id) => id !== leaver.id);
    const isOrphaned = others.length === 0;
    if (isOrphaned) orphaned.push(before.name);
    const after = await ctx.db
      .update("scheduled_event_types")
      .set({
        booking_assigned_user_ids: others,
        ...(isOrphaned ? { is_active: false, is_bookable: false } : {}),
        updated_at: ctx.now,
      })
      .where("id", "=", before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    recordUpdated(ctx, "scheduled_event_type", before, after);
  }
  return orphaned;
}

const mostListed = 20;

async function tellAdministrators(
  ctx: Ctx,
  { name }: Leaver,
  left: readonly Booking[],
  orphaned: readonly string[],
): Promise<void> {
  const count = left.length === 1 ? "1 booking needs" : `${left.length} bookings need`;
  const text = [
    `${name} is not on the team any more.`,
    ...(left.length > 0 ? [`${count} somebody else to give them:\n${linesOf(left)}`] : []),
    ...(left.length > 0
      ? [
          "Move each to somebody who is free (at the same time, if you like), or cancel it. Until then it is an open conflict: GET /api/v1/calendar-conflicts?status=open&kind=host_left.",
        ]
      : []),
    ...orphaned.map(
      (type) => `Nobody else gives ${type}: it is not offered until you assign somebody and make it active.`,
    ),
  ].join("\n\n");
  const subject =
    left.length > 0 ? `${count} somebody: ${name} has left` : `${name} has left: event types put away`;
  for (const { name: toName, email: to } of await mailableAdministrators(ctx)) {
    await queueEmail(ctx, { emailType: "host_left", to, toName, subject, text });
  }
}

function linesOf(left: readonly Booking[]): string {
  const lines = left.slice(0, mostListed).map((booking) => {
    const when = `${formatDateTime(booking.starts_at.getTime(), booking.timezone)} (${booking.timezone})`;
    return `- ${[`${booking.title}, ${when}`, booking.booker_name, booking.booker_phone].filter(Boolean).join(", ")}`;
  });
  return [...lines, ...(left.length > mostListed ? [`- and ${left.length - mostListed} more`] : [])].join(
    "\n",
  );
}
