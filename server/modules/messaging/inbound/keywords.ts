/**
 * The words carriers reserve. They count only as the whole message, however it is spelled: case, spaces and
 * punctuation around or between the letters do not matter, any other word or digit makes it an ordinary message.
 */
export type Keyword = "stop" | "start" | "help";

const words: Record<string, Keyword> = {
  STOP: "stop",
  STOPALL: "stop",
  UNSUBSCRIBE: "stop",
  CANCEL: "stop",
  END: "stop",
  QUIT: "stop",
  START: "start",
  UNSTOP: "start",
  YES: "start",
  HELP: "help",
};

/** The keyword a message is, and the word it used, or undefined for an ordinary message. */
export function keywordOf(body: string): { keyword: Keyword; word: string } | undefined {
  const text = body.trim();
  if (text.length > 40 || /[\p{N}]/u.test(text)) return undefined;
  const word = text.replaceAll(/[^\p{L}]/gu, "").toUpperCase();
  const keyword = words[word];
  return keyword && { keyword, word };
}
