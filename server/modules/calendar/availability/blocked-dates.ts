import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { longestBlockMs } from "../bookings/busy.store.ts";
import type { DateOverride } from "../slots/slots.ts";
import { dayBounds } from "../slots/wall-clock.ts";

type Affected = { id: string; title: string; starts_at: string };

const most = 100;

/**
 * The bookings to come on dates that are blocked, earliest first: a member's, or for the company those of everybody who says
 * nothing of the date themselves. They keep their times, and whoever blocks the dates may not know of them.
 */
export async function bookingsOnBlockedDates(
  ctx: Ctx,
  memberId: string | null,
  overrides: readonly DateOverride[],
  zone: string,
): Promise<Affected[]> {
  const days = overrides
    .filter(({ type }) => type === "blocked")
    .map(({ date }) => ({ date, bounds: dayBounds(date, zone) }));
  if (days.length === 0) return [];
  const from = new Date(Math.max(ctx.now.getTime(), Math.min(...days.map(({ bounds }) => bounds[0]))));
  const to = new Date(Math.max(...days.map(({ bounds }) => bounds[1])));
  const hosts =
    memberId === null ? sql`cardinality(b.host_ids) > 0` : sql`${memberId}::uuid = any(b.host_ids)`;
  const rows = await ctx.db.raw(sql<{
    id: string;
    title: string;
    starts_at: Date;
    ends_at: Date;
    host_ids: string[];
  }>`
    select b.id, b.title, b.starts_at, b.ends_at, b.host_ids from bookings b
     where b.workspace_id = ${ctx.workspaceId} and b.status = 'confirmed'
       and b.starts_at > ${new Date(from.getTime() - longestBlockMs)} and b.starts_at < ${to} and b.ends_at > ${from}
       and ${hosts}
     order by b.starts_at, b.id`);
  const named = memberId === null ? await datesNamedByMembers(ctx) : new Map<string, Set<string>>();
  const closes = (date: string, hostIds: string[]) =>
    memberId !== null || hostIds.some((host) => !named.get(host)?.has(date));
  return rows
    .filter((row) =>
      days.some(
        ({ date, bounds: [start, end] }) =>
          row.starts_at.getTime() < end && row.ends_at.getTime() > start && closes(date, row.host_ids),
      ),
    )
    .slice(0, most)
    .map(({ id, title, starts_at }) => ({ id, title, starts_at: starts_at.toISOString() }));
}

/** The dates members have an override of their own for. */
async function datesNamedByMembers(ctx: Ctx): Promise<Map<string, Set<string>>> {
  const rows = await ctx.db
    .from("scheduling_availability")
    .select(["member_id", "date_overrides"])
    .where("member_id", "is not", null)
    .where("date_overrides", "is not", null)
    .execute();
  return new Map(
    rows.map((row) => [row.member_id ?? "", new Set((row.date_overrides ?? []).map(({ date }) => date))]),
  );
}
