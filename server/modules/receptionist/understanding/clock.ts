import { clockMinutes } from "./calendar.ts";

type Period = "morning" | "afternoon" | "evening" | "night";
type Meridiem = "am" | "pm";

/** A clock time as read, before am or pm is decided. `before` minutes are taken off at the end ("quarter to"). */
export type Clock = {
  start: number;
  end: number;
  hour: number;
  minute: number;
  before?: number;
  meridiem?: Meridiem;
  /** Written in a way that can only be the 24 hour clock or a named time. */
  fixed?: boolean;
};

type ClockRule = {
  pattern: RegExp;
  read: (groups: Record<string, string | undefined>) => Omit<Clock, "start" | "end"> | undefined;
};

const HOUR = "(?<hour>\\d{1,2})";
const MERIDIEM = "(?<meridiem>am|pm)\\b";
const LEAD =
  "at|around|round|about|by|before|after|till|until|till|from|say|like|maybe|perhaps|approx|approximately|roughly|circa|past|make it|make that|make it for|do|be|to|for|or|and|wait|actually|no|sorry|mean|meant|prefer|but|not|is|it's|than|nearer|closer to|between";
/** What three or four digits follow only when they are a time: "around 120" is as likely a price or a length. */
const TIMED = "at|by|before|after|till|until|morning|afternoon|evening";
const AMOUNTS = "past|after|to|til|till|before|of";
const TRAIL =
  "[.,!?;:)·-]|$|(?:please|too|thanks|thank|thx|works?|would|is|will|if|instead|then|today|tomorrow|on|in the|or|and(?! a)|if|sharp|should|could|suits?|sounds|ok|okay|good|fine|great|better|best|for|with|at|but|because|as|when|onwards?|latest|maybe|perhaps|so|to|until|till|that|this|next|every|it|i|we|can|does|doesn't|not|isn't|no|earliest|available|free|open|i'm|instead|pm|am|preferably|ideally|slot|appointment|yes|also|my|the (?:day|same)|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\\b";

const rule = (source: string, read: ClockRule["read"]): ClockRule => ({
  pattern: new RegExp(source, "g"),
  read,
});
const numberOf = (text: string | undefined): number => Number(text ?? 0);
const clock = (groups: Record<string, string | undefined>): Omit<Clock, "start" | "end"> | undefined => {
  const hour = numberOf(groups.hour);
  const minute = numberOf(groups.minute);
  if (hour > 23 || minute > 59) return undefined;
  const meridiem = groups.meridiem as Meridiem | undefined;
  const fixed = hour > 12 || hour === 0 || (groups.hour?.length === 2 && groups.hour.startsWith("0"));
  return { hour, minute, ...(meridiem ? { meridiem } : {}), ...(fixed ? { fixed } : {}) };
};

const fraction = (groups: Record<string, string | undefined>): Omit<Clock, "start" | "end"> | undefined => {
  const base = clock(groups);
  const minutes = groups.amount === "half" ? 30 : groups.amount === "quarter" ? 15 : numberOf(groups.amount);
  if (!base || minutes > 30) return undefined;
  return /past|after/.test(groups.side ?? "")
    ? { ...base, minute: minutes }
    : { ...base, minute: 0, before: minutes };
};

