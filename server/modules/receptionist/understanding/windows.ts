import { clockMinutes, clockText } from "./calendar.ts";
import { consume } from "./normalise.ts";
import { isNegated } from "./polarity.ts";
import { preferred } from "./preference.ts";
import type { TimeWindow } from "./understanding.ts";

/** The widest day any shop is asked for; whoever looks for slots narrows it to opening hours. */
export const DAY_START = "07:00";
export const DAY_END = "21:00";

const NAMED: [RegExp, string, string][] = [
  [
    /\b(?:(?:any ?time|some ?time|straight|right|just) )?after (?:lunch(?:time)?|midday|noon)\b/g,
    "13:00",
    "18:00",
  ],
  [
    /\b(?:(?:any ?time|some ?time|straight|right|just) )?after (?:work|office hours|hours|dinner|tea)\b/g,
    "17:00",
    DAY_END,
  ],
  [/\b(?:any ?time )?after (?:school|the school run|pick ?up)\b/g, "15:00", "18:00"],
  [/\b(?:any ?time )?before (?:work|school)\b/g, DAY_START, "09:00"],
  [/\b(?:any ?time )?before (?:lunch(?:time)?|noon|midday)\b/g, DAY_START, "12:00"],
  [
    /\b(?:(?:at|around|over|during|about) )?(?:my |the )?(?:lunch ?time|lunch(?: hour| break)?)\b/g,
    "12:00",
    "14:00",
  ],
  [/\bfirst thing(?: in the morning)?\b|\bstart of (?:the )?day\b|\bbright and early\b/g, DAY_START, "10:00"],
  [/\b(?:end|close) of (?:the )?(?:day|business)\b|\blast thing\b/g, "16:00", "18:30"],
  [/\bearly (?:on )?·+(?! ?(?:morning|afternoon|evening))/g, DAY_START, "10:00"],
  [/\blate (?:on )?·+(?! ?(?:morning|afternoon|evening))/g, "15:00", "18:00"],
  [/\bearly (?:in the |·+ ?)?morning\b|\bmorning early\b/g, DAY_START, "10:00"],
  [/\bmid(?:dle of the)?[ -]?morning\b/g, "09:30", "11:30"],
  [/\blate(?:r)? (?:in the |·+ ?)?morning\b/g, "10:30", "12:30"],
  [/\bearly (?:in the |·+ ?)?afternoon\b/g, "12:00", "15:00"],
  [/\bmid(?:dle of the)?[ -]?afternoon\b/g, "14:00", "16:00"],
  [/\blate(?:r)? (?:in the |·+ ?)?afternoon\b/g, "15:00", "18:00"],
  [/\bearly (?:in the |·+ ?)?evening\b/g, "17:00", "19:00"],
  [
    /\b(?:in the |any )?morning(?: time)?\b|\b(?:an? )?am (?:appointment|slot|time)\b|\bin the am\b|(?<=· )am\b/g,
    DAY_START,
    "12:00",
  ],
  [
    /\b(?:in the |any )?afternoon(?: time)?\b|\b(?:an? )?pm (?:appointment|slot|time)\b|\bin the pm\b|(?<=· )pm\b/g,
    "12:00",
    "18:00",
  ],
  [/\b(?:in the |any )?(?:evening|night)(?: time)?\b/g, "17:00", DAY_END],
  [
    /\b(?:any ?time|what(?:so)?ever time|whenever|all day|any hour|no preference|time doesn't matter|doesn't matter (?:when|what time)|don't mind (?:when|what time)|flexible|(?:free|around|home|in) all day|any slot|i'm easy|any of (?:them|those)|whatever (?:suits|works|you have|you've got))\b/g,
    DAY_START,
    DAY_END,
  ],
];

const GREETED =
  /^(?:(?:hi|hello|hey|oh|well)[ ,!]*)?(?:a )?(?:very )?(?:good (?:morning|afternoon|evening|night)|(?:morning|afternoon|evening)(?= ?(?:[!,.]|all\b|guys\b|mate\b|there\b|team\b)))|\b(?:have|enjoy) (?:a |an |your |the )?(?:\w+ )?(?:morning|afternoon|evening|night)|\bgood (?:night|evening|afternoon)[.! ]*$/g;
const SMALLER =
  /\b(?:a )?(?:(?:little|bit|tad|touch|slightly|much|any(?:thing)?|something|somewhat) ){1,6}(?<way>earlier|later|sooner)\b|\b(?<way2>earlier|later|sooner)(?: (?:than that|in the day|on|time|slot|one|appointment))?(?: please| thanks| if possible)?[.!? ]*$/;

/** Hides greetings such as "good morning", which are not a wish for the morning. */
export function hideGreetings(text: string): string {
  return text.replace(GREETED, (greeting) => "·".repeat(greeting.length));
}

/** Something "a bit later" or "earlier" than the time on the table. */
function comparative(text: string, spoken: string | undefined): TimeWindow | undefined {
  const match = SMALLER.exec(text);
  if (!match || clockMinutes(spoken) === undefined || !spoken) return undefined;
  const way = match.groups?.way ?? match.groups?.way2;
  return way === "later"
    ? { from: spoken, to: DAY_END, text: match[0].trim() }
    : { from: DAY_START, to: spoken, text: match[0].trim() };
}

type Found = { start: number; end: number; negated: boolean; window: TimeWindow };

/** What is left of the day when a part of it is ruled out. */
function remainder({ from, to, text }: TimeWindow): TimeWindow {
  return to <= "14:00"
    ? { from: to, to: DAY_END, text: `not ${text}` }
    : { from: DAY_START, to: from, text: `not ${text}` };
}

/** Reads a named part of the day; `minutesNow` bounds "later today". Clock times must be consumed already. */
export function readWindow(
  text: string,
  spoken: string | undefined,
  minutesNow: number,
): { window?: TimeWindow; rest: string } {
  const hidden = hideGreetings(text);
  const negative = /\b(?:not|can't do|don't want|no|avoid|except) (?:in )?(?:the )?(?:early |late )?$/;
  const found: Found[] = [];
  let rest = hidden;
  for (const [pattern, from, to] of NAMED) {
    for (const match of rest.matchAll(pattern)) {
      const [start, end] = [match.index, match.index + match[0].length];
      const negated =
        negative.test(hidden.slice(Math.max(0, start - 30), start)) || isNegated(hidden, start, end);
      rest = consume(rest, start, end);
      found.push({ start, end, negated, window: { from, to, text: match[0].trim() } });
    }
  }
  found.sort((a, b) => a.start - b.start);
  // "any time in the morning" means the morning
  const narrow = found.filter(({ window }) => window.from !== DAY_START || window.to !== DAY_END);
  const chosen = preferred(narrow, hidden) ?? (narrow.length === 0 ? preferred(found, hidden) : undefined);
  if (chosen) return { window: chosen.window, rest };
  const refused = narrow.at(-1)?.window;
  if (refused) return { window: remainder(refused), rest };
  const relative = comparative(hidden, spoken);
  if (relative) return { window: relative, rest };
  if (/\blater (?:on )?today\b|\blater on\b/.test(hidden)) {
    const from = clockText(Math.min(minutesNow + 60, 20 * 60));
    return { window: { from, to: DAY_END, text: "later today" }, rest };
  }
  return { rest };
}
