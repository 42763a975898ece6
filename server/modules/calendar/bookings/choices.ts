import type { Ctx } from "../../../kernel/context.ts";
import { chooseResources, freeResources } from "../slots/resources.ts";
import { openSlots } from "../slots/slots.ts";
import type { Host, Session, SlotSearch } from "../slots/slots.ts";
import { travelTest } from "../slots/travel.ts";
import { MINUTE_MS } from "../slots/wall-clock.ts";
import { loadSearch } from "./slot-search.ts";
import type { SlotsQuery } from "./slot-search.ts";

/** Who would take a booking, and with what. */
export type Choice = {
  hostIds: string[];
  resourceIds: string[];
  /** It would be one more seat of a sitting that is there. */
  joins: boolean;
};

export type WantedTime = SlotsQuery & {
  startsAt: Date;
  endsAt: Date;
  /** Hours, grid, notice and horizon do not matter: only what is busy does. */
  offGrid: boolean;
  /** What a booking that moves would best keep. */
  keep?: Pick<Choice, "hostIds" | "resourceIds"> | undefined;
};

/** The ways in which exactly [startsAt, endsAt) can be taken: who joins a sitting first, then in the order of the staff. */
export async function choicesAt(ctx: Ctx, wanted: WantedTime): Promise<Choice[]> {
  const start = wanted.startsAt.getTime();
  const end = wanted.endsAt.getTime();
  const durationMinutes = Math.ceil((end - start) / MINUTE_MS);
  const search = await loadSearch(ctx, { ...wanted, durationMinutes }, start, start + 1);
  const able = wanted.offGrid ? freeHosts(search, start, end) : hostsOfSlot(search, start);
  return choicesOf(search, able, wanted);
}

function hostsOfSlot(search: SlotSearch, start: number): Host[] {
  const [slot] = openSlots(search);
  return slot?.start === start ? search.hosts.filter((host) => slot.hostIds.includes(host.id)) : [];
}

function blockOf({ rules }: SlotSearch, start: number, end: number): [number, number] {
  return [start - rules.bufferBeforeMinutes * MINUTE_MS, end + rules.bufferAfterMinutes * MINUTE_MS];
}

/** Who can take a time that is on nobody's grid. */
function freeHosts(search: SlotSearch, start: number, end: number): Host[] {
  const [from, until] = blockOf(search, start, end);
  const able = search.hosts.filter((host) => {
    const joined = sittingAt(search, host, start, end);
    const inTheWay = host.busy.some(
      ([busyFrom, busyUntil]) =>
        busyFrom < until && from < busyUntil && !(joined && busyFrom === from && busyUntil === until),
    );
    return !inTheWay && (!search.travel || travelTest(search.travel, host.visits ?? [])(start, end));
  });
  return search.assignment === "all" && able.length < search.hosts.length ? [] : able;
}

/** The sitting a booking of [start, end) would be one more seat of. */
function sittingAt(search: SlotSearch, host: Host, start: number, end: number): Session | undefined {
  if (end - start !== search.rules.durationMinutes * MINUTE_MS) return undefined;
  return host.sessions?.find((one) => one.start === start && one.taken < (search.capacity ?? 1));
}

function choicesOf(search: SlotSearch, able: Host[], wanted: WantedTime): Choice[] {
  if (able.length === 0) return [];
  const start = wanted.startsAt.getTime();
  const end = wanted.endsAt.getTime();
  const kept = new Set(wanted.keep?.resourceIds);
  const free = freeResources(search.resources ?? [])(...blockOf(search, start, end));
  const fresh = chooseResources(free.map((ids) => firstOf(ids, (id) => kept.has(id))));
  const choose = (hosts: Host[]): Choice[] => {
    const joined = sittingAt(search, hosts[0]!, start, end);
    const resourceIds = joined ? (joined.resourceIds ?? []) : fresh;
    const hostIds = hosts.map((host) => host.id);
    return resourceIds ? [{ hostIds, resourceIds, joins: joined !== undefined }] : [];
  };
  if (search.assignment === "all") return choose(able);
  return firstOf(
    able.flatMap((host) => choose([host])),
    (one) => one.joins,
  );
}

function firstOf<T>(items: T[], wanted: (item: T) => boolean): T[] {
  return [...items.filter(wanted), ...items.filter((item) => !wanted(item))];
}