/** Every way of writing a clock time, most specific first. */
export const CLOCK_RULES: ClockRule[] = [
  rule(
    `\\b(?:a )?(?<amount>half|quarter)[ -](?<side>${AMOUNTS})[ -]${HOUR}(?![:.]?\\d)(?:(?: o'clock)? ?${MERIDIEM})?`,
    fraction,
  ),
  rule(
    `(?<![:.\\d])\\b(?<amount>5|10|20|25)(?: minutes?| mins?)? (?<side>past|to|til|till) ${HOUR}(?![:.]?\\d)(?:(?: o'clock)? ?${MERIDIEM})?\\b(?! of)`,
    fraction,
  ),
  rule(`\\bhalf[ -]${HOUR}\\b(?![:.]| (?:hours?|days?|metres?|meters?))(?: ?${MERIDIEM})?`, (groups) => {
    const base = clock(groups);
    return base && base.hour <= 12 ? { ...base, minute: 30 } : undefined;
  }),
  rule(`(?<![\\d.:$£€])\\b${HOUR} ?[:.h] ?(?<minute>[0-5]\\d)(?::[0-5]\\d)?(?: ?${MERIDIEM})`, clock),
  rule(`(?<![\\d.:$£€])\\b${HOUR} (?<minute>[0-5][05]) ?${MERIDIEM}`, clock),
  rule(`(?<![\\d.:$£€/])\\b${HOUR}(?<minute>[0-5]\\d) ?${MERIDIEM}`, clock),
  rule(`(?<![\\d.:$£€])\\b${HOUR}(?:ish|-ish)?(?: o'clock)? ?${MERIDIEM}`, clock),
  rule(`(?<![\\d:$£€])\\b${HOUR}[:h] ?(?<minute>[0-5]\\d)(?::[0-5]\\d)?(?:hrs|h)?\\b(?!:?\\d)`, clock),
  rule(
    `(?<![\\d.$£€])\\b${HOUR}\\.(?<minute>[0-5]\\d)\\b(?![.\\d%]| ?(?:dollars|pounds|quid|euros?|m|km|kg|metres|percent|stars?)\\b)`,
    (groups) => (numberOf(groups.hour) > 0 ? clock(groups) : undefined),
  ),
  rule(`\\b${HOUR} o'clock\\b`, clock),
  rule("\\b(?:12 )?(?:noon|midday)(?:ish)?\\b|\\bhigh noon\\b", () => ({ hour: 12, minute: 0, fixed: true })),
  rule("\\b(?:12 )?midnight\\b", () => ({ hour: 0, minute: 0, fixed: true })),
  rule(`\\b(?<=(?:${LEAD}|·),? )${HOUR} (?<minute>[0-5][05])(?= ?(?:${TRAIL}))`, clock),
  rule(
    `(?:(?<=(?:\\b(?:${TIMED})|·),? )|(?<=\\b(?:${LEAD}),? )(?=0)|(?<=@ ?)|^(?=\\d+(?: please| thanks)?[.! ]*$))(?<hour>\\d|1\\d|2[0-3]|0\\d)(?<minute>[0-5][05])(?:hrs|h| hours)?(?<!\\b(?:for|do|be|than|is|to|or|and|but|not) [1-9](?:00|05|10|20|25|35|40|50|55))(?= ?(?:${TRAIL})| in the )`,
    clock,
  ),
  rule(
    `(?<=\\b(?:morning|afternoon|evening) (?:(?:at|around|about|by|like|say|from) )?)${HOUR}\\b(?![:.]\\d|/|st|nd|rd|th)`,
    clock,
  ),
  rule(
    `(?<![\\d.:$£€/-])\\b${HOUR}(?:ish|-ish)?\\b(?= (?:in|at|on) (?:the )?(?:·+ ?)?(?:early |late )?(?:morning|afternoon|evening|night))`,
    clock,
  ),
  rule(`(?<![\\d.:$£€/-])\\b${HOUR}(?= (?:this |·+ ?)?(?:morning|afternoon|evening|night)\\b)`, clock),
  rule(`(?<![\\d.:$£€/])\\b${HOUR}(?: ?-?ish)\\b`, clock),
  rule(
    `(?<=(?:(?:\\b(?:${LEAD})|·)[,.]? |@ ?)(?:(?:at|about|around|the|for|like|say) )?)${HOUR}\\b(?![:.%/]\\d|%|/)(?= ?(?:${TRAIL}))(?! and a (?:half|quarter))(?! for (?:£|\\$))`,
    clock,
  ),
  rule(
    `(?:^|(?<=[,.!?;] ))(?<hour>\\d{1,2})(?= or ·| ·| (?:on|for) (?:the )?·| (?:if (?:you|that|it|possible)|or so|sharp|works|would|doesn't (?:work|suit)|won't work|is (?:too|no good|not|good|fine|great|perfect|better|best|ok|okay)|suits|sounds|instead|please|then|(?:ok|okay|good|fine|free|possible)(?=[ ?.!]*$))\\b)`,
    clock,
  ),
  rule(`(?<![\\d.:$£€/-])\\b${HOUR}(?= ?(?:-|to|till|until) ?·)`, clock),
  rule(`(?<![\\d.:$£€/-])\\b${HOUR}(?= ?- ?\\d{1,2} ?·)`, clock),
  rule(`(?:^|(?<=· ?))${HOUR}(?= ?- ?\\d{1,2}(?:$|[ ,.?](?!\\d)))`, clock),
  rule(`(?<=· ?- ?)${HOUR}(?=$|[ ,.?](?!\\d))`, clock),
  rule("(?<=\\bthe )(?<hour>\\d{1,2})(?= one\\b)", clock),
  rule("(?<=, )(?<hour>\\d{1,2})(?=[.!?]?$)", clock),
  rule(
    "(?<=^(?:(?:ok|okay|yes|yeah|yep|no|nope|nah|sure|well|um{1,4}|hm{2,5}|maybe|how about|what about|the|perhaps|let's say|let's do|let's go with|i said|not|try|could we do|can we do|can you do|just|go with|i'll take|i will take|i'd like|i want|i'd prefer|we'd like|any chance of|then)[,.!]? ){0,3})(?<hour>\\d{1,2})(?=(?:,? (?:please|pls|then|instead|thanks|thank you|if possible|is good|works|for me)){0,6}[.!? ]*$)",
    clock,
  ),
];

