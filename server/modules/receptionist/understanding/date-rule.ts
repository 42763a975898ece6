import { cardinal } from "./numbers.ts";
import { addDays, type Day, isBefore, MONTHS, WEEKDAYS, weekStart } from "./calendar.ts";

/** What date words are read against: the day the conversation is about, or the span of days, when there is one. */
export type DateGround = {
  today: Day;
  spoken?: Day | undefined;
  from?: Day | undefined;
  to?: Day | undefined;
  country?: string | undefined;
};

/** A reading of date words. `loose` readings (a bare "Friday", "the 2nd") yield to a range spoken beside them. */
export type DateReading = { day: Day; from?: Day; to?: Day; loose?: (candidate: Day) => boolean };

export type DateRule = {
  pattern: RegExp;
  read: (groups: Record<string, string | undefined>, ground: DateGround) => DateReading | undefined;
};

export const DAY = `(?<weekday>${WEEKDAYS.join("|")})(?:'?s)?`;
export const MONTH = `(?<month>${MONTHS.join("|")})`;
export const ORD = "(?<ord>\\d{1,2})(?:st|nd|rd|th)";
export const COUNT = "(?<count>\\d{1,2}|a couple of|couple of|a couple|a few|few|one|a|an)";
export const YEAR = "(?:,? (?<year>20\\d\\d))?";
export const NO_CLOCK = "(?!\\d|:\\d|\\.\\d|\\s?(?:am|pm|o'clock|in the (?:m|a|e))\\b)";
export const LINK =
  "(?: ?,? ?\\b(?:on|the|of|maybe|say|like|preferably|ideally|for|any|around|either|is|and it's|that's)\\b){0,3} ?,? ?";

export const rule = (source: string, read: DateRule["read"]): DateRule => ({
  pattern: new RegExp(source, "g"),
  read,
});
export const only = (day: Day | undefined): DateReading | undefined => (day ? { day } : undefined);
export const span = (from: Day, to: Day, day: Day = from): DateReading => ({ day, from, to });
export const weekdayOf = (name: string | undefined): number => WEEKDAYS.indexOf(name ?? "") + 1;
export const count = (text: string | undefined): number =>
  cardinal((text ?? "").replace(/^a (?=couple|few)/, "").replace(/ of$/, "")) ?? 1;
export const later = (a: Day, b: Day): Day => (isBefore(a, b) ? b : a);

/** "Next Monday": that day of the next calendar week. */
export function nextWeekday(weekday: number, { today }: DateGround): Day {
  const day = addDays(weekStart(today, 1), weekday - 1);
  // on a Sunday nobody calls tomorrow "next Monday"
  return day.equals(addDays(today, 1)) ? addDays(day, 7) : day;
}

/** Weeks from this one that words such as "next week" and "the week after next" mean. */
export const weeksAhead = (words: string | undefined): number =>
  /after/.test(words ?? "") ? 2 : /next|following|coming/.test(words ?? "") ? 1 : 0;
