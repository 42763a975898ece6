import {
  addDays,
  comingDayOfMonth,
  comingMonthDay,
  isBefore,
  makeDay,
  weekdayFrom,
  WEEKDAYS,
} from "./calendar.ts";
import {
  COUNT,
  count,
  DAY,
  type DateGround,
  type DateReading,
  type DateRule,
  NO_CLOCK,
  nextWeekday,
  only,
  ORD,
  rule,
  span,
  weekdayOf,
} from "./date-rule.ts";
import { CALENDAR_RULES } from "./date-rules-calendar.ts";
import { WEEK_RULES } from "./date-rules-weeks.ts";

/** The next such weekday; said on the day itself it means a week later. */
function bareWeekday(weekday: number, { today }: DateGround): DateReading {
  return {
    day: weekdayFrom(addDays(today, 1), weekday),
    loose: (candidate) => candidate.dayOfWeek === weekday,
  };
}

const TABLED: DateRule[] = [
  rule("\\bsame day (?:and time )?next week\\b|(?<=\\bsame time )next week\\b", (_, { today, spoken }) =>
    only(addDays(spoken ?? today, 7)),
  ),
];

const RELATIVE: DateRule[] = [
  rule(
    "\\b(?<base>today|tomorrow) or (?:the )?(?:day after|next day|following day)\\b(?! tomorrow)",
    (groups, { today }) => {
      const first = addDays(today, groups.base === "tomorrow" ? 1 : 0);
      return span(first, addDays(first, 1));
    },
  ),
  rule(`\\b${COUNT} days (?:from|after) tomorrow\\b`, (groups, { today }) =>
    only(addDays(today, 1 + count(groups.count))),
  ),
  rule("\\b(?:in )?(?<from>\\d{1,2}) (?:or|to|-) (?<to>\\d{1,2}) days\\b(?! ago)", (groups, { today }) =>
    span(addDays(today, Number(groups.from)), addDays(today, Number(groups.to))),
  ),
  rule("\\b(?:the )?day after tomorrow\\b|\\bovermorrow\\b", (_, { today }) => only(addDays(today, 2))),
  rule(
    `\\b${COUNT} weeks? (?:from )?(?<base>today|tomorrow|now)\\b|\\b(?<base2>today|tomorrow) week\\b`,
    (groups, { today }) =>
      only(addDays(today, count(groups.count) * 7 + ((groups.base ?? groups.base2) === "tomorrow" ? 1 : 0))),
  ),
  rule(
    `\\b(?:in|within) (?:about |around )?${COUNT} (?<unit>days?|weeks?|months?)(?:'? ?time)?\\b(?! ago)|\\b(?<count2>\\d{1,2}|a couple of|a few) (?<unit2>days?|weeks?|months?) (?:from (?:now|today)|away)\\b`,
    (groups, { today }) => {
      const amount = count(groups.count ?? groups.count2);
      const unit = groups.unit ?? groups.unit2 ?? "";
      return only(
        unit.startsWith("month")
          ? today.add({ months: amount })
          : addDays(today, amount * (unit.startsWith("week") ? 7 : 1)),
      );
    },
  ),
  rule(`\\b(?<count>a|one|\\d) months? from (?:now|today)\\b`, (groups, { today }) =>
    only(today.add({ months: count(groups.count) })),
  ),
  rule(
    `\\b(?:in|within|over|during) the (?:next|coming) (?:${COUNT} )?(?<unit>days?|weeks?)\\b|\\bin the (?:coming|next few) days\\b`,
    (groups, { today }) =>
      span(addDays(today, 1), addDays(today, count(groups.count) * (groups.unit?.startsWith("w") ? 7 : 1))),
  ),
  rule("\\b(?:on )?(?:the )?(?:same|that) (?:day|date)\\b|\\bthat same (?:day|date)\\b", (_, { spoken }) =>
    only(spoken),
  ),
  rule(
    `\\b(?:the )?(?<which>next|following) day\\b|\\b(?:the |a )?day (?<way>after|later|before|earlier)\\b(?! (?:my|the|i|we|a|${WEEKDAYS.join("|")})\\b)`,
    (groups, { today, spoken }) => {
      const back = /before|earlier/.test(groups.way ?? "");
      if (back && !spoken) return undefined;
      return only(addDays(spoken ?? today, back ? -1 : 1));
    },
  ),
  rule("\\b(?:the |a )?week (?<way>after|later|before|earlier)\\b", (groups, { today, spoken }) => {
    const base = spoken ?? (/after|later/.test(groups.way ?? "") ? addDays(today, 7) : undefined);
    return only(base && addDays(base, /before|earlier/.test(groups.way ?? "") ? -7 : spoken ? 7 : 0));
  }),
  rule(
    "(?<=\\b(?:back|out|forward|on|off) (?:by )?)(?:a|one|(?<count>\\d)) (?<unit>week|day)s?\\b(?! (?:later|after|from))",
    ({ count: amount, unit }, { spoken }) =>
      only(spoken && addDays(spoken, Number(amount ?? 1) * (unit === "week" ? 7 : 1))),
  ),
  rule("\\btomorrow(?:'?s)?\\b", (_, { today }) => only(addDays(today, 1))),
  rule("\\b(?:later |earlier )?(?:on )?today(?:'?s)?\\b", (_, { today }) => only(today)),
  rule("\\bthis (?:very )?(?=(?:late |early )?(?:morning|afternoon|evening|lunchtime)\\b)", (_, { today }) =>
    only(today),
  ),
  rule("\\b(?:christmas|xmas) eve\\b", (_, { today }) => only(comingMonthDay(today, 12, 24))),
  rule("\\bboxing day\\b", (_, { today }) => only(comingMonthDay(today, 12, 26))),
  rule("\\bnew year'?s eve\\b", (_, { today }) => only(comingMonthDay(today, 12, 31))),
];

