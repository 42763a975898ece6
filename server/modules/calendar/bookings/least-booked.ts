import type { Ctx } from "../../../kernel/context.ts";
import { dayBounds, wallTimeAt } from "../slots/wall-clock.ts";
import { bookingCounts } from "./bookings.store.ts";

/** Members by how little they have that day; equals keep the order they came in. */
export async function byLoad(ctx: Ctx, memberIds: string[], at: Date, zone: string): Promise<string[]> {
  if (memberIds.length < 2) return memberIds;
  const [from, to] = dayBounds(wallTimeAt(at.getTime(), zone).date, zone);
  const counts = await bookingCounts(ctx, memberIds, new Date(from), new Date(to));
  return memberIds.toSorted((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0));
}
