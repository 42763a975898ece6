import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { isId, newId } from "../../../kernel/ids.ts";
import type { CalendarChanges, RemoteChange } from "../../../providers/calendar/port.ts";
import { bookingIdIn } from "./booking-uid.ts";
import type { Connection } from "./connection.ts";
import { keepMeetingLink } from "./meeting-link.ts";

type Present = Exclude<RemoteChange, { removed: true }>;
const batch = 500;
const longestTitle = 500;

/** Replaces what is known of the entries that changed, or of all. Bookings of ours that come back are not busy twice. */
export async function storeChanges(
  ctx: Ctx,
  connection: Connection,
  { full, changes }: CalendarChanges,
): Promise<void> {
  const named = changes.map(({ externalId }) => externalId);
  const before = ctx.db.remove("external_busy").where("connection_id", "=", connection.id);
  if (full) await before.execute();
  else if (named.length > 0) {
    await before.where(sql<boolean>`external_id = any(${named}::text[])`).execute();
  }
  const present = changes.filter((change): change is Present => change.removed !== true);
  const ours = await bookingsAmong(ctx, present);
  const rows = present.flatMap((change) =>
    ours.has(bookingIdIn(change.uid) ?? "")
      ? []
      : change.busy
          .filter(({ start, end }) => start < end)
          .map(({ start, end }) => ({
            id: newId(ctx.now),
            member_id: connection.member_id,
            connection_id: connection.id,
            external_id: change.externalId,
            title: change.title?.slice(0, longestTitle).replaceAll("\0", "") ?? null,
            source: connection.provider,
            starts_at: start,
            ends_at: end,
            created_at: ctx.now,
          })),
  );
  for (let from = 0; from < rows.length; from += batch) {
    await ctx.db.insert("external_busy", rows.slice(from, from + batch)).execute();
  }
  for (const { uid, meetingUrl } of present) {
    const bookingId = bookingIdIn(uid);
    if (meetingUrl && bookingId && ours.has(bookingId)) await keepMeetingLink(ctx, bookingId, meetingUrl);
  }
}

/** The bookings of this workspace that the entries are. One of another business here is an appointment like any other. */
async function bookingsAmong(ctx: Ctx, present: readonly Present[]): Promise<Set<string>> {
  const ids = present.map(({ uid }) => bookingIdIn(uid)).filter((id) => id !== undefined && isId(id));
  if (ids.length === 0) return new Set();
  const rows = await ctx.db
    .from("bookings")
    .select("id")
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .execute();
  return new Set(rows.map(({ id }) => id));
}
