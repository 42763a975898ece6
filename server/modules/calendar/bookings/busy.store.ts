/** What is in the way of a slot. Each of these is one statement, however many hosts there are. */
import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { Service } from "../services/service.ts";
import type { SlotRules } from "../slots/slots.ts";
import { DAY_MS } from "../slots/wall-clock.ts";

/** The longest a booking can keep its time, buffers included; the tables' constraints say the same. */
export const longestBlockMs = 3 * DAY_MS;

export type BusyWindow = {
  /** What touches [from, to). */
  from: Date;
  to: Date;
  /** What this booking takes does not count: it is about to move. */
  excludeBookingId?: string | undefined;
};

/** [from, until) in epoch milliseconds, by the ids of members and resources; those that are free have no entry. */
export type BusyTimes = Map<string, [number, number][]>;

/**
 * When members and resources are taken: by bookings, by holds that have not expired, by calendars kept elsewhere.
 * A row for each of them with its times as JSON, because a month of a busy team is thousands of times, and to read a row for
 * each takes longer than to find them. Comparisons of instants only: the range operators are not leakproof, so row level
 * security would keep them from an index.
 */
export async function readBusyTimes(
  ctx: Ctx,
  { from, to, excludeBookingId }: BusyWindow,
): Promise<BusyTimes> {
  const earliest = new Date(from.getTime() - longestBlockMs);
  const rows = await ctx.db.raw(sql<{ subject_id: string; times: string }>`
    select subject_id, '[[' || string_agg(${epochMs("busy_from")} || ',' || ${epochMs("busy_until")}, '],[') || ']]' as times
      from (
        select subject_id, claimed_from as busy_from, claimed_until as busy_until
          from slot_claims
         where workspace_id = ${ctx.workspaceId}
           and claimed_from > ${earliest} and claimed_from < ${to} and claimed_until > ${from}
           and (expires_at is null or expires_at > ${ctx.now})
           and ${excludeBookingId === undefined ? sql`true` : sql`booking_id is distinct from ${excludeBookingId}`}
        union all
        select member_id, starts_at, ends_at
          from external_busy
         where workspace_id = ${ctx.workspaceId} and ends_at > ${from} and starts_at < ${to}) busy
     group by subject_id`);
  return new Map(rows.map((row) => [row.subject_id, JSON.parse(row.times) as [number, number][]]));
}

// Not extract(): that one reckons in decimals, which takes several times as long.
function epochMs(column: "busy_from" | "busy_until") {
  return sql`(date_part('epoch', ${sql.ref(column)}) * 1000)::int8`;
}

type SittingRow = { host_ids: string[]; starts_at: number; taken: number; resource_ids: string[] };

/** The sittings of a class that have begun to fill, whose length and buffers are still the service's. */
export function sittingsOf(
  ctx: Ctx,
  service: Service,
  rules: SlotRules,
  { from, to, excludeBookingId }: BusyWindow,
): Promise<SittingRow[]> {
  const earliest = new Date(from.getTime() - longestBlockMs);
  const likeNow = sql`ends_at - starts_at = ${rules.durationMinutes} * interval '1 minute'
       and starts_at - blocked_from = ${rules.bufferBeforeMinutes} * interval '1 minute'
       and blocked_until - ends_at = ${rules.bufferAfterMinutes} * interval '1 minute'`;
  const near = sql`workspace_id = ${ctx.workspaceId} and event_type_id = ${service.id}
       and starts_at > ${earliest} and starts_at < ${to} and occasion_id <> id and ${likeNow}`;
  return ctx.db.raw(sql<SittingRow>`
    select string_to_array(min(hosts), ',') as host_ids, (extract(epoch from starts_at) * 1000)::float8 as starts_at,
           count(*)::int as taken, string_to_array(max(resources), ',') as resource_ids
      from (
        select occasion_id, starts_at, array_to_string(host_ids, ',') as hosts, array_to_string(resource_ids, ',') as resources
          from bookings
         where ${near} and status in ('confirmed', 'attended', 'late') and id is distinct from ${excludeBookingId ?? null}::uuid
        union all
        select occasion_id, starts_at, array_to_string(host_ids, ','), array_to_string(resource_ids, ',')
          from slot_holds
         where ${near} and expires_at > ${ctx.now}) seats
     group by occasion_id, starts_at`);
}

type VisitRow = { host_ids: string[]; starts_at: number; ends_at: number; postal_code: string };

/** Where hosts are, and when: a day further on both sides than asked, which no way takes longer than. */
export function visitsOf(ctx: Ctx, { from, to, excludeBookingId }: BusyWindow): Promise<VisitRow[]> {
  const earliest = new Date(from.getTime() - longestBlockMs - DAY_MS);
  const latest = new Date(to.getTime() + DAY_MS);
  const near = sql`workspace_id = ${ctx.workspaceId} and starts_at > ${earliest} and starts_at < ${latest}
       and ends_at > ${new Date(from.getTime() - DAY_MS)} and postal_code is not null`;
  const shown = sql`host_ids, (extract(epoch from starts_at) * 1000)::float8 as starts_at,
           (extract(epoch from ends_at) * 1000)::float8 as ends_at, postal_code`;
  return ctx.db.raw(sql<VisitRow>`
    select ${shown} from bookings
     where ${near} and status in ('confirmed', 'attended', 'late') and id is distinct from ${excludeBookingId ?? null}::uuid
    union all
    select ${shown} from slot_holds where ${near} and expires_at > ${ctx.now}`);
}

/** How many sittings of any kind each member gives from [from, to); those without any are left out. */
export async function loadOf(
  ctx: Ctx,
  memberIds: readonly string[],
  from: Date,
  to: Date,
): Promise<Map<string, number>> {
  const rows = await ctx.db.raw(sql<{ subject_id: string; sittings: number }>`
    select subject_id, count(distinct occasion_id)::int as sittings from slot_claims
     where workspace_id = ${ctx.workspaceId} and claimed_from >= ${from} and claimed_from < ${to}
       and subject_id = any(${[...memberIds]}::uuid[]) and (expires_at is null or expires_at > ${ctx.now})
     group by subject_id`);
  return new Map(rows.map((row) => [row.subject_id, row.sittings]));
}
