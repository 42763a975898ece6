import { clockMinutes, clockText } from "./calendar.ts";
import { type Clock, CLOCK_RULES, periodAround, resolveClock } from "./clock.ts";
import { consume } from "./normalise.ts";
import { cardinal } from "./numbers.ts";
import { isNegated, spreadNegation } from "./polarity.ts";
import { preferred } from "./preference.ts";
import type { TimeMention, TimeWindow } from "./understanding.ts";
import { DAY_END, DAY_START, hideGreetings, readWindow } from "./windows.ts";

/** What clock words are read against: the minute it is now, the time on the table, the times just offered. */
type TimeGround = { minutesNow: number; spoken?: string; offered: string[] };

/** The times of a text, the one that counts, a part of the day, and whether a time means today ("in an hour"). */
export type TimesRead = { times: TimeMention[]; time?: TimeMention; window?: TimeWindow; today?: boolean };

type Found = { start: number; end: number; mention: TimeMention; negated: boolean };

const AMOUNT = "(?<amount>half an|an|a|\\d{1,3}|a couple of|a few)(?<half> and a half)?";
const UNIT = "(?<unit>hours?|hrs?|minutes?|mins?)";
const FROM_NOW = new RegExp(
  `\\bin (?:about |around |like )?${AMOUNT} ${UNIT}(?:'? ?time)?\\b|\\b(?<amount2>\\d{1,3}) (?<unit2>hours?|minutes?|mins?) from now\\b`,
);
const SHIFT = new RegExp(
  `\\b${AMOUNT} ${UNIT} (?<way>later|earlier|sooner|after|before)\\b(?! \\d)|\\b(?<way2>back|forward|later|earlier|sooner) (?:by |about )?(?<amount2>half an|an|\\d{1,3}) (?<unit2>hours?|hrs?|minutes?|mins?)\\b`,
);
const RANGE_OPEN = /\b(?:between|from|anywhere between|sometime between)[\s·]*(?:the )?$/;
const MOVED = /\b(?:move|change|switch|push|shift|swap|bring|reschedule|postpone|put)\b[^.!?]{0,40}$/;
const AFTER_OP =
  /\b(?:(?<!\bnot )after|(?<!\bnot? )later than|no earlier than|not before|no sooner than|past|not until|earliest)(?: (?:about|around|the))?[\s·]*$/;
const BEFORE_OP =
  /(?<!\bnot )\b(?:before|no later than|not after|earlier than|not later than|until|till|up to)(?: (?:about|around|the))?[\s·]*$/;
