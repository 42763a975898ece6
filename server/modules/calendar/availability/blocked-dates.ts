import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { longestBlockMs } from "../bookings/busy.store.ts";
import type { DateOverride } from "../slots/slots.ts";
import { dayBounds } from "../slots/wall-clock.ts";

type Affected = { id: string; title: string; starts_at: string };

const most = 100;

/**
 * The bookings to come on dates that are blocked, earliest first: a member's, or for the company those of everybody who has no
 * overrides of their own. They keep their times, and whoever blocks the dates may not know of them.
 */
export async function bookingsOnBlockedDates(
  ctx: Ctx,
  memberId: string | null,
  overrides: readonly DateOverride[],
  zone: string,
): Promise<Affected[]> {
  const days = overrides.filter(({ type }) => type === "blocked").map(({ date }) => dayBounds(date, zone));
  if (days.length === 0) return [];
  const from = new Date(Math.max(ctx.now.getTime(), Math.min(...days.map(([start]) => start))));
  const to = new Date(Math.max(...days.map(([, end]) => end)));
  const hosts =
    memberId === null
      ? sql`exists (
          select from unnest(b.host_ids) host
           where not exists (
             select from scheduling_availability own
              where own.workspace_id = b.workspace_id and own.member_id = host and own.date_overrides is not null))`
      : sql`${memberId}::uuid = any(b.host_ids)`;
  const rows = await ctx.db.raw(sql<{ id: string; title: string; starts_at: Date; ends_at: Date }>`
    select b.id, b.title, b.starts_at, b.ends_at from bookings b
     where b.workspace_id = ${ctx.workspaceId} and b.status = 'confirmed'
       and b.starts_at > ${new Date(from.getTime() - longestBlockMs)} and b.starts_at < ${to} and b.ends_at > ${from}
       and ${hosts}
     order by b.starts_at, b.id`);
  return rows
    .filter((row) =>
      days.some(([start, end]) => row.starts_at.getTime() < end && row.ends_at.getTime() > start),
    )
    .slice(0, most)
    .map(({ id, title, starts_at }) => ({ id, title, starts_at: starts_at.toISOString() }));
}
