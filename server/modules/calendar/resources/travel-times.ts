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

/**
 * The minutes between two postcodes: what the workspace's table says of that direction, else of the other one, else none
 * within one postcode and `usualMinutes` between different ones.
 */
export async function travelTimesOf(
  ctx: Ctx,
  usualMinutes: number,
): Promise<(from: string, to: string) => number> {
  const rows = await ctx.db
    .from("scheduling_travel_times")
    .select(["from_postal_code", "to_postal_code", "minutes"])
    .execute();
  const told = new Map(rows.map((row) => [`${row.from_postal_code}/${row.to_postal_code}`, row.minutes]));
  return (from, to) => {
    const [here, there] = [postalCodeKey(from), postalCodeKey(to)];
    return (
      told.get(`${here}/${there}`) ?? told.get(`${there}/${here}`) ?? (here === there ? 0 : usualMinutes)
    );
  };
}
