import type { Message } from "./message.ts";

const autoReply = [
  /\b(?:auto(?:matic|mated)?|out[- ]of[- ](?:office|hours))[- ]?(?:reply|response|responder|message|text)\b/i,
  /\bthis is an automated\b/i,
  /\bdo not reply to this (?:message|text|number)\b/i,
  /\bi(?:'m| am) (?:driving|currently driving)\b.{0,160}\b(?:auto|focus|notifications?)\b/i,
  /\bthis (?:number|mailbox|inbox) (?:is not|isn't) monitored\b/i,
  /\bi(?:'m| am) (?:currently )?out of (?:the )?office\b/i,
];

const sameTextTimes = 3;
const manyInAMinute = 10;
const lookBackMs = 30 * 60_000;

/** Why the other side looks like a machine, from its latest messages (newest first), or undefined. */
export function robotSigns(messages: readonly Message[], now: Date): string | undefined {
  const inbound = messages.filter(
    (one) => one.direction === "in" && now.getTime() - one.created_at.getTime() <= lookBackMs,
  );
  const [latest] = inbound;
  if (!latest) return undefined;
  if (autoReply.some((pattern) => pattern.test(latest.body))) return "the last message is an automatic reply";
  const text = plain(latest.body);
  if (text.length > 3 && inbound.filter((one) => plain(one.body) === text).length >= sameTextTimes) {
    return `the same message came ${sameTextTimes} times`;
  }
  const recent = inbound.filter((one) => now.getTime() - one.created_at.getTime() < 60_000);
  return recent.length >= manyInAMinute ? `${recent.length} messages came within a minute` : undefined;
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
