import { addDays, type Day, isBefore, weekdayFrom, weekStart } from "./calendar.ts";
import { boundedBy } from "./date-bounds.ts";
import type { DateGround, DateReading } from "./date-rule.ts";
import { DATE_RULES } from "./date-rules.ts";
import { consume } from "./normalise.ts";
import { isNegated, spreadNegation } from "./polarity.ts";
import { preferred } from "./preference.ts";
import type { DateMention } from "./understanding.ts";

type Found = {
  start: number;
  end: number;
  reading: DateReading;
  text: string;
  negated: boolean;
  /** An end of an open span ("before Friday"). */
  bound?: boolean;
};

/** The dates of a text in the order they were said, the one that counts, and the text with them consumed. */
type DatesRead = { dates: DateMention[]; date?: DateMention; rest: string };

const FAREWELL =
  /\b(?:that's|that is|that was|that'll be|that will be|will be|is)\b[^.?]{0,24}\b(?:all|it|everything)\b[^.?]{0,14}$/;
const PAST =
  /\b(?:since|last|until last|from last|this past|past|happened|started|broke|began|were here|came)(?: (?:on|at|down|leaking))?[\s·]*$/;
const MOVING = /\b(?:move|change|switch|push|shift|swap|bring|reschedule|postpone|put)\b[^.!?]{0,40}$/;
const JOINED_TO = /^\s*(?:to|through|thru|until|till|-)\s*(?:the )?$/;

function find(text: string, ground: DateGround): { found: Found[]; rest: string } {
  const found: Found[] = [];
  let rest = text;
  for (const { pattern, read } of DATE_RULES) {
    for (const match of rest.matchAll(pattern)) {
      const start = match.index;
      const end = start + match[0].length;
      if (end === start) continue;
      const before = text.slice(Math.max(0, start - 60), start);
      if (PAST.test(before) || FAREWELL.test(before.replace(/ (?:for|i need for)[\s·]*$/, ""))) {
        rest = consume(rest, start, end);
        continue;
      }
      const reading = read(match.groups ?? {}, ground);
      if (!reading) continue;
      const bounds = boundedBy(before, text.slice(end, end + 40), reading, ground.today);
      const negated = bounds === undefined && isNegated(text, start, end);
      found.push({
        start,
        end,
        reading: bounds ?? reading,
        text: match[0].trim(),
        negated,
        ...(bounds ? { bound: true } : {}),
      });
      rest = consume(rest, start, end);
    }
  }
  rest = rest.replace(/\byesterday\b/g, (word) => "·".repeat(word.length));
  return {
    found: spreadNegation(
      found.sort((a, b) => a.start - b.start),
      text,
    ),
    rest,
  };
}

/** "From Monday to Wednesday" is one span; after "move it from" the first day is merely the one left behind. */
function joinSpans(found: Found[], text: string): Found[] {
  const joined: Found[] = [];
  for (const next of found) {
    const last = joined.at(-1);
    const between = last ? text.slice(last.end, next.start) : "";
    const opening = last ? text.slice(Math.max(0, last.start - 60), last.start) : "";
    const spans =
      (!last?.bound && !next.bound && JOINED_TO.test(between)) ||
      (/^ and (?:the )?$/.test(between) && /\bbetween (?:the )?$/.test(opening));
    if (!last || !spans) joined.push(next);
    else if (MOVING.test(opening)) joined.push(...[{ ...(joined.pop() as Found), negated: true }, next]);
    else {
      joined.pop();
      const to = isBefore(next.reading.day, last.reading.day)
        ? addDays(next.reading.day, 7)
        : next.reading.day;
      const reading = { day: last.reading.day, from: last.reading.day, to };
      joined.push({ ...last, end: next.end, reading, text: text.slice(last.start, next.end) });
    }
  }
  return joined;
}

const CORRECTION =
  /\b(?:not|actually|instead|rather|make it|i mean|i meant|meant|sorry|no,|change|move|switch|swap)\b/;

/** "Next week, ideally Tuesday": the loose Tuesday belongs into the week spoken of, and so does a corrected one. */
function settle(
  found: Found[],
  offered: Day[],
  { spoken, today, from, to }: DateGround,
  text: string,
): Found[] {
  const range = found.find(({ reading, negated, bound }) => reading.from && !negated && !bound)?.reading ?? {
    from,
    to,
  };
  const corrects = CORRECTION.test(text);
  return found.map((mention) => {
    const { loose, day: coming } = mention.reading;
    if (!loose) return mention;
    const inRange = range?.from && range.to ? within(range.from, range.to).find(loose) : undefined;
    const matching = offered.filter(loose);
    const tabled = spoken && corrects ? besides(spoken, coming, today) : undefined;
    const day =
      inRange ??
      (matching.length === 1 ? matching[0] : undefined) ??
      (tabled && loose(tabled) ? tabled : undefined);
    return day ? { ...mention, reading: { ...mention.reading, day } } : mention;
  });
}

/**
 * The weekday of `coming` in the week of `spoken`; one earlier in that week is the nearer of it and the next week's:
 * of Friday the 11th "the Thursday" is the 10th and "the Monday" the 14th. Never today or before.
 */
function besides(spoken: Day, coming: Day, today: Day): Day {
  const same = addDays(weekStart(spoken, 0), coming.dayOfWeek - 1);
  const nearest = spoken.dayOfWeek - same.dayOfWeek > 3 ? weekdayFrom(spoken, coming.dayOfWeek) : same;
  return isBefore(today, nearest) ? nearest : coming;
}

function within(from: Day, to: Day): Day[] {
  const days: Day[] = [];
  for (let day = from; !isBefore(to, day) && days.length < 62; day = addDays(day, 1)) days.push(day);
  return days;
}

function toMention({ reading, text, negated }: Found): DateMention {
  return {
    date: reading.day.toString(),
    text,
    ...(reading.from && reading.to ? { from: reading.from.toString(), to: reading.to.toString() } : {}),
    ...(negated ? { negated } : {}),
  };
}

/** Days a text names, oldest mention first: what the assistant has offered. */
export function daysNamed(text: string, ground: DateGround): Day[] {
  return find(text, ground).found.map(({ reading }) => reading.day);
}

/** Reads the dates of normalised text. `offered` are days the assistant just proposed: they settle a bare weekday. */
export function readDates(text: string, ground: DateGround, offered: Day[] = []): DatesRead {
  const { found, rest } = find(text, ground);
  const settled = settle(joinSpans(found, text), offered, ground, text);
  const exact = settled.filter(({ reading, negated }) => !reading.from && !negated);
  const chosen = preferred(exact.length > 0 ? exact : settled, text);
  return { dates: settled.map(toMention), rest, ...(chosen ? { date: toMention(chosen) } : {}) };
}