const OCCUPIED =
  /\b(?:out|busy|work|working|away|not (?:home|in|back|free|around)|won't be (?:home|in|back|free|around)|unavailable|tied up|in a meeting|meetings?|at school|asleep)\b[^.!?,]{0,12}(?:until|till)[\s·]*$/;
const THEREAFTER = /\b(?:after|from) (?:that|then)\b/;
const ONWARDS =
  /^[\s·]*(?:pm |am )?(?:onwards?|or later|or after|or any ?time after|and later|at the earliest|earliest|plus)\b/;
const BACKWARDS = /^[\s·]*(?:or (?:earlier|before|sooner)|at the latest|latest)\b/;

function clocksIn(text: string): { clocks: Clock[]; rest: string } {
  const clocks: Clock[] = [];
  let rest = text;
  for (const { pattern, read } of CLOCK_RULES) {
    for (const match of rest.matchAll(pattern)) {
      const start = match.index;
      const end = start + match[0].length;
      const clock = read(match.groups ?? {});
      if (!clock || end === start) continue;
      clocks.push({ ...clock, start, end });
      rest = consume(rest, start, end);
    }
  }
  return { clocks: clocks.sort((a, b) => a.start - b.start), rest };
}

function minutesOf(amount: string | undefined, unit: string | undefined, half: boolean): number {
  const each = unit?.startsWith("h") ? 60 : 1;
  if (amount === "half an") return each / 2;
  const plain = (amount ?? "").replace(/^a (?=couple|few)/, "").replace(/ of$/, "");
  return (cardinal(plain) ?? 1) * each + (half ? each / 2 : 0);
}

/** "In an hour" counts from now, "an hour later" from the time on the table. */
function relativeTime(text: string, ground: TimeGround): { found: Found; today: boolean } | undefined {
  const same = /\b(?:at )?(?:the )?same time\b(?! as\b)/.exec(text);
  if (same && ground.spoken) {
    const mention = { time: ground.spoken, text: same[0], explicit: true };
    return {
      found: { start: same.index, end: same.index + same[0].length, mention, negated: false },
      today: false,
    };
  }
  const fromNow = FROM_NOW.exec(text);
  const shift = fromNow ? null : SHIFT.exec(text);
  const match = fromNow ?? shift;
  if (!match) return undefined;
  const groups = match.groups ?? {};
  const spoken = clockMinutes(ground.spoken);
  if (shift && spoken === undefined) return undefined;
  const back = /earlier|sooner|before|forward/.test(groups.way ?? groups.way2 ?? "");
  const delta = minutesOf(
    groups.amount ?? groups.amount2,
    groups.unit ?? groups.unit2,
    groups.half !== undefined,
  );
  const minutes = shift ? (spoken ?? 0) + (back ? -delta : delta) : ground.minutesNow + delta;
  if (minutes < 0 || minutes >= 1440) return undefined;
  const mention = { time: clockText(minutes), text: match[0], explicit: true };
  return {
    found: { start: match.index, end: match.index + match[0].length, mention, negated: false },
    today: fromNow !== null,
  };
}

/** Am or pm said once counts for both ends: "2-4 pm", "from 9 to 11 in the morning". */
function shareMeridiem(clocks: Clock[], text: string): void {
  clocks.forEach((clock, index) => {
    const next = clocks[index + 1];
    if (!next || clock.meridiem || clock.fixed || !next.meridiem) return;
    if (
      /^\s*(?:to|-|and|or|till|until|\/)\s*$/.test(text.slice(clock.end, next.start)) &&
      clock.hour <= next.hour
    )
      clock.meridiem = next.meridiem;
  });
}

function resolveAll(clocks: Clock[], text: string, ground: TimeGround): { found: Found[]; rest: string } {
  const periods = new Set(text.match(/\b(?:morning|afternoon|evening|night)\b/g) ?? []);
  const lone =
    periods.size === 1 ? ([...periods][0] as "morning" | "afternoon" | "evening" | "night") : undefined;
  let rest = text;
  const nearby = [...(ground.spoken ? [ground.spoken] : []), ...ground.offered];
  const found = clocks.map((clock): Found => {
    const { start, end } = clock;
    const around = periodAround(text, start, end);
    rest = consume(rest, around?.from ?? start, around?.to ?? end);
    // "not the morning, make it 3": nobody asks for a visit at three in the night
    const shared = lone === "morning" && clock.hour < 6 ? undefined : lone;
    const { minutes, sure } = resolveClock(clock, around?.period ?? shared, nearby);
    const phrase = text
      .slice(around?.from ?? start, around?.to ?? end)
      .replace(/[·\s]+/g, " ")
      .trim();
    const mention = { time: clockText(minutes), text: phrase, explicit: sure };
    const [from, to] = [
      around && around.from < start ? around.from : start,
      around && around.to > end ? around.to : end,
    ];
    return { start: from, end: to, mention, negated: isNegated(text, from, to) };
  });
  return { found: spreadNegation(found, text), rest };
}

/** Turns "between 2 and 4" and "before 11" into windows; what is only a bound is no longer a time to book. */
function readBounds(found: Found[], text: string): { kept: Found[]; window?: TimeWindow } {
  let window: TimeWindow | undefined;
  const kept: Found[] = [];
  for (let index = 0; index < found.length; index += 1) {
    const here = found[index] as Found;
    const next = found[index + 1];
    const before = text.slice(Math.max(0, here.start - 60), here.start);
    const after = text.slice(here.end, here.end + 40);
    const between = next ? text.slice(here.end, next.start) : "";
    const opened = RANGE_OPEN.test(before);
    if (next && MOVED.test(before) && /^\s*(?:to|till|until)\s*$/.test(between)) {
      kept.push({ ...here, negated: true });
      continue;
    }
    const joins =
      /^\s*(?:-|to|till|until|through|thru)\s*$/.test(between) ||
      (opened && /^\s*(?:and|&)\s*$/.test(between));
    if (next && joins && next.mention.time > here.mention.time) {
      window = {
        from: here.mention.time,
        to: next.mention.time,
        text: text.slice(here.start, next.end).trim(),
      };
      index += 1;
      continue;
    }
    const { time, text: words } = here.mention;
    const sooner = BEFORE_OP.test(before);
    if (
      AFTER_OP.test(before) ||
      ONWARDS.test(after) ||
      OCCUPIED.test(before) ||
      THEREAFTER.test(text.slice(here.end))
    ) {
      window = { from: time, to: time < DAY_END ? DAY_END : "23:59", text: `after ${words}` };
      kept.push({ ...here, negated: false });
    } else if (sooner || BACKWARDS.test(after)) {
      window = { from: time > DAY_START ? DAY_START : "00:00", to: time, text: `before ${words}` };
    } else if (/\bby[\s·]*$/.test(before)) {
      window ??= { from: time > DAY_START ? DAY_START : "00:00", to: time, text: `by ${words}` };
      kept.push(here);
    } else kept.push(here);
  }
  return { kept, ...(window ? { window } : {}) };
}

const toMention = ({ mention, negated }: Found): TimeMention => ({
  ...mention,
  ...(negated ? { negated } : {}),
});

/** Times a text of the assistant names, in order: what has been offered. */
export function timesNamed(text: string): string[] {
  const { clocks } = clocksIn(text);
  shareMeridiem(clocks, text);
  return resolveAll(clocks, text, { minutesNow: 0, offered: [] }).found.map(({ mention }) => mention.time);
}

/** Reads times and parts of the day from a normalised text whose dates are consumed. */
export function readTimes(text: string, ground: TimeGround): TimesRead {
  const relative = relativeTime(text, ground);
  const visible = relative ? consume(text, relative.found.start, relative.found.end) : text;
  const hidden = hideGreetings(visible);
  const { clocks } = clocksIn(hidden);
  shareMeridiem(clocks, hidden);
  const { found, rest } = resolveAll(clocks, hidden, ground);
  const { kept, window: bounds } = readBounds(found, hidden);
  const all = [...kept, ...(relative ? [relative.found] : [])].sort((a, b) => a.start - b.start);
  const chosen = preferred(all, hidden);
  const { window: part } = readWindow(rest, ground.spoken, ground.minutesNow);
  const window = bounds ?? part;
  return {
    times: all.map(toMention),
    ...(chosen ? { time: toMention(chosen) } : {}),
    ...(window ? { window } : {}),
    ...(relative?.today ? { today: true } : {}),
  };
}
