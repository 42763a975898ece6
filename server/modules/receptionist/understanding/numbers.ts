import { dictionary } from "../../../kernel/dictionary.ts";

const UNITS: Record<string, number> = dictionary({
  zero: 0,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  thirteen: 13,
  fourteen: 14,
  fifteen: 15,
  sixteen: 16,
  seventeen: 17,
  eighteen: 18,
  nineteen: 19,
});
const TENS: Record<string, number> = dictionary({ twenty: 20, thirty: 30, forty: 40, fourty: 40, fifty: 50 });
const ORDINALS: Record<string, number> = dictionary({
  first: 1,
  second: 2,
  third: 3,
  fourth: 4,
  fifth: 5,
  sixth: 6,
  seventh: 7,
  eighth: 8,
  ninth: 9,
  tenth: 10,
  eleventh: 11,
  twelfth: 12,
  thirteenth: 13,
  fourteenth: 14,
  fifteenth: 15,
  sixteenth: 16,
  seventeenth: 17,
  eighteenth: 18,
  nineteenth: 19,
  twentieth: 20,
  thirtieth: 30,
});

const words = (table: Record<string, number>): string => Object.keys(table).reverse().join("|");
const UNIT = words(UNITS);
const TEN = words(TENS);
const ORDINAL = words(ORDINALS);
const MONTH = "january|february|march|april|may|june|july|august|september|october|november|december";

const TENS_ORDINAL = new RegExp(`\\b(twenty|thirty)[\\s-]+(${ORDINAL})\\b`, "g");
const CLOCK_WORDS = new RegExp(
  `(?<![:.\\d])\\b(${UNIT}|[1-9]|1[0-2])[\\s-]+(?:(${TEN})(?:[\\s-]+(five))?|(fifteen|ten)|oh[\\s-]+(five))(?![\\s-]*(?:${UNIT}|minutes?|mins?|past|to|pounds|dollars|quid|bucks)\\b)`,
  "g",
);
const MONTH_ORDINAL = new RegExp(`\\b((?:${MONTH}) (?:the )?)(${ORDINAL})\\b`, "g");
const TENS_UNIT = new RegExp(`\\b(${TEN})[\\s-]+(one|two|three|four|five|six|seven|eight|nine)\\b`, "g");
const PLAIN_ORDINAL = new RegExp(
  `\\b(the |on |(?:${MONTH}) (?:the )?)?(${ORDINAL})\\b(?! (?:one(?! (?:o'clock|pm|am|in the))|ones|thing|available|time|slot|option|opening|appointment|choice|name|floor|visit|thoughts?|hand|opinion|week|weekend|class|aid|half(?! past)))( of\\b)?`,
  "g",
);
const NUMBER_WORD = new RegExp(`\\b(${UNIT}|${TEN})(?=ish\\b|\\b)`, "g");
const PRONOUN_ONE =
  /(?:this|that|the|which|any|another|some|every|each|no|first|second|third|last|next|other|later|earlier|latter|middle|top|bottom|final|monday|tuesday|wednesday|thursday|friday|saturday|sunday|am|pm|o'clock|good|nice|great|new|big|small|only|different|same|afternoon|morning|evening|\d(?:st|nd|rd|th)?)[\s-]+$/;

function ordinalText(value: number): string {
  const tail = value % 100 >= 11 && value % 100 <= 13 ? 0 : value % 10;
  return `${value}${["th", "st", "nd", "rd"][tail] ?? "th"}`;
}

/** Cardinal value of a digit string or number word ("a" and "an" are one), undefined for anything else. */
export function cardinal(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  if (text === "a" || text === "an") return 1;
  if (text === "couple" || text === "couple of") return 2;
  if (text === "few") return 3;
  return UNITS[text] ?? TENS[text];
}

/** Position of an ordinal word or "2nd" style text, 1-based; undefined when it is no ordinal. */
export function ordinal(text: string): number | undefined {
  const digits = /^(\d+)(?:st|nd|rd|th)?$/.exec(text);
  return digits ? Number(digits[1]) : ORDINALS[text];
}

function clockWords(hour: string, tens: string, five: string, teens: string, ohFive: string): string {
  const hours = UNITS[hour] ?? Number(hour);
  const minutes = ohFive ? 5 : teens ? (UNITS[teens] ?? 0) : (TENS[tens] ?? 0) + (five ? 5 : 0);
  return `${hours}:${String(minutes).padStart(2, "0")}`;
}

/** Replaces number words by digits ("twenty first" 21st, "two thirty" 2:30, "five" 5), leaving "this one" alone. */
export function wordsToDigits(text: string): string {
  return text
    .replace(TENS_ORDINAL, (_, ten: string, unit: string) =>
      ordinalText((TENS[ten] ?? 0) + (ORDINALS[unit] ?? 0)),
    )
    .replace(MONTH_ORDINAL, (_, month: string, word: string) => month + ordinalText(ORDINALS[word] ?? 0))
    .replace(CLOCK_WORDS, (all, hour, tens, five, teens, ohFive) =>
      (UNITS[hour as string] ?? 0) > 12 ? all : clockWords(hour, tens, five, teens, ohFive),
    )
    .replace(TENS_UNIT, (_, ten: string, unit: string) => String((TENS[ten] ?? 0) + (UNITS[unit] ?? 0)))
    .replace(PLAIN_ORDINAL, (all, before: string | undefined, word: string, of: string | undefined) => {
      const value = ORDINALS[word] ?? 0;
      if (value <= 2 && !before && !of) return all;
      return `${before ?? ""}${ordinalText(value)}${of ?? ""}`;
    })
    .replace(NUMBER_WORD, (word: string, _w, at: number, whole: string) => {
      if (word === "one") {
        const after = whole.slice(at + 3, at + 14);
        if (PRONOUN_ONE.test(whole.slice(Math.max(0, at - 14), at))) {
          // "in the afternoon one" is a clock time, "the afternoon one" a slot
          const hour = /(?<!(?<!in )the )\b(?:afternoon|morning|evening) $/.test(whole.slice(0, at));
          if (!hour && !/^ (?:pm|o'clock)/.test(after)) return word;
        }
        if (/^ (?:of|that|who|which|more|with|day|you|we|i)\b/.test(after)) return word;
      }
      return String(UNITS[word] ?? TENS[word]);
    });
}
