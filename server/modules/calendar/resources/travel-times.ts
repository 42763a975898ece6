import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";

interface SchedulingTravelTimesTable {
  workspace_id: string;
  from_postal_code: string;
  to_postal_code: string;
  minutes: number;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    scheduling_travel_times: SchedulingTravelTimesTable;
  }
}

/** "se1 7pb" and "SE17PB" are one place. */
export function postalCodeKey(code: string): string {
  return code.replace(/[\s-]+/g, "").toUpperCase();
}

export type TravelTime = { from: string; to: string; minutes: number };

export async function listTravelTimes(ctx: Ctx): Promise<TravelTime[]> {
  const rows = await ctx.db
    .from("scheduling_travel_times")
    .select(["from_postal_code", "to_postal_code", "minutes"])
    .orderBy("from_postal_code")
    .orderBy("to_postal_code")
    .execute();
  return rows.map((row) => ({ from: row.from_postal_code, to: row.to_postal_code, minutes: row.minutes }));
}

/** The ways must be distinct, and their postcodes keys (see postalCodeKey). */
export async function replaceTravelTimes(ctx: Ctx, times: TravelTime[]): Promise<void> {
  await ctx.db.remove("scheduling_travel_times").execute();
  if (times.length === 0) return;
  await ctx.db.raw(sql`
    insert into scheduling_travel_times (workspace_id, from_postal_code, to_postal_code, minutes)
    select ${ctx.workspaceId}::uuid, way.* from unnest(${times.map((one) => one.from)}::text[],
      ${times.map((one) => one.to)}::text[], ${times.map((one) => one.minutes)}::integer[]) way
    on conflict (workspace_id, from_postal_code, to_postal_code) do update set minutes = excluded.minutes`);
}

/**
 * The minutes between two postcodes: what the workspace's table says of that direction, else of the other one, else none
 * within one postcode and `usualMinutes` between different ones.
 */
export async function travelTimesOf(
  ctx: Ctx,
  usualMinutes: number,
): Promise<(from: string, to: string) => number> {
  const told = new Map((await listTravelTimes(ctx)).map((one) => [`${one.from}/${one.to}`, one.minutes]));
  return (from, to) => {
    const [here, there] = [postalCodeKey(from), postalCodeKey(to)];
    return (
      told.get(`${here}/${there}`) ?? told.get(`${there}/${here}`) ?? (here === there ? 0 : usualMinutes)
    );
  };
}
