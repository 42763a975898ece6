import { Temporal } from "temporal-polyfill";

export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
export const MONTHS = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];

export type Day = Temporal.PlainDate;

/** The shop's day and minute of the day at an instant. */
type Today = { day: Day; minutes: number };

export function todayIn(now: Date, timeZone: string): Today {
  const local = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone);
  return { day: local.toPlainDate(), minutes: local.hour * 60 + local.minute };
}

/** The day an ISO date (YYYY-MM-DD) names; undefined when it names none. */
export function parseDay(iso: string | undefined): Day | undefined {
  if (!iso || !/^\d{4}-\d{2}-\d{2}$/.test(iso)) return undefined;
  const [year, month, day] = iso.split("-").map(Number);
  return makeDay(year ?? 0, month ?? 0, day ?? 0);
}

export function makeDay(year: number, month: number, day: number): Day | undefined {
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const made = Temporal.PlainDate.from({ year, month, day }, { overflow: "constrain" });
  return made.day === day ? made : undefined;
}

export function addDays(day: Day, days: number): Day {
  return day.add({ days });
}

export function isBefore(a: Day, b: Day): boolean {
  return Temporal.PlainDate.compare(a, b) < 0;
}

/** First day with this ISO weekday (1 Monday to 7 Sunday) on or after `day`. */
export function weekdayFrom(day: Day, weekday: number): Day {
  return addDays(day, (weekday - day.dayOfWeek + 7) % 7);
}

/** Monday of the week `weeks` weeks after the one `day` is in. */
export function weekStart(day: Day, weeks: number): Day {
  return addDays(day, 1 - day.dayOfWeek + weeks * 7);
}

/** The coming day with this month and day of the month: this year's, or next year's when that is over. */
export function comingMonthDay(today: Day, month: number, dayOfMonth: number): Day | undefined {
  for (let year = today.year; year <= today.year + 4; year += 1) {
    const day = makeDay(year, month, dayOfMonth);
    if (day && !isBefore(day, today)) return day;
  }
  return undefined;
}

/** The coming day with this day of the month, today included. */
export function comingDayOfMonth(today: Day, dayOfMonth: number): Day | undefined {
  for (let months = 0; months <= 3; months += 1) {
    const month = today.with({ day: 1 }).add({ months });
    const day = makeDay(month.year, month.month, dayOfMonth);
    if (day && !isBefore(day, today)) return day;
  }
  return undefined;
}

/** HH:MM of a minute of the day, kept inside the day. */
export function clockText(minutes: number): string {
  const inside = ((Math.round(minutes) % 1440) + 1440) % 1440;
  return `${String(Math.floor(inside / 60)).padStart(2, "0")}:${String(inside % 60).padStart(2, "0")}`;
}

/** Minute of the day of HH:MM; undefined when it is no such text. */
export function clockMinutes(text: string | undefined): number | undefined {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text ?? "");
  return match ? Number(match[1]) * 60 + Number(match[2]) : undefined;
}
