/** How a time is told to people who may be in another zone than the business. */
import { formatDate, formatTime, instantsOf, wallTimeAt } from "./wall-clock.ts";
import { offsetAt } from "./zone-days.ts";

/** "Sydney time" */
export function zoneName(zone: string): string {
  const place = zone.split("/").at(-1) ?? zone;
  return zone.includes("/") && place !== "UTC" ? `${place.replaceAll("_", " ")} time` : zone;
}

/** Whether two zones' clocks show the same at an instant. */
export function showsTheSame(instant: number, one: string, other: string): boolean {
  return offsetAt(instant, one) === offsetAt(instant, other);
}

/**
 * "2:00 AM (Sydney time; Tue 12 Jan 10:00 AM New York time)": a time on the reader's clock with what keeps it from being taken for
 * another. The zone stands there when the business's clock shows something else, and `always` when asked for; in the hour that
 * comes twice also which of the two it is.
 */
export function timeWithZone(
  instant: number,
  { zone, businessZone, always }: { zone: string; businessZone: string; always: boolean },
): string {
  const time = formatTime(instant, zone);
  const isElsewhere = !showsTheSame(instant, zone, businessZone);
  const isTwice = comesTwice(instant, zone);
  if (!always && !isElsewhere && !isTwice) return time;
  const name = `${zoneName(zone)}${isTwice ? `, ${offsetName(instant, zone)}` : ""}`;
  const there = `${formatDate(instant, businessZone)} ${formatTime(instant, businessZone)} ${zoneName(businessZone)}`;
  return `${time} (${name}${isElsewhere ? `; ${there}` : ""})`;
}

function comesTwice(instant: number, zone: string): boolean {
  const { date, hour, minute } = wallTimeAt(instant, zone);
  const clock = [hour, minute].map((part) => String(part).padStart(2, "0")).join(":");
  return instantsOf(date, clock, zone).length > 1;
}

/** "UTC-4", "UTC+5:30" */
function offsetName(instant: number, zone: string): string {
  const minutes = Math.round(offsetAt(instant, zone) / 60_000);
  const rest = Math.abs(minutes) % 60;
  const hours = Math.floor(Math.abs(minutes) / 60);
  return `UTC${minutes < 0 ? "-" : "+"}${hours}${rest === 0 ? "" : `:${String(rest).padStart(2, "0")}`}`;
}
