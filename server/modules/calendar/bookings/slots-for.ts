import type { Ctx } from "../../../kernel/context.ts";
import { rulesOf } from "../services/service.ts";
import { nearestSlots, openSlots } from "../slots/slots.ts";
import type { Slot } from "../slots/slots.ts";
import { DAY_MS } from "../slots/wall-clock.ts";
import { loadSearch } from "./slot-search.ts";
import type { SlotsQuery } from "./slot-search.ts";

export type { SlotsQuery } from "./slot-search.ts";

export type OpenSlot = {
  startsAt: Date;
  endsAt: Date;
  /** Who can take it; with a service that takes everybody, all of them do. */
  memberIds: string[];
  /** How many can still book it. */
  seatsLeft: number;
};

/** The bookable slots that start in [from, to), earliest first. */
export async function openSlotsFor(
  ctx: Ctx,
  query: SlotsQuery & { from: Date; to: Date; limit?: number },
): Promise<OpenSlot[]> {
  const slots = await slotsIn(ctx, query, query.from.getTime(), query.to.getTime());
  return (query.limit === undefined ? slots : slots.slice(0, query.limit)).map(openSlot);
}

/** The `count` open slots closest to an instant, closest first and the earlier first on a tie. */
export async function nearestOpenSlots(
  ctx: Ctx,
  query: SlotsQuery & { around: Date; count: number },
): Promise<OpenSlot[]> {
  return (await slotsAround(ctx, query)).nearest;
}

const neighbourhoodMs = 14 * DAY_MS;

/** The last open slot before an instant, the first after it, and the `count` closest to it. */
export async function slotsAround(
  ctx: Ctx,
  query: SlotsQuery & { around: Date; count: number },
): Promise<{ before: OpenSlot | undefined; after: OpenSlot | undefined; nearest: OpenSlot[] }> {
  const wanted = query.around.getTime();
  let slots = await slotsIn(ctx, query, wanted - neighbourhoodMs, wanted + neighbourhoodMs);
  let found = nearestSlots(slots, wanted, query.count);
  if (!found.before || !found.after || found.nearest.length < query.count) {
    // Nothing on one side within two weeks: look at everything that can be booked at all.
    const horizonMs = rulesOf(query.service).maxAdvanceDays * DAY_MS + 1;
    slots = await slotsIn(ctx, query, ctx.now.getTime(), ctx.now.getTime() + horizonMs);
    found = nearestSlots(slots, wanted, query.count);
  }
  return {
    before: found.before && openSlot(found.before),
    after: found.after && openSlot(found.after),
    nearest: found.nearest.map(openSlot),
  };
}

async function slotsIn(ctx: Ctx, query: SlotsQuery, from: number, to: number): Promise<Slot[]> {
  const rules = rulesOf(query.service, query.durationMinutes);
  const first = Math.max(from, ctx.now.getTime());
  const last = Math.min(to, ctx.now.getTime() + rules.maxAdvanceDays * DAY_MS + 1);
  return first < last ? openSlots(await loadSearch(ctx, query, first, last)) : [];
}

function openSlot({ start, end, hostIds, seatsLeft }: Slot): OpenSlot {
  return { startsAt: new Date(start), endsAt: new Date(end), memberIds: hostIds, seatsLeft };
}
