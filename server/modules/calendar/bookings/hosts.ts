import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { DateOverride, Host, WeeklyHours } from "../slots/slots.ts";
import { usualHours } from "../availability/availability.ts";

/** The longest a booking can keep its time, buffers included; the table's constraint says the same. */
export const longestBlockMs = 3 * 24 * 60 * 60 * 1000;

export type HostsQuery = {
  /** Only these members; empty means everybody on the staff. */
  memberIds?: readonly string[];
  /** Busy times that touch [from, to). */
  from: Date;
  to: Date;
  excludeBookingId?: string;
};

/**
 * Who can take bookings, in a stable order, with hours and busy times: two statements however many there are.
 * A member's own hours, zone and date overrides come before the company's, each on its own.
 */
export async function loadHosts(ctx: Ctx, query: HostsQuery): Promise<Host[]> {
  const [members, busy] = await Promise.all([hoursOf(ctx, query.memberIds ?? []), busyOf(ctx, query)]);
  const hosts = new Map<string, Host>(
    members.map((member) => [
      member.id,
      {
        id: member.id,
        hours: {
          weeklyHours: member.weekly_hours ?? usualHours,
          dateOverrides: member.date_overrides ?? [],
          timeZone: member.timezone,
        },
        busy: [],
      },
    ]),
  );
  for (const { member_id, busy_from, busy_until } of busy) {
    hosts.get(member_id)?.busy.push([busy_from, busy_until]);
  }
  return [...hosts.values()];
}

type HoursRow = {
  id: string;
  weekly_hours: WeeklyHours | null;
  date_overrides: DateOverride[] | null;
  timezone: string;
};

function hoursOf(ctx: Ctx, memberIds: readonly string[]): Promise<HoursRow[]> {
  const chosen = memberIds.length > 0 ? sql`m.id = any(${[...memberIds]}::uuid[])` : sql`m.is_staff`;
  return ctx.db.raw(sql<HoursRow>`
    select m.id,
           coalesce(own.weekly_hours, company.weekly_hours) as weekly_hours,
           coalesce(own.date_overrides, company.date_overrides) as date_overrides,
           coalesce(own.timezone, company.timezone, w.time_zone) as timezone
      from members m
      join workspaces w on w.id = m.workspace_id
      left join scheduling_availability own on own.workspace_id = m.workspace_id and own.member_id = m.id
      left join scheduling_availability company
        on company.workspace_id = m.workspace_id and company.member_id is null
     where m.workspace_id = ${ctx.workspaceId} and m.status = 'active' and ${chosen}
     order by m.created_at, m.id`);
}

/** In epoch milliseconds: a month of a busy team is thousands of instants, and reading each as a date costs more than the query. */
type BusyRow = { member_id: string; busy_from: number; busy_until: number };

// Comparisons of instants only: the range operators are not leakproof, so row level security would keep them from an index.
function busyOf(ctx: Ctx, { from, to, excludeBookingId }: HostsQuery): Promise<BusyRow[]> {
  const earliest = new Date(from.getTime() - longestBlockMs);
  return ctx.db.raw(sql<BusyRow>`
    select member_id, (extract(epoch from blocked_from) * 1000)::float8 as busy_from,
           (extract(epoch from blocked_until) * 1000)::float8 as busy_until
      from bookings
     where workspace_id = ${ctx.workspaceId} and status in ('confirmed', 'attended', 'late')
       and blocked_from > ${earliest} and blocked_from < ${to} and blocked_until > ${from}
       and member_id is not null and id is distinct from ${excludeBookingId ?? null}::uuid
    union all
    select member_id, (extract(epoch from starts_at) * 1000)::float8, (extract(epoch from ends_at) * 1000)::float8
      from external_busy
     where workspace_id = ${ctx.workspaceId} and ends_at > ${from} and starts_at < ${to}`);
}
