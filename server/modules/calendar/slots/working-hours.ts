import { type Interval, mergeIntervals } from "./intervals.ts";
import type { Hours } from "./slots.ts";
import {
  DAY_MS,
  daySegments,
  epochDayAt,
  epochDayOf,
  MINUTE_MS,
  minuteOfDay,
  weekdayOf,
} from "./wall-clock.ts";

/** The working hours of every local day the range touches, and the grid's instants within [first, end), sorted. */
export function walkDays(hours: Hours, first: number, end: number, durationMs: number, stepMs: number) {
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
