import { type Interval, mergeIntervals, subtractIntervals } from "./intervals.ts";
import {
  dateOf,
  DAY_MS,
  daySegments,
  epochDayAt,
  epochDayOf,
  MINUTE_MS,
  minuteOfDay,
  weekdayOf,
} from "./wall-clock.ts";

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
/** `busy`: [start, end) epoch milliseconds in any order, each already widened by its own buffers. */
export type Host = { id: string; hours: Hours; busy: [number, number][] };
export type SlotRules = {
  durationMinutes: number;
  bufferBeforeMinutes: number;
  bufferAfterMinutes: number;
  minNoticeMinutes: number;
  maxAdvanceDays: number;
  slotIntervalMinutes: number;
};
/** [start, end) epoch milliseconds, and the hosts free for it in the order they were given. */
export type Slot = { start: number; end: number; hostIds: string[] };

/**
 * The bookable slots that start in [from, to) epoch milliseconds, sorted, one per start.
 *
 * A slot lies wholly in the host's working hours; with the rules' buffers it meets nothing busy (the buffers
 * themselves may reach outside the hours). It starts no sooner than the notice and no later than maxAdvanceDays of
 * 24 hours from `now`. Each date's windows, overlapping or touching ones merged, start their own grid, which steps
 * in wall time: wall times the clock skips are left out, those it repeats come twice.
 *
 * Throws RangeError on an unknown zone, a malformed date or time, rules that are not whole positive numbers, or an
 * endless range.
 */
export function openSlots(input: {
  hosts: Host[];
  rules: SlotRules;
  from: number;
  to: number;
  now: number;
}): Slot[] {
  const { hosts, rules, now } = input;
  checkRules(rules);
  const first = Math.max(input.from, now + rules.minNoticeMinutes * MINUTE_MS);
  // The furthest start is still bookable, hence one millisecond more for a half-open range.
  const end = Math.min(input.to, now + rules.maxAdvanceDays * DAY_MS + 1);
  if (!(first < end)) return [];
  if (!Number.isFinite(end - first)) throw new RangeError("The range of slots must be finite");
  const starts = hosts.map((host) => hostStarts(host, rules, first, end));
  return joinHosts(hosts, starts, rules.durationMinutes * MINUTE_MS);
}

function checkRules(rules: SlotRules): void {
  for (const minutes of [rules.durationMinutes, rules.slotIntervalMinutes]) {
    if (!Number.isInteger(minutes) || minutes < 1) throw new RangeError(`Not a positive number: ${minutes}`);
  }
  const { bufferBeforeMinutes, bufferAfterMinutes, minNoticeMinutes, maxAdvanceDays } = rules;
  for (const length of [bufferBeforeMinutes, bufferAfterMinutes, minNoticeMinutes, maxAdvanceDays]) {
    if (!(length >= 0)) throw new RangeError(`Neither zero nor positive: ${length}`);
  }
}

/** Starts in [first, end) at which one host can take the slot, sorted. */
function hostStarts(host: Host, rules: SlotRules, first: number, end: number): number[] {
  const durationMs = rules.durationMinutes * MINUTE_MS;
  const beforeMs = rules.bufferBeforeMinutes * MINUTE_MS;
  const afterMs = rules.bufferAfterMinutes * MINUTE_MS;
  const { working, grid } = walkDays(
    host.hours,
    first,
    end,
    durationMs,
    rules.slotIntervalMinutes * MINUTE_MS,
  );
  // Widening what is busy the other way round lets one containment test answer for the buffers too.
  const busy: Interval[] = [];
  for (const [start, stop] of host.busy) {
    if (start < stop && stop + beforeMs > first && start - afterMs < end + durationMs) {
      busy.push([start - afterMs, stop + beforeMs]);
    }
  }
  const free = subtractIntervals(mergeIntervals(working), mergeIntervals(busy));
  const starts: number[] = [];
  let j = 0;
  for (const start of grid) {
    while (j < free.length && free[j]![1] <= start) j++;
    if (j === free.length) break;
    if (free[j]![0] <= start && start + durationMs <= free[j]![1]) starts.push(start);
  }
  return starts;
}