const NAMED: DateRule[] = [
  rule(`\\b(?:this |next |on )?${DAY},? (?:(?:the|on the) )?${ORD}\\b`, (groups, { today }) => {
    const day = Number(groups.ord);
    for (let months = 0; months < 12; months += 1) {
      const month = today.with({ day: 1 }).add({ months });
      const candidate = makeDay(month.year, month.month, day);
      if (candidate && !isBefore(candidate, today) && candidate.dayOfWeek === weekdayOf(groups.weekday))
        return months < 3 ? { day: candidate } : only(comingDayOfMonth(today, day));
    }
    return only(comingDayOfMonth(today, day));
  }),
  rule(
    `\\b(?:the )?(?:following ${DAY})|\\bthe (?<after>${WEEKDAYS.join("|")}) after(?: that)?\\b`,
    (groups, ground) => {
      const weekday = weekdayOf(groups.weekday ?? groups.after);
      return only(
        ground.spoken ? weekdayFrom(addDays(ground.spoken, 1), weekday) : nextWeekday(weekday, ground),
      );
    },
  ),
  rule(`\\b(?:this |the )?(?:coming|upcoming) ${DAY}`, (groups, { today }) =>
    only(weekdayFrom(addDays(today, 1), weekdayOf(groups.weekday))),
  ),
  rule(`\\b(?:the )?next ${DAY}`, (groups, ground) => only(nextWeekday(weekdayOf(groups.weekday), ground))),
  rule(`\\bthis ${DAY}`, (groups, { today }) => only(weekdayFrom(today, weekdayOf(groups.weekday)))),
  rule(`\\b${DAY}\\b`, (groups, ground) => bareWeekday(weekdayOf(groups.weekday), ground)),
  rule(
    `\\b(?:the )?${ORD}\\b(?! (?:floor|street|st|ave|avenue|road|rd|time|grade|birthday|one|option|slot|avenue|anniversary|opinion|party|century|salon)\\b)(?!\\/)`,
    ({ ord }, { today }) => {
      const day = comingDayOfMonth(today, Number(ord));
      return day ? { day, loose: (candidate) => candidate.day === Number(ord) } : undefined;
    },
  ),
  rule(
    `\\bon the (?<number>\\d{1,2})\\b${NO_CLOCK}(?! ?[a-z]+ (?:street|road|avenue))`,
    ({ number }, { today }) => only(comingDayOfMonth(today, Number(number))),
  ),
];

/** Every date rule, most specific first: what one rule has read the next ones no longer see. */
export const DATE_RULES: DateRule[] = [...CALENDAR_RULES, ...TABLED, ...WEEK_RULES, ...RELATIVE, ...NAMED];
