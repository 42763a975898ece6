/** Days, times and lists as people say them. */
import { DAY_MS, wallTimeAt } from "../slots/wall-clock.ts";
import type { WallTime } from "../slots/wall-clock.ts";

export { zoneName as spokenZone } from "../slots/zone-words.ts";

const weekdayName = new Intl.DateTimeFormat("en", { weekday: "long", timeZone: "UTC" });
const monthName = new Intl.DateTimeFormat("en", { month: "long", timeZone: "UTC" });

/** "Tuesday the 3rd of March"; with the year when that is not the one of `now`. */
export function spokenDay(at: number, zone: string, now: number): string {
  const wall = wallTimeAt(at, zone);
  const noon = wall.epochDay * DAY_MS;
  const year = wall.year === wallTimeAt(now, zone).year ? "" : ` ${wall.year}`;
  return `${weekdayName.format(noon)} the ${nth(wall.day)} of ${monthName.format(noon)}${year}`;
}

/** "10 AM", "2:30 PM" */
export function spokenTime({ hour, minute }: Pick<WallTime, "hour" | "minute">): string {
  const minutes = minute === 0 ? "" : `:${String(minute).padStart(2, "0")}`;
  return `${hour % 12 || 12}${minutes} ${hour < 12 ? "AM" : "PM"}`;
}

/** "Tuesday the 3rd of March at 10 AM" */
export function spokenMoment(at: number, zone: string, now: number): string {
  return `${spokenDay(at, zone, now)} at ${spokenTime(wallTimeAt(at, zone))}`;
}

/** "Tuesday the 3rd of March from 10 AM to 11 AM"; an end on another day is said with its day. */
export function spokenSpan(start: number, end: number, zone: string, now: number): string {
  const [first, last] = [wallTimeAt(start, zone), wallTimeAt(end, zone)];
  const until = first.date === last.date ? spokenTime(last) : spokenMoment(end, zone, now);
  return `${spokenDay(start, zone, now)} from ${spokenTime(first)} to ${until}`;
}

/** "a, b or c" */
export function spokenList(items: readonly string[], joint: "and" | "or"): string {
  return items.length < 2
    ? (items[0] ?? "")
    : `${items.slice(0, -1).join(", ")} ${joint} ${items[items.length - 1]}`;
}

function nth(day: number): string {
  const isTeen = Math.floor(day / 10) === 1;
  return `${day}${isTeen ? "th" : (["th", "st", "nd", "rd"][day % 10] ?? "th")}`;
}
