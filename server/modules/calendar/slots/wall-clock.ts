import { DAY_MS, daySegments, offsetAt } from "./zone-days.ts";

export { resolveZone } from "./zone-names.ts";
export { DAY_MS, daySegments, offsetAt };
export const MINUTE_MS = 60_000;

/** A wall time; `weekday` 0 is Sunday, `date` is YYYY-MM-DD, `minuteOfDay` counts from the wall's 00:00. */
export type WallTime = {
  epochDay: number;
  date: string;
  year: number;
  month: number;
  day: number;
  weekday: number;
  hour: number;
  minute: number;
  second: number;
  minuteOfDay: number;
};

/** Days since 1970-01-01 of a YYYY-MM-DD date. Throws RangeError when it is not a date of the calendar. */
export function epochDayOf(date: string): number {
  const instant = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(date) : NaN;
  // Date.parse lets 31 June roll over in some engines and not in others: check by writing it back.
  if (Number.isNaN(instant) || dateOf(instant / DAY_MS) !== date) throw new RangeError(`Not a date: ${date}`);
  return instant / DAY_MS;
}

/** The YYYY-MM-DD date of a day count since 1970-01-01. */
export function dateOf(epochDay: number): string {
  return new Date(epochDay * DAY_MS).toISOString().slice(0, 10);
}

/** 0 is Sunday. */
export function weekdayOf(epochDay: number): number {
  return (((epochDay + 4) % 7) + 7) % 7;
}

/** Minutes after midnight of "HH:MM", up to "24:00". Throws RangeError on anything else. */
export function minuteOfDay(time: string): number {
  const match = /^(\d\d?):([0-5]\d)(?::00)?$/.exec(time);
  const minutes = match ? Number(match[1]) * 60 + Number(match[2]) : NaN;
  if (!(minutes <= 1440)) throw new RangeError(`Not a time of day: ${time}`);
  return minutes;
}

/** Days since 1970-01-01 of the local date at an instant. */
export function epochDayAt(instant: number, zone: string): number {
  return Math.floor((instant + offsetAt(instant, zone)) / DAY_MS);
}

/** What calendar and clock on the wall show at an instant. */
export function wallTimeAt(instant: number, zone: string): WallTime {
  const shown = instant + offsetAt(instant, zone);
  const epochDay = Math.floor(shown / DAY_MS);
  const secondOfDay = Math.floor((shown - epochDay * DAY_MS) / 1000);
  const minuteOfDay = Math.floor(secondOfDay / 60);
  const { date, year, month, day } = calendarDay(epochDay);
  return {
    epochDay,
    date,
    year,
    month,
    day,
    weekday: weekdayOf(epochDay),
    hour: Math.floor(minuteOfDay / 60),
    minute: minuteOfDay % 60,
    second: secondOfDay % 60,
    minuteOfDay,
  };
}

type CalendarDay = Pick<WallTime, "date" | "year" | "month" | "day">;
const calendarDays = new Map<number, CalendarDay>();
const calendarDaysAtMost = 20_000;

/** A month of slots asks for the same thirty dates thousands of times, and writing a date takes longer than all the rest. */
function calendarDay(epochDay: number): CalendarDay {
  let known = calendarDays.get(epochDay);
  if (!known) {
    const shown = new Date(epochDay * DAY_MS);
    known = {
      date: dateOf(epochDay),
      year: shown.getUTCFullYear(),
      month: shown.getUTCMonth() + 1,
      day: shown.getUTCDate(),
    };
    if (calendarDays.size >= calendarDaysAtMost) calendarDays.clear();
    calendarDays.set(epochDay, known);
  }
  return known;
}

/**
 * Every instant at which the wall shows date (YYYY-MM-DD) and time (HH:MM; 24:00 is the next day's 00:00), earliest
 * first: one as a rule, none in the hour the clock skips, two in the hour it repeats.
 */
export function instantsOf(date: string, time: string, zone: string): number[] {
  const minutes = minuteOfDay(time);
  const epochDay = epochDayOf(date) + Math.floor(minutes / 1440);
  const wallMs = (minutes % 1440) * MINUTE_MS;
  return daySegments(epochDay, zone)
    .filter((segment) => segment.fromMs <= wallMs && wallMs < segment.toMs)
    .map((segment) => epochDay * DAY_MS + wallMs - segment.offsetMs);
}

/** The first instant of instantsOf; undefined when the wall never shows that time. */
export function instantOf(date: string, time: string, zone: string): number | undefined {
  return instantsOf(date, time, zone)[0];
}

/**
 * [first instant, first instant of the next date) of a local date; they are equal for a date the zone skipped.
 * A day whose midnight is skipped starts when the clock has gone forward.
 */
export function dayBounds(date: string, zone: string): [start: number, end: number] {
  const epochDay = epochDayOf(date);
  const end = startOfDay(epochDay + 1, zone);
  return [daySegments(epochDay, zone).length === 0 ? end : startOfDay(epochDay, zone), end];
}

function startOfDay(epochDay: number, zone: string): number {
  // A skipped date has no segment; the following date then starts where it would have.
  for (let day = epochDay; ; day++) {
    const first = daySegments(day, zone)[0];
    if (first) return day * DAY_MS + first.fromMs - first.offsetMs;
  }
}

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** "Thu 3 Apr" on the wall of `zone`. */
export function formatDate(instant: number, zone: string): string {
  const wall = wallTimeAt(instant, zone);
  return `${WEEKDAYS[wall.weekday]!.slice(0, 3)} ${wall.day} ${MONTHS[wall.month - 1]!.slice(0, 3)}`;
}

/** "10:00 AM" on the wall of `zone`. */
export function formatTime(instant: number, zone: string): string {
  return clockFace(wallTimeAt(instant, zone));
}

/** "Thursday, April 3, 2026 at 10:00 AM" on the wall of `zone`. */
export function formatDateTime(instant: number, zone: string): string {
  const wall = wallTimeAt(instant, zone);
  const date = `${WEEKDAYS[wall.weekday]}, ${MONTHS[wall.month - 1]} ${wall.day}, ${wall.year}`;
  return `${date} at ${clockFace(wall)}`;
}

function clockFace({ hour, minute }: { hour: number; minute: number }): string {
  return `${hour % 12 || 12}:${String(minute).padStart(2, "0")} ${hour < 12 ? "AM" : "PM"}`;
}
