/** Months as a wall calendar shows them. A month is YYYY-MM, a date YYYY-MM-DD. */
import { dateOf, dayBounds, epochDayOf, weekdayOf } from "../slots/wall-clock.ts";

const monthForm = /^\d{4}-(0[1-9]|1[0-2])$/;

export function isMonth(text: string | undefined): text is string {
  return text !== undefined && monthForm.test(text);
}

/** The month some months later, or earlier. */
export function addMonths(month: string, count: number): string {
  const months = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + count;
  return `${String(Math.floor(months / 12)).padStart(4, "0")}-${String((months % 12) + 1).padStart(2, "0")}`;
}

/** [first instant, first instant of the next month) on the wall of a zone. */
export function monthBounds(month: string, zone: string): [from: number, to: number] {
  return [dayBounds(`${month}-01`, zone)[0], dayBounds(`${addMonths(month, 1)}-01`, zone)[0]];
}

/** Rows of seven dates, undefined where another month's days would stand; `firstWeekday` 0 is Sunday. */
export function weeksOf(month: string, firstWeekday: number): (string | undefined)[][] {
  const first = epochDayOf(`${month}-01`);
  const last = epochDayOf(`${addMonths(month, 1)}-01`) - 1;
  const weeks: (string | undefined)[][] = [];
  const lead = (weekdayOf(first) - firstWeekday + 7) % 7;
  for (let start = first - lead; start <= last; start += 7) {
    const week = Array.from({ length: 7 }, (_, index) => start + index);
    weeks.push(week.map((day) => (day < first || day > last ? undefined : dateOf(day))));
  }
  return weeks;
}

/** The weekday a calendar of this locale begins with, 0 being Sunday. */
export function firstWeekdayOf(locale: string): number {
  // TypeScript does not know it yet.
  const known = new Intl.Locale(locale) as Intl.Locale & { getWeekInfo(): { firstDay: number } };
  return known.getWeekInfo().firstDay % 7;
}
