import { hostStarts } from "./host-starts.ts";
import { joinHosts } from "./join-hosts.ts";
import type { ResourceRequirement } from "./resources.ts";
import type { Travel, Visit } from "./travel.ts";
import { dateOf, DAY_MS, epochDayOf, MINUTE_MS } from "./wall-clock.ts";

/** `day` 0 is Sunday; `start` and `end` are HH:MM, `end` up to 24:00. Hours past midnight are two entries. */
export type WeeklyHours = { day: number; start: string; end: string }[];
/** `blocked` closes the date (YYYY-MM-DD); the `custom` entries of a date together replace its weekday's hours. */
export type DateOverride = {
  date: string;
  type: "blocked" | "custom";
  start?: string;
  end?: string;
  reason?: string;
};
export type Hours = { weeklyHours: WeeklyHours; dateOverrides: DateOverride[]; timeZone: string };
export type SlotRules = {
  durationMinutes: number;
  bufferBeforeMinutes: number;
  bufferAfterMinutes: number;
  minNoticeMinutes: number;
  maxAdvanceDays: number;
  slotIntervalMinutes: number;
};
/**
 * A sitting of this very service that a host already gives from `start`, with `taken` of its seats; one per start.
 * It keeps its host busy for the rules' length and buffers, whether or not `busy` says so too.
 */
export type Session = { start: number; taken: number; resourceIds?: string[] };
export type Host = {
  id: string;
  hours: Hours;
  /** [start, end) epoch milliseconds in any order, each already widened by its own buffers. */
  busy: [number, number][];
  sessions?: Session[];
  /** Where the host is and when, in any order, for the travel time; what keeps the host busy is in `busy`. */
  visits?: Visit[];
};
/** `any` and `round_robin` need one of the hosts, `all` needs every one of them. */
export type Assignment = "any" | "all" | "round_robin";
export type SlotSearch = {
  hosts: Host[];
  rules: SlotRules;
  from: number;
  to: number;
  now: number;
  /** Default any. */
  assignment?: Assignment;
  /** Seats of one sitting; default 1. */
  capacity?: number;
  /** What a new sitting needs besides its hosts; those who join one share what it has. */
  resources?: ResourceRequirement[];
  travel?: Travel;
};
/**
 * [start, end) epoch milliseconds. `hostIds` are the hosts free for it in the order they were given, except that those
 * whose sitting has seats left come first. `resourceIds` is what the first of them would use, one for each requirement.
 * `seatsLeft` (1 or more) is how many can still book: with `all`, the seats of the host who has fewest, else those of
 * every host, counting no more new sittings than the resources suffice for.
 */
export type Slot = {
  start: number;
  end: number;
  hostIds: string[];
  seatsLeft: number;
  resourceIds: string[];
};

/**
 * The bookable slots that start in [from, to) epoch milliseconds, sorted, one per start.
 *
 * A slot lies wholly in the host's working hours; with the rules' buffers it meets nothing busy (the buffers
 * themselves may reach outside the hours), except the sitting it joins: one that starts with it and has seats left.
 * It starts no sooner than the notice and no later than maxAdvanceDays of 24 hours from `now`. Each date's windows,
 * overlapping or touching ones merged, start their own grid, which steps in wall time: wall times the clock skips are
 * left out, those it repeats come twice.
 *
 * Throws RangeError on an unknown zone, a malformed date or time, rules that are not whole positive numbers, or an
 * endless range.
 */
export function openSlots(search: SlotSearch): Slot[] {
  const { hosts, rules, now } = search;
  checkRules(rules, search.capacity ?? 1);
  const first = Math.max(search.from, now + rules.minNoticeMinutes * MINUTE_MS);
  // The furthest start is still bookable, hence one millisecond more for a half-open range.
  const end = Math.min(search.to, now + rules.maxAdvanceDays * DAY_MS + 1);
  if (!(first < end)) return [];
  if (!Number.isFinite(end - first)) throw new RangeError("The range of slots must be finite");
  return joinHosts(
    search,
    hosts.map((host) => hostStarts(search, host, first, end)),
  );
}

function checkRules(rules: SlotRules, capacity: number): void {
  for (const count of [rules.durationMinutes, rules.slotIntervalMinutes, capacity]) {
    if (!Number.isInteger(count) || count < 1) throw new RangeError(`Not a positive number: ${count}`);
  }
  const { bufferBeforeMinutes, bufferAfterMinutes, minNoticeMinutes, maxAdvanceDays } = rules;
  for (const length of [bufferBeforeMinutes, bufferAfterMinutes, minNoticeMinutes, maxAdvanceDays]) {
    if (!(length >= 0)) throw new RangeError(`Neither zero nor positive: ${length}`);
  }
}

/**
 * The slots around a wanted start: the last one strictly before it, the first one strictly after it, and the
 * `count` closest ones, closest first and the earlier first on a tie. A slot at the wanted start is `nearest[0]`.
 * `slots` must be sorted, as openSlots returns them.
 */
export function nearestSlots(
  slots: Slot[],
  wanted: number,
  count: number,
): { before?: Slot; after?: Slot; nearest: Slot[] } {
  let low = 0;
  for (let high = slots.length; low < high;) {
    const middle = (low + high) >>> 1;
    if (slots[middle]!.start < wanted) low = middle + 1;
    else high = middle;
  }
  const exact = slots[low]?.start === wanted;
  const nearest: Slot[] = [];
  for (let left = low - 1, right = low; nearest.length < count;) {
    const earlier = slots[left];
    const later = slots[right];
    if (earlier && (!later || wanted - earlier.start <= later.start - wanted)) {
      nearest.push(earlier);
      left--;
    } else if (later) {
      nearest.push(later);
      right++;
    } else break;
  }
  return { before: slots[low - 1], after: slots[exact ? low + 1 : low], nearest };
}

/**
 * The blocked dates in [from, to], both YYYY-MM-DD and included: sorted, each once, with the first reason given.
 * Throws RangeError on a malformed date.
 */
export function blackoutDates(hours: Hours, from: string, to: string): { date: string; reason?: string }[] {
  const firstDay = epochDayOf(from);
  const lastDay = epochDayOf(to);
  const reasons = new Map<number, string | undefined>();
  for (const { date, type, reason } of hours.dateOverrides) {
    const epochDay = epochDayOf(date);
    if (type !== "blocked" || epochDay < firstDay || epochDay > lastDay) continue;
    reasons.set(epochDay, reasons.get(epochDay) ?? reason);
  }
  return [...reasons]
    .sort(([a], [b]) => a - b)
    .map(([epochDay, reason]) => ({ date: dateOf(epochDay), ...(reason && { reason }) }));
}
