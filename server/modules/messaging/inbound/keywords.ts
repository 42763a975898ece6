/**
 * The words carriers and the law (47 CFR 64.1200(a)(10)) reserve. They count only as the whole message, however it is
 * spelled: case, spaces and punctuation around or between the letters do not matter, nor does a word said over again.
 * What asks to be let go may be said politely. Any other word or digit makes it an ordinary message.
 */
import { dictionary } from "../../../kernel/dictionary.ts";
export type Keyword = "stop" | "start" | "help";

const words: Record<string, Keyword> = dictionary({
  STOP: "stop",
  STOPALL: "stop",
  UNSUBSCRIBE: "stop",
  CANCEL: "stop",
  END: "stop",
  QUIT: "stop",
  REVOKE: "stop",
  OPTOUT: "stop",
  START: "start",
  UNSTOP: "start",
  YES: "start",
  HELP: "help",
});

/** Whole messages of several words that say the same and nothing else. */
const phrases: Record<string, string> = dictionary({
  "UNSUBSCRIBE ME": "UNSUBSCRIBE",
  "OPT ME OUT": "OPTOUT",
  "OPT OUT ME": "OPTOUT",
  "STOP ALL": "STOPALL",
  "STOP TEXTS": "STOP",
  "STOP TEXTING": "STOP",
  "STOP TEXTING ME": "STOP",
  "STOP MESSAGES": "STOP",
  "STOP MESSAGING": "STOP",
  "STOP MESSAGING ME": "STOP",
});

const polite = new Set(["PLEASE", "PLS", "PLZ", "KINDLY", "THANKS", "THX", "NOW"]);
const politePairs = /\b(?:THANK YOU|RIGHT NOW)\b/g;

/** "cancel please" is what somebody says of a visit; alone, carriers take the word for an opt-out, and so must we. */
const bareOnly = new Set(["CANCEL", "END"]);

const longest = 60;

/** The keyword a message is, and the word it used, or undefined for an ordinary message. */
export function keywordOf(body: string): { keyword: Keyword; word: string } | undefined {
  const text = body.trim();
  if (text.length > longest || /[\p{N}]/u.test(text)) return undefined;
  const spoken = text
    .normalize("NFKC")
    .toUpperCase()
    .replaceAll(/[^\p{L}]+/gu, " ")
    .trim();
  return found(spoken) ?? politely(spoken);
}

function found(spoken: string): { keyword: Keyword; word: string } | undefined {
  const parts = spoken.split(" ");
  const once = new Set(parts).size === 1 ? (parts[0] ?? "") : spoken;
  const word = phrases[once] ?? once.replaceAll(" ", "");
  const keyword = Object.hasOwn(words, word) ? words[word] : undefined;
  return keyword && { keyword, word };
}

function politely(spoken: string): { keyword: Keyword; word: string } | undefined {
  const parts = spoken.replaceAll(politePairs, " ").split(" ");
  const plain = parts.filter((part) => part !== "" && !polite.has(part)).join(" ");
  const keyword = found(plain);
  return keyword?.keyword === "stop" && !bareOnly.has(keyword.word) ? keyword : undefined;
}
