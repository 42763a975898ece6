import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import { dayBounds, wallTimeAt } from "../slots/wall-clock.ts";
import { loadOf } from "./busy.store.ts";
import type { Choice, WantedTime } from "./choices.ts";

/**
 * Choices in the order they are tried: the hosts a booking had first, then a sitting that has begun to fill, then by whose turn it is (round robin), or
 * by how little a host has that day. Equals keep the order of the staff.
 */
export async function inTurn(ctx: Ctx, choices: Choice[], wanted: WantedTime): Promise<Choice[]> {
  if (choices.length < 2) return choices;
  const hosts = choices.flatMap((one) => one.hostIds);
  const { timeZone } = await workspaceOf(ctx);
  const before =
    wanted.service?.host_assignment === "round_robin"
      ? await turnsOf(ctx, wanted.service.id, hosts, monthOf(wanted.startsAt, timeZone))
      : await loadsOf(ctx, hosts, wanted.startsAt, timeZone);
  const place = (choice: Choice) => before.get(choice.hostIds[0]!) ?? 0;
  const stays = (choice: Choice) => Number(choice.hostIds.join() === wanted.keep?.hostIds.join());
  return choices.toSorted(
    (a, b) => stays(b) - stays(a) || Number(b.joins) - Number(a.joins) || place(a) - place(b),
  );
}

function loadsOf(ctx: Ctx, memberIds: string[], at: Date, zone: string): Promise<Map<string, number>> {
  const [from, to] = dayBounds(wallTimeAt(at.getTime(), zone).date, zone);
  return loadOf(ctx, memberIds, new Date(from), new Date(to));
}

function monthOf(at: Date, zone: string): [Date, Date] {
  const { date } = wallTimeAt(at.getTime(), zone);
  const [year, month] = date.split("-").map(Number) as [number, number];
  const first = `${date.slice(0, 7)}-01`;
  const next = `${month === 12 ? year + 1 : year}-${String((month % 12) + 1).padStart(2, "0")}-01`;
  return [new Date(dayBounds(first, zone)[0]), new Date(dayBounds(next, zone)[0])];
}

/**
 * The members' places in the queue: fewest bookings and holds of this service in the month first, then who has waited
 * longest since the last one was made, whenever it takes place. Read under the service's lock (see lockForChoice).
 */
async function turnsOf(
  ctx: Ctx,
  serviceId: string,
  memberIds: string[],
  [from, to]: [Date, Date],
): Promise<Map<string, number>> {
  const mine = sql`workspace_id = ${ctx.workspaceId} and event_type_id = ${serviceId} and member_id = host.id`;
  const inMonth = sql`starts_at >= ${from} and starts_at < ${to}`;
  const rows = await ctx.db.raw(sql<{ id: string }>`
    select host.id
      from unnest(${memberIds}::uuid[]) with ordinality host (id, place)
     cross join lateral (
       select (select count(*) from bookings where ${mine} and ${inMonth} and status <> 'cancelled')
            + (select count(*) from slot_holds where ${mine} and ${inMonth} and expires_at > ${ctx.now}) as turns) given
      left join lateral (
       select created_at, id as booking_id from bookings where ${mine} order by created_at desc, id desc limit 1) latest on true
     order by given.turns, latest.created_at nulls first, latest.booking_id nulls first, host.place`);
  return new Map(rows.map((row, place) => [row.id, place]));
}
