import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { DateOverride, Host, WeeklyHours } from "../slots/slots.ts";
import { heldOverrides, usualHours } from "../availability/availability.ts";
import { busyTimesOf } from "./busy-cache.ts";
import type { BusyTimes, BusyWindow } from "./busy.store.ts";

export type HostsQuery = BusyWindow & {
  /** Only these members; empty means everybody on the staff. */
  memberIds?: readonly string[];
};

/** Who can take bookings, with hours and busy times. */
export async function loadHosts(ctx: Ctx, query: HostsQuery): Promise<Host[]> {
  return (await loadTakers(ctx, query)).hosts;
}

/**
 * Who can take bookings, in a stable order, with hours and busy times, and when anything is taken: two statements
 * however many there are. A member's own hours and zone come before the company's, each on its own; dates the company is closed on hold for all who do not
 * say otherwise.
 */
export async function loadTakers(
  ctx: Ctx,
  query: HostsQuery,
): Promise<{ hosts: Host[]; busyTimes: BusyTimes }> {
  const [members, busyTimes] = await Promise.all([
    hoursOf(ctx, query.memberIds ?? []),
    busyTimesOf(ctx, query),
  ]);
  const hosts = members.map((member): Host => ({
    id: member.id,
    hours: {
      weeklyHours: member.weekly_hours ?? usualHours,
      dateOverrides: heldOverrides(member.own_overrides, member.company_overrides),
      timeZone: member.timezone,
    },
    busy: busyTimes.get(member.id) ?? [],
  }));
  return { hosts, busyTimes };
}

type HoursRow = {
  id: string;
  weekly_hours: WeeklyHours | null;
  own_overrides: DateOverride[] | null;
  company_overrides: DateOverride[] | null;
  timezone: string;
};

function hoursOf(ctx: Ctx, memberIds: readonly string[]): Promise<HoursRow[]> {
  const chosen = memberIds.length > 0 ? sql`m.id = any(${[...memberIds]}::uuid[])` : sql`m.is_staff`;
  return ctx.db.raw(sql<HoursRow>`
    select m.id,
           coalesce(own.weekly_hours, company.weekly_hours) as weekly_hours,
           own.date_overrides as own_overrides, company.date_overrides as company_overrides,
           coalesce(own.timezone, company.timezone, w.time_zone) as timezone
      from members m
      join workspaces w on w.id = m.workspace_id
      left join scheduling_availability own on own.workspace_id = m.workspace_id and own.member_id = m.id
      left join scheduling_availability company
        on company.workspace_id = m.workspace_id and company.member_id is null
     where m.workspace_id = ${ctx.workspaceId} and m.status = 'active' and ${chosen}
     order by m.created_at, m.id`);
}
