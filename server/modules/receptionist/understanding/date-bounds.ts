import { addDays, type Day, isBefore } from "./calendar.ts";
import type { DateReading } from "./date-rule.ts";

const OPEN_DAYS = 14;
const JOINT = "(?: (?:the|about|around|on|next))*[\\s·]*$";
const BEFORE = new RegExp(
  `(?<!\\b(?:(?:the|a) (?:day|week)|week|not) )\\b(?:before|earlier than|prior to|ahead of)${JOINT}`,
);
const UNTIL = new RegExp(
  `\\b(?:by|until|till|no later than|not later than|not after|not any later than|up to)${JOINT}`,
);
const AFTER = new RegExp(`(?<!\\b(?:(?:the|a) (?:day|week)|week|no|not) )\\b(?:after|later than)${JOINT}`);
const NOT_BEFORE = new RegExp(
  `\\b(?:not before|no earlier than|not earlier than|no sooner than|not until|as of)${JOINT}`,
);
const WITH_CLOCK = /^[^.!?]{0,14}\b(?:at|around) (?:\w+ )?\d|^,? \d{1,2}(?::| [ap]m)/;
const ONWARDS = /^[\s·]*(?:onwards?|or (?:later|after)|and later|at the earliest)\b/;

/** "Before Friday", "by the 30th" and "after the 25th" as the span they leave open; undefined for a day as such. */
export function boundedBy(
  before: string,
  after: string,
  { day, from = day, to = day }: DateReading,
  today: Day,
): DateReading | undefined {
  const openEnd = (first: Day): DateReading => ({
    day: first,
    from: first,
    to: addDays(first, OPEN_DAYS - 1),
  });
  if (ONWARDS.test(after) || NOT_BEFORE.test(before)) return openEnd(from);
  if (AFTER.test(before)) return openEnd(addDays(to, 1));
  // "by Monday at 2:30" is an appointment, not a deadline
  const last =
    UNTIL.test(before) && !WITH_CLOCK.test(after) ? to : BEFORE.test(before) ? addDays(from, -1) : undefined;
  if (!last || isBefore(last, today)) return undefined;
  return { day: today, from: today, to: last };
}
