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

/**
 * Brings what is known of the entries that changed, or of all, to what they are. What is the same stays untouched: a calendar that
 * can only be read whole is read every few minutes, and nothing that remembers busy times should have to forget them for that.
 * Bookings of ours that come back are not busy twice.
 */
export async function storeChanges(
  ctx: Ctx,
  connection: Connection,
  { full, changes }: CalendarChanges,
): Promise<void> {
  const present = changes.filter((change): change is Present => change.removed !== true);
  const ours = await bookingsAmong(ctx, present);
  const foreign = present.filter(({ uid }) => !ours.has(bookingIdIn(uid) ?? ""));
  const wanted = new Map(foreign.flatMap((change) => entriesOf(change)).map((one) => [keyOf(one), one]));
  const named = full ? undefined : changes.map(({ externalId }) => externalId);
  const gone: string[] = [];
  for (const known of await entriesKnown(ctx, connection, named)) {
    if (!wanted.delete(keyOf(known))) gone.push(known.id);
  }
  if (gone.length > 0) {
    await ctx.db
      .remove("external_busy")
      .where(sql<boolean>`id = any(${gone}::uuid[])`)
      .execute();
  }
  const about = {
    member_id: connection.member_id,
    connection_id: connection.id,
    source: connection.provider,
    created_at: ctx.now,
  };
  const rows = [...wanted.values()].map((entry) => ({ ...entry, ...about, id: newId(ctx.now) }));
  for (let from = 0; from < rows.length; from += batch) {
    await ctx.db.insert("external_busy", rows.slice(from, from + batch)).execute();
  }
  await keepMeetingLinks(ctx, connection, present, ours);
}

type Entry = { external_id: string | null; title: string | null; starts_at: Date; ends_at: Date };

function entriesOf({ externalId, title, busy }: Present): Entry[] {
  return busy
    .filter(({ start, end }) => start < end)
    .map(({ start, end }) => ({
      external_id: externalId,
      title: title?.slice(0, longestTitle).replaceAll("\0", "") ?? null,
      starts_at: start,
      ends_at: end,
    }));
}

function keyOf({ external_id, title, starts_at, ends_at }: Entry): string {
  return JSON.stringify([external_id, title, starts_at, ends_at]);
}

async function entriesKnown(ctx: Ctx, connection: Connection, named: string[] | undefined) {
  if (named?.length === 0) return [];
  const all = ctx.db
    .from("external_busy")
    .select(["id", "external_id", "title", "starts_at", "ends_at"])
    .where("connection_id", "=", connection.id);
  return (named ? all.where(sql<boolean>`external_id = any(${named}::text[])`) : all).execute();
}

// Of several hosts the first one's calendar makes the call; a link in another's would take turns with it.
async function keepMeetingLinks(
  ctx: Ctx,
  connection: Connection,
  present: readonly Present[],
  ours: ReadonlyMap<string, string | null>,
): Promise<void> {
  for (const { uid, meetingUrl } of present) {
    const bookingId = bookingIdIn(uid);
    if (!meetingUrl || !bookingId || ours.get(bookingId) !== connection.member_id) continue;
    await keepMeetingLink(ctx, bookingId, meetingUrl);
  }
}

/**
 * The bookings of this workspace that the entries are, with their first host. One of another business here is an
 * appointment like any other.
 */
async function bookingsAmong(ctx: Ctx, present: readonly Present[]): Promise<Map<string, string | null>> {
  const ids = present.map(({ uid }) => bookingIdIn(uid)).filter((id) => id !== undefined && isId(id));
  if (ids.length === 0) return new Map();
  const rows = await ctx.db
    .from("bookings")
    .select(["id", "member_id"])
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .execute();
  return new Map(rows.map(({ id, member_id }) => [id, member_id]));
}
