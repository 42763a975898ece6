import type { App } from "../../../kernel/app.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import { recordDeleted } from "../../../kernel/lifecycle.ts";
import { blockingStatuses } from "../bookings/booking.ts";
import type { Booking } from "../bookings/booking.ts";
import type { SetUpBy } from "../../../makers.ts";
import { DAY_MS } from "../slots/wall-clock.ts";
import { feedNoun, recordedFeed } from "./feed.ts";
import type { CalendarFeed } from "./feed.ts";

/** How far back a feed goes. */
const pastMs = 30 * DAY_MS;
/** Years of a full diary; beyond it the last ones are left out. */
const mostBookings = 5_000;
/** Programs read every few minutes; not every look is worth a write. */
const noteReadsEveryMs = 60 * 60 * 1000;

export function insertFeed(
  ctx: Ctx,
  feed: Pick<CalendarFeed, "member_id" | "shows" | "token_hash" | keyof SetUpBy>,
): Promise<CalendarFeed> {
  return ctx.db
    .insert("calendar_feeds", {
      ...feed,
      id: newId(ctx.now),
      last_read_at: null,
      created_at: ctx.now,
      updated_at: ctx.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function lockFeed(ctx: Ctx, id: string): Promise<CalendarFeed | undefined> {
  return ctx.db.from("calendar_feeds").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
}

export function updateFeed(
  ctx: Ctx,
  id: string,
  values: Partial<Pick<CalendarFeed, "shows" | "token_hash" | keyof SetUpBy>>,
): Promise<CalendarFeed> {
  return ctx.db
    .update("calendar_feeds")
    .set({ ...values, updated_at: ctx.now })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The feed an address leads to, whichever workspace's it is. */
export function feedOfToken(app: App, tokenHash: string): Promise<CalendarFeed | undefined> {
  return app.database.system("authenticate", (kysely) =>
    kysely.selectFrom("calendar_feeds").selectAll().where("token_hash", "=", tokenHash).executeTakeFirst(),
  );
}

export async function noteRead(ctx: Ctx, feed: CalendarFeed): Promise<void> {
  if (feed.last_read_at && ctx.now.getTime() - feed.last_read_at.getTime() < noteReadsEveryMs) return;
  await ctx.db.update("calendar_feeds").set({ last_read_at: ctx.now }).where("id", "=", feed.id).execute();
}

/** Revokes the feeds whose addresses these members and keys were told, who are gone; answers how many those were. */
export async function revokeFeedsOf(ctx: Ctx, makers: readonly string[]): Promise<number> {
  const gone = await ctx.db
    .remove("calendar_feeds")
    .where("set_up_by", "in", [...makers])
    .returningAll()
    .execute();
  for (const feed of gone) recordDeleted(ctx, feedNoun, recordedFeed(feed));
  return gone.length;
}

/** Undefined once they have left, when their feeds lead nowhere. */
export async function nameOfMember(ctx: Ctx, memberId: string): Promise<string | undefined> {
  const row = await ctx.db
    .from("members")
    .select("name")
    .where("id", "=", memberId)
    .where("status", "<>", "removed")
    .executeTakeFirst();
  return row?.name;
}

/** The bookings a member gives, those of the last 30 days and all to come, in order. */
export function bookingsGivenBy(ctx: Ctx, memberId: string): Promise<Booking[]> {
  return ctx.db
    .from("bookings")
    .selectAll()
    .where("status", "in", blockingStatuses)
    .where("starts_at", ">=", new Date(ctx.now.getTime() - pastMs))
    .where(({ or, eb, ref, val }) =>
      or([eb("member_id", "=", memberId), eb(val(memberId), "=", eb.fn.any(ref("host_ids")))]),
    )
    .orderBy("starts_at")
    .orderBy("id")
    .limit(mostBookings)
    .execute();
}

/** Ends the feeds of a member who has left: their addresses lead nowhere any more. */
export async function endFeeds(ctx: Ctx, memberId: string): Promise<void> {
  const gone = await ctx.db
    .remove("calendar_feeds")
    .where("member_id", "=", memberId)
    .returningAll()
    .execute();
  for (const feed of gone) recordDeleted(ctx, "calendar_feed", recordedFeed(feed));
}
