import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { StoredEvent } from "../../../kernel/events.ts";
import { stopFollowing } from "../../../kernel/followers.ts";
import type { Follower } from "../../../kernel/followers.ts";
import { reconcileConflicts } from "./conflicts.ts";
import { followerName } from "./connections.store.ts";
import { planWrites } from "./plan-writes.ts";

const followed: ReadonlySet<string> = new Set([
  "booking.created",
  "booking.rescheduled",
  "booking.cancelled",
  "booking.no_show",
]);

/** What happens to bookings, for the calendars of their hosts. Where nobody has connected one, nothing is followed. */
export const externalCalendarsFollower: Follower = { name: followerName, take };

async function take(ctx: Ctx, events: readonly StoredEvent[]): Promise<void> {
  const connected = await ctx.db
    .from("calendar_connections")
    .select("id")
    .where("is_removed", "=", false)
    .limit(1)
    .executeTakeFirst();
  if (!connected) return stopFollowing(ctx, followerName);
  const bookingIds = new Set(
    events.filter(({ type }) => followed.has(type)).flatMap(({ recordId }) => recordId ?? []),
  );
  if (bookingIds.size === 0) return;
  await planWrites(ctx, [...bookingIds]);
  const rows = await ctx.db
    .from("bookings")
    .select("host_ids")
    .where(sql<boolean>`id = any(${[...bookingIds]}::uuid[])`)
    .execute();
  const conflicting = await ctx.db
    .from("calendar_conflicts")
    .select("member_id")
    .where("status", "=", "open")
    .where(sql<boolean>`booking_id = any(${[...bookingIds]}::uuid[])`)
    .execute();
  const memberIds = [...rows.flatMap((row) => row.host_ids), ...conflicting.map((row) => row.member_id)];
  await reconcileConflicts(ctx, [...new Set(memberIds)]);
}
