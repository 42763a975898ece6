import type { Ctx } from "../../../kernel/context.ts";
import { rulesOf } from "../services/service.ts";
import type { Service } from "../services/service.ts";
import { nearestSlots, openSlots } from "../slots/slots.ts";
import type { Host, Slot, SlotRules } from "../slots/slots.ts";
import { DAY_MS, MINUTE_MS } from "../slots/wall-clock.ts";
import { loadHosts } from "./hosts.ts";

export type OpenSlot = { startsAt: Date; endsAt: Date; memberIds: string[] };

export type SlotsQuery = {
  service?: Service | undefined;
  excludeBookingId?: string | undefined;
  durationMinutes?: number | undefined;
  /** Only this member's slots; by default the service's assigned members, or the whole staff. */
  memberId?: string | undefined;
};

/** The bookable slots that start in [from, to), earliest first; memberIds are those free for it. */
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
  if (first >= last) return [];
  const hosts = await loadHosts(ctx, {
    memberIds: hostIdsOf(query),
    ...busyWindow(rules, first, last),
    ...(query.excludeBookingId === undefined ? {} : { excludeBookingId: query.excludeBookingId }),
  });
  return openSlots({ hosts, rules, from: first, to: last, now: ctx.now.getTime() });
}

/** What can be in the way of slots that start in [first, last): their length and their buffers further. */
function busyWindow(rules: SlotRules, first: number, last: number): { from: Date; to: Date } {
  return {
    from: new Date(first - rules.bufferBeforeMinutes * MINUTE_MS),
    to: new Date(last + (rules.durationMinutes + rules.bufferAfterMinutes) * MINUTE_MS),
  };
}

function hostIdsOf(query: SlotsQuery): readonly string[] {
  return query.memberId === undefined ? (query.service?.booking_assigned_user_ids ?? []) : [query.memberId];
}

/**
 * The members who can take exactly [startsAt, endsAt), in the stable order of the staff. Off the grid, hours,
 * grid, notice and horizon do not matter: only what is busy does.
 */
export async function freeMembersAt(
  ctx: Ctx,
  query: SlotsQuery & { startsAt: Date; endsAt: Date; offGrid: boolean },
): Promise<string[]> {
  const start = query.startsAt.getTime();
  const end = query.endsAt.getTime();
  const durationMinutes = Math.ceil((end - start) / MINUTE_MS);
  if (!query.offGrid) {
    const slots = await slotsIn(ctx, { ...query, durationMinutes }, start, start + 1);
    return slots[0]?.start === start ? slots[0].hostIds : [];
  }
  const rules = rulesOf(query.service, durationMinutes);
  const from = start - rules.bufferBeforeMinutes * MINUTE_MS;
  const to = end + rules.bufferAfterMinutes * MINUTE_MS;
  const hosts = await loadHosts(ctx, {
    memberIds: hostIdsOf(query),
    from: new Date(from),
    to: new Date(to),
    ...(query.excludeBookingId === undefined ? {} : { excludeBookingId: query.excludeBookingId }),
  });
  return hosts.filter((host) => isFree(host, from, to)).map((host) => host.id);
}

function isFree(host: Host, from: number, to: number): boolean {
  return host.busy.every(([start, end]) => end <= from || to <= start);
}

function openSlot({ start, end, hostIds }: Slot): OpenSlot {
  return { startsAt: new Date(start), endsAt: new Date(end), memberIds: hostIds };
}
