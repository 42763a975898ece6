import { heardPart } from "./attention.ts";
import { dictionary } from "../../../kernel/dictionary.ts";
import { wordsToDigits } from "./numbers.ts";
import { repairSpelling } from "./spelling.ts";

/** Stands for text that has been read already, so that what is left keeps its place. */
const CONSUMED = "·";

const SHORT_DAYS: [RegExp, string][] = [
  [/\bmon\b\.?/g, "monday"],
  [/\b(?:tue|tues)\b\.?/g, "tuesday"],
  [/(?<!(?:get|got|newly|be) )\b(?:wed|weds)\b\.?/g, "wednesday"],
  [/\b(?:thu|thur|thurs)\b\.?/g, "thursday"],
  [/\bfri\b\.?/g, "friday"],
  [/(?<!\b(?:i|we|he|she|they|it|who|been|just) )\bsat\b\.?/g, "saturday"],
  [/(?<!\b(?:the|in|full|of) )\bsun\b\.?(?! (?:shine|is))/g, "sunday"],
];

const MONTHS: Record<string, string> = dictionary({
  jan: "january",
  feb: "february",
  mar: "march",
  apr: "april",
  jun: "june",
  jul: "july",
  aug: "august",
  sep: "september",
  sept: "september",
  oct: "october",
  nov: "november",
  dec: "december",
});
const SHORT_MONTH = Object.keys(MONTHS).reverse().join("|");

const MONTH_AFTER_DAY = new RegExp(`(\\d(?:st|nd|rd|th)?[\\s-](?:of )?)(${SHORT_MONTH})\\b\\.?`, "g");
const MONTH_BEFORE_DAY = new RegExp(`\\b(${SHORT_MONTH})\\b\\.?(?= (?:the )?\\d)`, "g");

const REWRITES: [RegExp, string][] = [
  [/\b(20\d\d-\d\d-\d\d)t(?=\d)/g, "$1 "],
  [/\bo\s?["'`]?\s?clock\b/g, "o'clock"],
  [/(\d) ?([ap]) m\b/g, "$1 $2m"],
  [/\b([ap])\.\s?m\b\.?/g, "$1m"],
  [/(\d)\s?([ap])(?=[\s,.!?]|$)(?! [a-z])/g, "$1 $2m"],
  [/(\d)([ap])\b(?!')/g, "$1 $2m"],
  [/(\d)(am|pm)\b/g, "$1 $2"],
  [/\b(?:tmrw|tmr|tmw|tmrrw|tomoz|tomorro|tomo|2moro|2morrow|tomoro)\b/g, "tomorrow"],
  [/\b(?:arvo|aft|this aft)\b/g, "afternoon"],
  [/\b(?:morn|mornin|mornings)\b/g, "morning"],
  [/\bafternoons\b/g, "afternoon"],
  [/\bevenings\b/g, "evening"],
  [/(?<!christmas |xmas |year'?s? )\beve\b/g, "evening"],
  [/\btonight\b/g, "this evening"],
  [/(?<!from )\btoday (?=morning|afternoon|evening)/g, "this "],
  [/\bafter noon\b(?=[.!?]?$| on| at| please)/g, "afternoon"],
  [/\bmid[\s-]day\b/g, "midday"],
  [/\blunch[\s-]time\b/g, "lunchtime"],
  [/\bweek[\s-]end\b/g, "weekend"],
  [/\b(?:a )?fortnight\b/g, "2 weeks"],
  [/\b(?:nxt)\b/g, "next"],
  [/\b(?:appt|appts|apt|appoinment|apointment|appointmnet)\b/g, "appointment"],
  [/\bre-(?=schedul|book)/g, "re"],
  [/\b(?:can ?not|cant|cannot)\b/g, "can't"],
  [/\bwont\b/g, "won't"],
  [/\bdoesnt\b/g, "doesn't"],
  [/\bdont\b/g, "don't"],
  [/\bisnt\b/g, "isn't"],
  [/\bim\b/g, "i'm"],
  [/\bwan't\b/g, "want"],
  [/\bwanna\b/g, "want to"],
  [/\bgonna\b/g, "going to"],
  [/\b(?:pls|plz|plse)\b/g, "please"],
];

/** Lower case, straight quotes, whole words for abbreviations, digits for number words: what the grammars read. */
export function normalise(text: string): string {
  let plain = heardPart(text)
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[‘’ʼ´`]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[‐‑–—]/g, "-")
    .replaceAll(CONSUMED, " ")
    .replace(/\s+/g, " ")
    .trim();
  plain = repairSpelling(plain);
  for (const [pattern, replacement] of REWRITES) plain = plain.replace(pattern, replacement);
  for (const [pattern, day] of SHORT_DAYS) plain = plain.replace(pattern, day);
  plain = wordsToDigits(plain);
  return plain
    .replace(MONTH_AFTER_DAY, (_, before: string, month: string) => before + MONTHS[month])
    .replace(MONTH_BEFORE_DAY, (month) => MONTHS[month.replace(".", "")] ?? month);
}

/** Overwrites a span with CONSUMED, keeping the length of the text. */
export function consume(text: string, start: number, end: number): string {
  return text.slice(0, start) + CONSUMED.repeat(end - start) + text.slice(end);
}