const UP =
  /^[\s,·]{0,40}(?:(?:in|at|on|of|by|that|this|during|sometime in)\b[\s·]{1,40})?(?:the )?[\s·]{0,40}(?:(?:early|late) )?(morning|afternoon|evening|night)\b/;
const DIRECT = /\b(morning|afternoon|evening|night) +$/;
const LOOSE =
  /\b(morning|afternoon|evening|night)[\s,·-]{1,40}(?:(?:at|around|about|by|say|for|maybe|like|on|from|preferably|ideally|is|works|@|before|after|usually|best)[\s,·]{1,30}){0,4}$/;

/** The part of the day a clock time is said with, and where those words stand. */
export function periodAround(
  text: string,
  start: number,
  end: number,
): { period: Period; from: number; to: number } | undefined {
  const before = text.slice(Math.max(0, start - 60), start);
  const after = text.slice(end, end + 80);
  const direct = DIRECT.exec(before);
  if (direct) return { period: direct[1] as Period, from: start - direct[0].length, to: end };
  const right = UP.exec(after);
  if (right) return { period: right[1] as Period, from: start, to: end + right[0].length };
  const left = LOOSE.exec(before);
  if (left) return { period: left[1] as Period, from: start - left[0].length, to: end };
  return undefined;
}

function hourIn(hour: number, period: Period | Meridiem): number {
  if (hour > 12 || hour === 0) return hour;
  // "quarter past 12 in the morning" is said of noon, never of midnight, when booking a visit
  if (period === "morning") return hour;
  if (period === "am") return hour === 12 ? 0 : hour;
  if (period === "night") return hour === 12 ? 0 : hour < 5 ? hour : hour + 12;
  return hour === 12 ? 12 : hour + 12;
}

/** Hours nobody qualified: 8 to 11 are morning, 1 to 6 afternoon; 7 leans towards what is on the table. */
function businessHour(hour: number, nearby: number[]): number {
  if (hour > 12 || hour === 0 || hour === 12) return hour;
  const same = nearby.filter((minutes) => Math.floor(minutes / 60) % 12 === hour);
  const hours = new Set(same.map((minutes) => Math.floor(minutes / 60)));
  if (hours.size === 1) return [...hours][0] ?? hour;
  const last = nearby.at(-1);
  if (last !== undefined && last >= 18.5 * 60 && hour >= 6 && hour <= 10) return hour + 12;
  if (last !== undefined && last <= 8 * 60 && hour >= 5) return hour;
  return hour <= 6 ? hour + 12 : hour;
}

/** Minute of the day of a clock reading, and whether that was certain. `nearby` are times already spoken of. */
export function resolveClock(
  clock: Clock,
  period: Period | undefined,
  nearby: string[],
): { minutes: number; sure: boolean } {
  const known = nearby.map(clockMinutes).filter((minutes) => minutes !== undefined);
  const contradicts = clock.meridiem === "am" && period === "afternoon";
  const hint = contradicts ? period : (clock.meridiem ?? period);
  // "quarter to 1" at noon: decide am or pm for the hour before it is taken back
  const hour = hint ? hourIn(clock.hour, hint) : businessHour(clock.hour, known);
  const minutes = hour * 60 + clock.minute - (clock.before ?? 0);
  return { minutes: (minutes + 1440) % 1440, sure: hint !== undefined || clock.fixed === true };
}
