import {
  addDays,
  comingDayOfMonth,
  comingMonthDay,
  type Day,
  isBefore,
  MONTHS,
  weekdayFrom,
  weekStart,
} from "./calendar.ts";
import {
  COUNT,
  count,
  DAY,
  type DateGround,
  type DateReading,
  type DateRule,
  later,
  LINK,
  MONTH,
  only,
  ORD,
  rule,
  span,
  weekdayOf,
  weeksAhead,
} from "./date-rule.ts";
import { ordinal } from "./numbers.ts";

function inWeek(weekday: number, weeks: number, { today }: DateGround): DateReading {
  const day = addDays(weekStart(today, weeks), weekday - 1);
  return { day: isBefore(day, today) ? addDays(day, 7) : day };
}

function partOfWeek(part: string, weeks: number, { today }: DateGround): DateReading {
  const monday = weekStart(today, weeks);
  const [from, to] = /end|late/.test(part) ? [3, 4] : /mid/.test(part) ? [1, 3] : [0, 1];
  const first = later(addDays(monday, from), today);
  const last = later(addDays(monday, to), first);
  return span(first, last, /end/.test(part) ? last : first);
}

/** First day of the coming month of that name, the current month included. */
function startOf(month: string | undefined, today: Day): Day | undefined {
  return comingMonthDay(today.with({ day: 1 }), MONTHS.indexOf(month ?? "") + 1, 1);
}

/** Days and spans counted in weeks and months: "Thursday next week", "Monday week", "the weekend". */
export const WEEK_RULES: DateRule[] = [
  rule(`\\b${COUNT} weeks?(?: from| on| after| past)?(?: the| this| next)? ${DAY}`, (groups, { today }) =>
    only(addDays(weekdayFrom(addDays(today, 1), weekdayOf(groups.weekday)), count(groups.count) * 7)),
  ),
  rule(`\\b(?:next )?${DAY} week\\b(?! (?:after|on))`, (groups, { today }) =>
    only(addDays(weekdayFrom(addDays(today, 1), weekdayOf(groups.weekday)), 7)),
  ),
  rule(`\\b(?:not this ${DAY}),? but (?:the )?(?:next|following|one after)(?: one)?`, (groups, { today }) =>
    only(addDays(weekdayFrom(today, weekdayOf(groups.weekday)), 7)),
  ),
  rule(`\\b(?:the )?${DAY} (?:after next|the week after next)`, (groups, { today }) =>
    only(addDays(weekStart(today, 2), weekdayOf(groups.weekday) - 1)),
  ),
  rule(
    `\\b${DAY},? ?(?:on |in |of )?(?:the )?(?<which>(?:next|following|coming) week|week after next|this week|this coming week)\\b`,
    (groups, ground) => inWeek(weekdayOf(groups.weekday), weeksAhead(groups.which), ground),
  ),
  rule(
    `\\b(?<which>next week|the week after next|week after next|this week)${LINK}\\b${DAY}`,
    (groups, ground) => inWeek(weekdayOf(groups.weekday), weeksAhead(groups.which), ground),
  ),
  rule(
    "\\b(?:the )?(?<part>end|start|beginning|middle|early|earlier|late|later|mid)(?: part)?[ -](?:of |in )?(?:the )?(?<which>next week|following week|coming week|week|this week)\\b",
    (groups, ground) =>
      partOfWeek(groups.part ?? "", weeksAhead((groups.which ?? "").replace("coming week", "")), ground),
  ),
  rule("\\bmidweek\\b|\\bmid week\\b", (_, ground) =>
    partOfWeek("mid", ground.today.dayOfWeek > 3 ? 1 : 0, ground),
  ),
  rule("\\b(?<which>next|the following) weekend\\b", (_, { today }) => {
    const saturday = addDays(weekStart(today, 1), 5);
    return span(saturday, addDays(saturday, 1));
  }),
  rule("\\b(?:(?:this|the|this coming|coming|at) )?weekends?\\b", (_, { today }) => {
    const saturday = today.dayOfWeek === 7 ? today : weekdayFrom(today, 6);
    return span(saturday, weekdayFrom(saturday, 7));
  }),
  rule("\\b(?:the )?week after next\\b", (_, { today }) =>
    span(weekStart(today, 2), addDays(weekStart(today, 2), 6)),
  ),
  rule(
    `\\b(?:the )?week (?:of|commencing|beginning|starting|from) (?:monday )?(?:the )?${ORD}(?: of)?(?: ${MONTH})?\\b`,
    ({ ord, month }, { today }) => {
      const number = Number(ord);
      const day = month
        ? comingMonthDay(today, MONTHS.indexOf(month) + 1, number)
        : comingDayOfMonth(today, number);
      return day && span(later(weekStart(day, 0), today), addDays(weekStart(day, 0), 6));
    },
  ),
  rule("\\b(?:next|the following|the coming) week\\b", (_, { today }) =>
    span(weekStart(today, 1), addDays(weekStart(today, 1), 6)),
  ),
  rule("\\bthis week\\b", (_, { today }) => span(today, addDays(weekStart(today, 0), 6))),
  rule("\\b(?:the )?end of (?:the|this) month\\b", (_, { today }) => {
    const last = today.with({ day: today.daysInMonth });
    return span(later(addDays(last, -6), today), last);
  }),
  rule("\\bnext month\\b", (_, { today }) => {
    const first = today.with({ day: 1 }).add({ months: 1 });
    return span(first, first.with({ day: first.daysInMonth }));
  }),
  rule(
    `\\b(?:the )?(?<nth>first|second|1st|2nd|3rd|third|last) week (?:of|in) (?:${MONTH}|(?<next>next month))`,
    (groups, { today }) => {
      const first = groups.next ? today.with({ day: 1 }).add({ months: 1 }) : startOf(groups.month, today);
      if (!first) return undefined;
      const from =
        groups.nth === "last" ? first.daysInMonth - 6 : ((ordinal(groups.nth ?? "") ?? 1) - 1) * 7 + 1;
      return span(first.with({ day: from }), first.with({ day: from + 6 }));
    },
  ),
  rule(
    `\\b(?:in|during|(?<part>early|mid|middle of|late|beginning of|start of|end of))(?: in)?[ -]${MONTH}\\b(?! \\d)`,
    ({ month, part = "" }, { today }) => {
      const first = startOf(month, today);
      if (!first) return undefined;
      const [from, to] = /early|beginning|start/.test(part)
        ? [1, 10]
        : /mid/.test(part)
          ? [11, 20]
          : /late|end/.test(part)
            ? [21, 31]
            : [1, 31];
      return span(
        later(first.with({ day: from }), today),
        first.with({ day: Math.min(to, first.daysInMonth) }),
      );
    },
  ),
];
