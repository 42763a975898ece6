import type { Ctx } from "../../../kernel/context.ts";
import { isId } from "../../../kernel/ids.ts";
import { usualHours } from "../availability/availability.ts";
import { loadHosts } from "../bookings/hosts.ts";
import type { Host } from "../slots/slots.ts";
import type { Owner } from "./edge-input.ts";

/**
 * The employee as a host. For a member of a business that is known here: their hours and what is booked with us. For anybody
 * else, of whom we know nothing: Monday to Friday, nine to five, UTC.
 */
export async function employeeOf(
  ctx: Ctx,
  { businessId, employeeId }: Owner,
  range: { from: Date; to: Date },
): Promise<Host> {
  const known =
    isId(businessId) && isId(employeeId)
      ? await ctx.within(businessId, (inside) => loadHosts(inside, { memberIds: [employeeId], ...range }))
      : [];
  const stranger: Host = {
    id: employeeId,
    hours: { weeklyHours: usualHours, dateOverrides: [], timeZone: "UTC" },
    busy: [],
  };
  return known[0] ?? stranger;
}
