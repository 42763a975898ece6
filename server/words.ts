/** Words of people we do not know, made fit to stand in a message to somebody else. */
import { invalidField } from "./kernel/errors.ts";

/** A name on one line, trimmed. Throws a 400 naming the field for one that says nothing: blanks, signs, what cannot be seen. */
export function nameField(field: string, text: string): string {
  if (saysSomething(text)) return withoutBreaks(text);
  throw invalidField(field, "is empty", `Send a ${field} with at least one letter or digit.`);
}

/** A text that is one line by its nature, such as a name or a street: breaks and control characters become a space. */
export function withoutBreaks(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
}

/** On one line, without what cannot be seen, and no longer than `most` letters. */
export function oneLine(text: string, most: number): string {
  const plain = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  return [...plain].slice(0, most).join("").trim();
}

/** Whether a text says anything: a letter, a digit or a sign of some script, and not only spaces or what cannot be seen. */
export function saysSomething(text: string): boolean {
  return /[\p{L}\p{N}\p{S}]/u.test(text);
}

const linkSigns = /:\/\/|www\.|[\p{L}\p{N}]\.[\p{L}]{2}|@/iu;

/** Whether a mail program, or a reader, would find an address in a text. */
export function holdsLink(text: string): boolean {
  return linkSigns.test(text);
}

/** The longest name that is written into a message. */
export const longestName = 80;

/** A name to greet by, when it could be one: short, one line, no address, no number to call. Undefined otherwise. */
export function greetingName(name: string): string | undefined {
  const plain = oneLine(name, longestName + 1);
  if (plain.length > longestName || plain.split(" ").length > 5) return undefined;
  return /^[\p{L}\p{M} .'’-]+$/u.test(plain) && !holdsLink(plain) ? plain : undefined;
}
