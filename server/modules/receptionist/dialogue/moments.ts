import { Temporal } from "temporal-polyfill";
import type { Slot } from "./turn.ts";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

type Local = { date: string; time: string; weekday: number };

function zoned(at: Date, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone);
}

/** The shop's wall clock at an instant; `weekday` 0 is Sunday. */
export function localOf(at: Date, timeZone: string): Local {
  const local = zoned(at, timeZone);
  const time = `${String(local.hour).padStart(2, "0")}:${String(local.minute).padStart(2, "0")}`;
  return { date: local.toPlainDate().toString(), time, weekday: local.dayOfWeek % 7 };
}

/** 0 is Sunday. */
export function weekdayOf(date: string): number {
  return Temporal.PlainDate.from(date).dayOfWeek % 7;
}

/** The instant of a wall time; a time the clocks skip is moved on by what they skip. */
export function instantOf(date: string, time: string, timeZone: string): Date {
  const plain = Temporal.PlainDateTime.from(`${date}T${time === "24:00" ? "23:59" : time}`);
  return new Date(plain.toZonedDateTime(timeZone).epochMilliseconds);
}

export function plusDays(date: string, days: number): string {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

/** Minutes from midnight of HH:MM. */
export function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

/** "3:30 PM" */
export function clockText(time: string): string {
  const minutes = minutesOf(time);
  const hour = Math.floor(minutes / 60) % 24;
  return `${hour % 12 || 12}:${String(minutes % 60).padStart(2, "0")} ${hour < 12 ? "AM" : "PM"}`;
}

/** "Thu 5 Mar" */
export function dayText(date: string): string {
  const day = Temporal.PlainDate.from(date);
  return `${DAYS[day.dayOfWeek - 1]} ${day.day} ${MONTHS[day.month - 1]}`;
}

/** "Thu 5 Mar at 3:30 PM" */
export function momentText(at: Date, timeZone: string): string {
  const { date, time } = localOf(at, timeZone);
  return `${dayText(date)} at ${clockText(time)}`;
}

/** "Thu 5 Mar at 9:00 AM or 3:30 PM, or Fri 6 Mar at 10:00 AM": times grouped by day. */
export function offerText(slots: Slot[], timeZone: string): string {
  const days = Map.groupBy(slots, ({ startsAt }) => localOf(startsAt, timeZone).date);
  const parts = [...days].map(([date, ofDay]) => {
    const times = ofDay.map(({ startsAt }) => clockText(localOf(startsAt, timeZone).time));
    return `${dayText(date)} at ${listText(times)}`;
  });
  return parts.length > 1 ? `${parts.slice(0, -1).join(", ")}, or ${parts.at(-1)}` : (parts[0] ?? "");
}

/** "a, b or c" */
export function listText(items: string[], joint = "or"): string {
  if (items.length < 2) return items[0] ?? "";
  return `${items.slice(0, -1).join(", ")} ${joint} ${items.at(-1)}`;
}

const MOMENT =
  /\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*,? )?(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*\b|\b(\d{1,2})[:.](\d{2}) ?(AM|PM)\b/gi;

/** The moments named in our own spelling, in order, as instants. The year is the one that makes the day come next. */
export function momentsIn(text: string, timeZone: string, now: Date): Date[] {
  const today = localOf(now, timeZone).date;
  const found: Date[] = [];
  let date: string | undefined;
  for (const match of text.matchAll(MOMENT)) {
    if (match[1] && match[2]) {
      date = comingDate(Number(match[1]), match[2], today);
    } else if (date && match[3] && match[4] && match[5]) {
      const hour = (Number(match[3]) % 12) + (match[5].toUpperCase() === "PM" ? 12 : 0);
      found.push(instantOf(date, `${String(hour).padStart(2, "0")}:${match[4]}`, timeZone));
    }
  }
  return found;
}

function comingDate(day: number, monthName: string, today: string): string | undefined {
  const month = MONTHS.findIndex((name) => name.toLowerCase() === monthName.slice(0, 3).toLowerCase()) + 1;
  const year = Number(today.slice(0, 4));
  for (const candidate of [year, year + 1]) {
    const text = `${candidate}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
    try {
      const date = Temporal.PlainDate.from(text, { overflow: "reject" });
      if (Temporal.PlainDate.compare(date, Temporal.PlainDate.from(today)) >= 0) return text;
    } catch {
      // not a day of that year
    }
  }
  return undefined;
}
