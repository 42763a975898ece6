import type { Ctx } from "../../../kernel/context.ts";
import { rulesOf } from "../services/service.ts";
import type { Service } from "../services/service.ts";
import { travelTimesOf } from "../resources/travel-times.ts";
import type { ResourceRequirement } from "../slots/resources.ts";
import type { Host, SlotRules, SlotSearch } from "../slots/slots.ts";
import type { Travel } from "../slots/travel.ts";
import { MINUTE_MS } from "../slots/wall-clock.ts";
import { sittingsOf, visitsOf } from "./busy.store.ts";
import type { BusyTimes, BusyWindow } from "./busy.store.ts";
import { loadTakers } from "./hosts.ts";

export type SlotsQuery = {
  service?: Service | undefined;
  /** This booking is about to move: what it takes does not count. */
  excludeBookingId?: string | undefined;
  durationMinutes?: number | undefined;
  /** Only this member's slots; by default the service's assigned members, or the whole staff. */
  memberId?: string | undefined;
  /** Where the visit would be, for services that mind the way there. */
  postalCode?: string | undefined;
};

/** Everything the slots that start in [from, to) depend on; the engine looks at nothing else. */
export async function loadSearch(ctx: Ctx, query: SlotsQuery, from: number, to: number): Promise<SlotSearch> {
  const { service, excludeBookingId } = query;
  const rules = rulesOf(service, query.durationMinutes);
  const window = { ...busyWindow(rules, from, to), excludeBookingId };
  const [{ hosts, busyTimes }, usable, travel] = await Promise.all([
    loadTakers(ctx, { memberIds: hostIdsOf(query), ...window }),
    service ? usableResources(ctx, service) : [],
    travelOf(ctx, query),
  ]);
  if (service && service.capacity > 1) await addSittings(ctx, service, rules, window, hosts);
  if (travel) await addVisits(ctx, window, hosts);
  return {
    hosts,
    rules,
    from,
    to,
    now: ctx.now.getTime(),
    assignment: service?.host_assignment ?? "any",
    capacity: service?.capacity ?? 1,
    resources: service ? requirementsOf(service, usable, busyTimes) : [],
    ...(travel ? { travel } : {}),
  };
}

/** What can be in the way of slots that start in [first, last): their length and their buffers further. */
function busyWindow(rules: SlotRules, first: number, last: number): { from: Date; to: Date } {
  return {
    from: new Date(first - rules.bufferBeforeMinutes * MINUTE_MS),
    to: new Date(last + (rules.durationMinutes + rules.bufferAfterMinutes) * MINUTE_MS),
  };
}

// A service that takes everybody takes everybody, whomever the customer asked for.
function hostIdsOf({ service, memberId }: SlotsQuery): readonly string[] {
  const assigned = service?.booking_assigned_user_ids ?? [];
  return memberId === undefined || service?.host_assignment === "all" ? assigned : [memberId];
}

async function usableResources(ctx: Ctx, service: Service): Promise<string[]> {
  const ids = service.resource_requirements.flatMap((one) => one.any_of);
  if (ids.length === 0) return [];
  const query = ctx.db.from("scheduling_resources").select("id").where("id", "in", ids);
  return (await query.where("is_active", "=", true).execute()).map(({ id }) => id);
}

// A resource that is out of use, or gone, meets no requirement: a service left with none has no slots.
function requirementsOf(service: Service, usable: string[], busy: BusyTimes): ResourceRequirement[] {
  const inUse = new Set(usable);
  return service.resource_requirements.map(({ any_of: ids }) => ({
    anyOf: ids.filter((id) => inUse.has(id)).map((id) => ({ id, busy: busy.get(id) ?? [] })),
  }));
}

async function addSittings(
  ctx: Ctx,
  service: Service,
  rules: SlotRules,
  window: BusyWindow,
  hosts: Host[],
): Promise<void> {
  const everybody = service.host_assignment === "all";
  for (const sitting of await sittingsOf(ctx, service, rules, window)) {
    // A sitting given by other people than a new booking would have is theirs alone; who gives it is busy.
    if (sitting.host_ids.length !== (everybody ? hosts.length : 1)) continue;
    const givers = hosts.filter((host) => sitting.host_ids.includes(host.id));
    if (everybody && givers.length < hosts.length) continue;
    for (const host of givers) {
      host.sessions ??= [];
      host.sessions.push({
        start: sitting.starts_at,
        taken: sitting.taken,
        resourceIds: sitting.resource_ids,
      });
    }
  }
}

/** The way to the visit, when the service minds it and the place is known. */
async function travelOf(ctx: Ctx, { service, postalCode }: SlotsQuery): Promise<Travel | undefined> {
  const usualMinutes = service?.travel_minutes ?? null;
  const to = postalCode?.trim();
  if (usualMinutes === null || !to) return undefined;
  return { to, minutesBetween: await travelTimesOf(ctx, usualMinutes) };
}

async function addVisits(ctx: Ctx, window: BusyWindow, hosts: Host[]): Promise<void> {
  const byId = new Map(hosts.map((host) => [host.id, host]));
  for (const visit of await visitsOf(ctx, window)) {
    for (const id of visit.host_ids) {
      const host = byId.get(id);
      if (!host) continue;
      host.visits ??= [];
      host.visits.push({ start: visit.starts_at, end: visit.ends_at, postalCode: visit.postal_code });
    }
  }
}
