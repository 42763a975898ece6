import { consume } from "./normalise.ts";
import { cardinal, ordinal } from "./numbers.ts";

/** Which of the offered slots was picked, 1-based, and the text without the words that said so. */
type ChoiceRead = { choice?: number; rest: string };

const THING =
  "(?:one|option|slot|time|choice|appointment|opening|suggestion|date|day|of (?:those|them|these|the))";
const NTH = "first|second|third|fourth|fifth|[1-9](?:st|nd|rd|th)";
const NAMED = new RegExp(
  `\\b(?:the )?(?<nth>${NTH}|last|final|middle)(?: (?:available|free|offered|proposed))? ${THING}(?:s)?\\b(?! (?:of|in) (?:the|this|next))`,
);
const NUMBERED =
  /\b(?:option|number|choice|slot|no\.?|#) ?#?(?<number>[1-9]|a|b|c)\b(?![:\d])(?! ?(?:am|pm))|(?<=^|\s)#(?<hash>[1-9])\b/;
const BARE = new RegExp(
  `(?:^|\\b(?:take|do|have|prefer|like|choose|pick|go with|go for|want|yes|ok|okay)\\b,? ?|,\\s?)(?:the )?(?<nth>first|second|third|fourth|fifth|[1-9](?:st|nd|rd|th)|last|former|latter)(?=,?(?: (?:please|works|would|is|sounds|suits|then|thanks|will|looks))|[.!, ]*$)`,
);
const LATTER =
  /\b(?:the )?(?<which>former|latter|(?:earlier|earliest|sooner|soonest|later|latest) (?:one|slot|time|option|of the two))\b/;
const LIST = /(?:^|\s)(?:\(?([1-9])(?:[).]|:(?!\d))(?!\d)|option ([1-9])|#([1-9]))/g;

/** Whether the assistant numbered what it offered. */
const numbersIn = (text: string): number => [...text.matchAll(LIST)].length;

function position(word: string, offered: number): number | undefined {
  if (/^(?:last|final|latter|later|latest)/.test(word))
    return offered > 0 ? offered : word === "latter" ? 2 : undefined;
  if (word === "middle") return offered >= 3 ? Math.ceil(offered / 2) : undefined;
  if (/^(?:former|earlier|earliest|sooner|soonest)/.test(word)) return 1;
  if (/^[abc]$/.test(word)) return word.charCodeAt(0) - 96;
  return ordinal(word) ?? cardinal(word);
}

/**
 * Reads "the second one", "option 2", "the latter" from normalised text. `offered` is how many slots the assistant's
 * last turn named; `spoken` is the message in lower case before number words became digits.
 */
export function readChoice(text: string, offered: number, previousText: string, spoken: string): ChoiceRead {
  const numbered = numbersIn(previousText);
  const several = Math.max(offered, numbered);
  const tries: (RegExpExecArray | null)[] = [NAMED.exec(text), NUMBERED.exec(text), LATTER.exec(text)];
  if (several >= 2) {
    const bare = BARE.exec(text);
    // with slots on the table "the second" is a slot; "the 2nd" could still be a day
    const asWord = /\b(?:first|second|third|fourth|fifth|last|former|latter)\b/.test(spoken);
    const dayAsked = /\b(?:what|which) (?:day|date)\b/.test(previousText);
    if (bare && ((asWord && !dayAsked) || numbered >= 2)) tries.push(bare);
  }
  if (numbered >= 2)
    tries.push(/^(?:ok |yes |the |number )?(?<number>[1-9])[.! ]*(?:(?:please|thanks)[.! ]*)?$/.exec(text));
  for (const match of tries) {
    if (!match) continue;
    const groups = match.groups ?? {};
    const word = groups.nth ?? groups.number ?? groups.hash ?? groups.which ?? "";
    const choice = position(word, several);
    if (
      !choice ||
      (several > 0 && choice > Math.max(several, 2)) ||
      (match === tries[0] && /time|day|date|appointment/.test(match[0]) && several < 2)
    )
      continue;
    return { choice, rest: consume(text, match.index, match.index + match[0].length) };
  }
  return { rest: text };
}