/** The working hours of every local day the range touches, and the grid's instants within [first, end), sorted. */
function walkDays(hours: Hours, first: number, end: number, durationMs: number, stepMs: number) {
  const windowsOf = dayWindows(hours);
  const working: Interval[] = [];
  const grid: number[] = [];
  // A day more at each end: where the clock goes back over midnight, a date comes round twice.
  const firstDay = epochDayAt(first, hours.timeZone) - 1;
  const lastDay = epochDayAt(end + durationMs, hours.timeZone) + 1;
  let sorted = true;
  for (let day = firstDay; day <= lastDay; day++) {
    const windows = windowsOf(day);
    if (windows.length === 0) continue;
    for (const segment of daySegments(day, hours.timeZone)) {
      const origin = day * DAY_MS - segment.offsetMs;
      for (const [opens, closes] of windows) {
        const fromMs = Math.max(opens, segment.fromMs);
        const toMs = Math.min(closes, segment.toMs);
        if (fromMs >= toMs) continue;
        working.push([origin + fromMs, origin + toMs]);
        const skipped = Math.ceil(Math.max(fromMs - opens, first - origin - opens) / stepMs);
        const until = Math.min(origin + toMs, end);
        for (let at = origin + opens + skipped * stepMs; at < until; at += stepMs) {
          if (grid.length > 0 && at < grid[grid.length - 1]!) sorted = false;
          grid.push(at);
        }
      }
    }
  }
  if (!sorted) grid.sort((a, b) => a - b);
  return { working, grid };
}

/** Looks up a local day's working windows: merged [opens, closes) in milliseconds after local midnight. */
function dayWindows(hours: Hours): (epochDay: number) => Interval[] {
  const byWeekday: Interval[][] = [[], [], [], [], [], [], []];
  for (const { day, start, end } of hours.weeklyHours) {
    const weekday = byWeekday[day];
    if (!weekday) throw new RangeError(`Not a day of the week: ${day}`);
    weekday.push(wallWindow(start, end));
  }
  const usual = byWeekday.map(mergeIntervals);
  const special = new Map<number, Interval[]>();
  for (const { date, start, end } of hours.dateOverrides.filter(({ type }) => type === "custom")) {
    const epochDay = epochDayOf(date);
    // A custom date that names no hours has none: nobody is booked by mistake.
    const added = start && end ? [wallWindow(start, end)] : [];
    special.set(epochDay, mergeIntervals([...(special.get(epochDay) ?? []), ...added]));
  }
  for (const { date, type } of hours.dateOverrides) if (type === "blocked") special.set(epochDayOf(date), []);
  return (epochDay) => special.get(epochDay) ?? usual[weekdayOf(epochDay)]!;
}

function wallWindow(start: string, end: string): Interval {
  return [minuteOfDay(start) * MINUTE_MS, minuteOfDay(end) * MINUTE_MS];
}

/** Joins sorted starts per host into slots by always taking the earliest head. */
function joinHosts(hosts: Host[], starts: number[][], durationMs: number): Slot[] {
  const slots: Slot[] = [];
  const heads = starts.map(() => 0);
  for (;;) {
    let start = Infinity;
    for (let i = 0; i < starts.length; i++) {
      const head = starts[i]![heads[i]!];
      if (head !== undefined && head < start) start = head;
    }
    if (start === Infinity) return slots;
    const hostIds: string[] = [];
    for (let i = 0; i < starts.length; i++) {
      if (starts[i]![heads[i]!] !== start) continue;
      hostIds.push(hosts[i]!.id);
      heads[i]!++;
    }
    slots.push({ start, end: start + durationMs, hostIds });
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
