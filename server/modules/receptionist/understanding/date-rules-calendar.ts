import {
  addDays,
  comingDayOfMonth,
  comingMonthDay,
  type Day,
  isBefore,
  makeDay,
  MONTHS,
  weekdayFrom,
} from "./calendar.ts";
import {
  DAY,
  type DateGround,
  type DateReading,
  type DateRule,
  MONTH,
  NO_CLOCK,
  only,
  ORD,
  rule,
  weekdayOf,
  YEAR,
} from "./date-rule.ts";
import { ordinal } from "./numbers.ts";

function monthDay(
  groups: Record<string, string | undefined>,
  { today }: DateGround,
): DateReading | undefined {
  const month = MONTHS.indexOf(groups.month ?? "") + 1;
  const day = ordinal(groups.ord ?? groups.number ?? "") ?? 0;
  if (groups.year) return only(makeDay(Number(groups.year), month, day));
  return only(comingMonthDay(today, month, day));
}

function numeric(groups: Record<string, string | undefined>, ground: DateGround): DateReading | undefined {
  let [day, month] = [Number(groups.first), Number(groups.second)];
  const american = ground.country?.toUpperCase() === "US";
  if ((american && day <= 12) || month > 12) [day, month] = [month, day];
  if (!groups.year) return only(comingMonthDay(ground.today, month, day));
  const year = Number(groups.year);
  return only(makeDay(year < 100 ? 2000 + year : year, month, day));
}

function weekdayOfMonth(
  groups: Record<string, string | undefined>,
  { today }: DateGround,
): DateReading | undefined {
  const weekday = weekdayOf(groups.weekday);
  const named = MONTHS.indexOf(groups.month ?? "") + 1;
  const start = named
    ? comingMonthDay(today.with({ day: 1 }), named, 1)
    : today.with({ day: 1 }).add({ months: /next/.test(groups.which ?? "") ? 1 : 0 });
  if (!start) return undefined;
  const found = nthWeekday(start, groups.nth ?? "", weekday);
  if (!isBefore(found, today) || named) return only(found);
  return only(nthWeekday(start.add({ months: 1 }), groups.nth ?? "", weekday));
}

/** "First Monday", "last Friday" of the month starting at `start`. */
function nthWeekday(start: Day, nth: string, weekday: number): Day {
  if (nth === "last") return weekdayFrom(addDays(start.add({ months: 1 }), -7), weekday);
  return addDays(weekdayFrom(start, weekday), ((ordinal(nth) ?? 1) - 1) * 7);
}

/** Days named by the calendar: "the 9th of March", "8/3", "first Monday of next month". */
export const CALENDAR_RULES: DateRule[] = [
  rule("\\b(?<year>20\\d\\d)-(?<second>\\d{1,2})-(?<first>\\d{1,2})\\b", (groups) =>
    only(makeDay(Number(groups.year), Number(groups.second), Number(groups.first))),
  ),
  rule(
    `\\b(?<nth>1st|2nd|3rd|4th|last|first|second) ${DAY} (?:of|in) (?:(?<which>(?:this|the|next) month)|${MONTH})`,
    weekdayOfMonth,
  ),
  rule(`(?:\\b${DAY},? )?(?:\\bthe )?\\b${ORD}(?: day)?(?: of|,)? ${MONTH}\\b${YEAR}`, monthDay),
  rule(`(?:\\b${DAY},? )?\\b${MONTH} (?:the )?(?:${ORD}|(?<number>\\d{1,2}))\\b${NO_CLOCK}${YEAR}`, monthDay),
  rule(`(?:\\b${DAY},? )?(?<![:.]|\\d)\\b(?<number>\\d{1,2}) (?:of )?${MONTH}\\b${YEAR}`, monthDay),
  rule(
    "(?<![\\d/.:$£€])\\b(?!24\\/7)(?<first>\\d{1,2})\\/(?<second>\\d{1,2})(?:\\/(?<year>\\d{4}|\\d\\d))?\\b(?!\\/|\\d|[\"']|[\\s-](?:of|an? (?:hour|inch|day|mile)|hours?|inch|inches|pipe|bsp|way|full|price|day|cup)\\b)",
    numeric,
  ),
  rule(
    "(?<![\\d/.$£€-])\\b(?<first>\\d{1,2})[.-](?<second>\\d{1,2})[.-](?<year>20\\d\\d|\\d\\d)\\b(?![.-]?\\d)",
    numeric,
  ),
  rule(
    `\\b(?:the )?${ORD} of (?:next month|the following month)|\\bnext month on the (?<number>\\d{1,2})(?:st|nd|rd|th)?`,
    (groups, { today }) => {
      const month = today.with({ day: 1 }).add({ months: 1 });
      return only(makeDay(month.year, month.month, Number(groups.ord ?? groups.number)));
    },
  ),
  rule(
    `(?:\\b${DAY},? )?(?:\\bthe )?\\b${ORD} (?:of|in) (?:this|the|the current) month\\b`,
    (groups, { today }) => only(comingDayOfMonth(today, Number(groups.ord))),
  ),
];
