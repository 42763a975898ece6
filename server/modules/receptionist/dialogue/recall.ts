import { setImmediate } from "node:timers/promises";
import { heardPart, mostHeard, underDeadline } from "../understanding/attention.ts";
import { understand } from "../understanding/understand.ts";
import type { Understanding } from "../understanding/understand.ts";
import { absorb, dropDraft, emptyMemo } from "./memo.ts";
import type { Memo } from "./memo.ts";
import { instantOf, localOf, momentsIn, weekdayOf } from "./moments.ts";
import type { Business, Spoken, Turn } from "./turn.ts";

export type Heard = Understanding;

const DISCLOSED =
  /\b(?:AI|A\.I\.|automated|virtual) (?:assistant|receptionist)\b|\bI'?m (?:an? )?(?:AI|robot|bot)\b/i;

const DONE = /\b(?:you're|you are|that's|is|are) (?:all )?(?:booked|moved|cancelled|canceled)\b|^all set\b/i;

/** Texts a person sent in one go, as one: a line break ends a sentence. */
export function joinTexts(texts: string[]): string {
  return texts
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .map((text, index, all) => (index < all.length - 1 && !/[.!?,;:]$/.test(text) ? `${text}.` : text))
    .join(" ");
}

/** Understands what was said in one turn; names and addresses sent as a text of their own are found too. */
export function listen(
  texts: string[],
  about: { memo: Memo; business: Business; now: Date; previous: string; booking?: Date | undefined },
): Heard {
  const { memo, business, now, previous, booking } = about;
  const at = memo.slot ? new Date(memo.slot) : booking;
  const slot = at ? localOf(at, business.timeZone) : undefined;
  const mentioned = {
    ...(memo.wish.date ? { date: memo.wish.date } : slot ? { date: slot.date } : {}),
    ...(memo.wish.from && memo.wish.to ? { from: memo.wish.from, to: memo.wish.to } : {}),
    ...(memo.wish.time ? { time: memo.wish.time } : slot ? { time: slot.time } : {}),
  };
  const context = {
    now,
    timeZone: business.timeZone,
    country: business.country,
    services: business.services.map(({ id, name, keywords }) => ({
      id,
      name,
      ...(keywords ? { keywords } : {}),
    })),
    mentioned,
    previousAssistantText: previous,
  };
  const whole = withinHours(understand(joinTexts(texts), context), business, mentioned.date);
  if (texts.length < 2) return whole;
  for (const text of texts) {
    const part = understand(text, context);
    for (const field of ["name", "email", "address", "postcode"] as const) {
      if (!whole[field] && part[field]) whole[field] = part[field];
    }
    if (!whole.service && part.service) whole.service = part.service;
    if (whole.choice === undefined && part.choice !== undefined) whole.choice = part.choice;
  }
  return whole;
}

/** "7" is seven in the evening where only then somebody works: a guessed am or pm gives way to the opening hours. */
function withinHours(heard: Heard, { hours }: Business, spoken: string | undefined): Heard {
  const { time } = heard;
  if (!time || time.explicit || hours.length === 0) return heard;
  const date = heard.date && !heard.date.from ? heard.date.date : spoken;
  const ofDay = hours.filter(({ day }) => date === undefined || day === weekdayOf(date));
  const open = (clock: string) => ofDay.some(({ start, end }) => clock >= start && clock < end);
  const hour = (Number(time.time.slice(0, 2)) + 12) % 24;
  const other = `${String(hour).padStart(2, "0")}${time.time.slice(2)}`;
  if (open(time.time) || !open(other)) return heard;
  const turned = { ...time, time: other };
  return {
    ...heard,
    time: turned,
    times: heard.times.map((one) => (one.time === time.time && !one.explicit ? turned : one)),
  };
}

/** What the conversation has settled, read from its messages alone; the last turn of the customer is not yet in it. */
export function recall(turn: Turn): Memo {
  const memo = emptyMemo();
  for (const read of remembering(turn, memo)) read();
  return memo;
}

const breathMs = 10;

/** Does what recall does, and lets others take their turns in between: a conversation can be long. */
export async function recallGently(turn: Turn): Promise<Memo> {
  const memo = emptyMemo();
  let since = performance.now();
  for (const read of remembering(turn, memo)) {
    underDeadline(read);
    if (performance.now() - since < breathMs) continue;
    await setImmediate();
    since = performance.now();
  }
  return memo;
}

/** The steps of reading a conversation: each takes one answer of ours in, with what was said before it. */
function* remembering(turn: Turn, memo: Memo): Generator<() => void> {
  const { timeZone } = turn.business;
  let previous = "";
  let said: Spoken[] = [];
  for (const message of turn.messages.slice(0, turn.messages.length - pending(turn.messages).length)) {
    if (message.role === "user") {
      said.push(message);
      continue;
    }
    const before = previous;
    const heard = said;
    yield () => {
      takeIn(memo, heard, before, turn);
      readOurs(memo, message.text, timeZone, message.at ?? turn.now);
    };
    said = [];
    previous = message.text;
  }
}

function takeIn(memo: Memo, said: Spoken[], previous: string, turn: Turn): void {
  if (said.length === 0) return;
  const now = said.at(-1)?.at ?? turn.now;
  const heard = listen(
    said.map(({ text }) => text),
    { memo, business: turn.business, now, previous },
  );
  absorb(memo, heard);
  choose(memo, heard, turn.business.timeZone);
  memo.lost = heard.intents[0] === "unknown" && heard.confidence < 0.2 ? memo.lost + 1 : 0;
  if (heard.intents.includes("abuse")) memo.abuse += 1;
}

/** The texts since we last spoke. */
export function pendingTexts(messages: readonly Spoken[]): string[] {
  return pending(messages).map(({ text }) => text);
}

function pending(messages: readonly Spoken[]): readonly Spoken[] {
  return messages.slice(messages.findLastIndex(({ role }) => role === "assistant") + 1);
}

/**
 * The turn with as much of each text as is read, and of texts sent one after the other the latest that make up as much: the receptionist
 * answers this turn, whoever finds the words. What is kept, shown and handed on to a person is whole.
 */
export function attended(turn: Turn): Turn {
  const spoken = turn.messages.map((message) => ({ ...message, text: heardPart(message.text) }));
  const waiting = pending(spoken);
  let length = 0;
  const first = waiting.findLastIndex(({ text }) => (length += text.length) > mostHeard);
  const skipped = first < 0 ? 0 : Math.min(first + 1, waiting.length - 1);
  const before = spoken.slice(0, spoken.length - waiting.length);
  return { ...turn, messages: [...before, ...waiting.slice(skipped)] };
}

/** What our own words put on the table and asked for; also for words a language model found. */
export function readOurs(memo: Memo, text: string, timeZone: string, now: Date): void {
  if (DISCLOSED.test(text)) memo.disclosed = true;
  const offering = text
    .replaceAll(/(?<![^.])[^.]*\./g, withoutNews)
    .replaceAll(/\bfrom \w{3} \d[^?]{0,80}? to (?=\w{3} \d)/g, "");
  const named = momentsIn(offering, timeZone, now);
  const moments = named.length > 0 ? named : momentsUnderstood(offering, timeZone, now);
  if (DONE.test(text)) {
    dropDraft(memo);
    delete memo.serviceId;
    return;
  }
  memo.offered = [...new Set(moments.map((at) => at.toISOString()))];
  if (/\b(?:shall|should) I cancel\b|\bcancel it\?/i.test(text)) memo.awaiting = "cancel";
  else if (/\b(?:shall|should) I move\b/i.test(text)) memo.awaiting = "move";
  else if (asksToBook(text) && memo.offered.length === 1) {
    memo.awaiting = "book";
    memo.slot = moments[0]?.toISOString() ?? "";
  } else if (/\byour name\b|\baddress\b|\bpostcode\b|\bzip code\b/i.test(text)) memo.awaiting = "details";
  else if (/\bwhich (?:one|service|job) |\bwhat (?:do you need|needs doing)\b/i.test(text))
    memo.awaiting = "service";
  else if (moments.length > 0) memo.awaiting = "time";
  else memo.awaiting = "anything";
}

// A sentence of ours up to where it tells what is so ("Sorry, 10:00 AM isn't free", "See you on Tue 3 Mar") instead of offering.
function withoutNews(sentence: string): string {
  const sorry = /\bSorry,/.exec(sentence);
  const seeYou = /\bSee you on/.exec(sentence);
  const taken = sorry !== null && /\b(?:isn't free|is free on)/.test(sentence.slice(sorry.index));
  return sentence.slice(0, (taken ? sorry : seeYou)?.index);
}

/** Whether words of ours ask for a yes to a booking. */
export function asksToBook(text: string): boolean {
  return /\b(?:shall|should|can|may) I (?:book|confirm|reserve)\b|\bwant me to (?:book|confirm)\b|\bwould you like me to book\b|\b(?:is|does) (?:this|that) (?:correct|right|work|ok(?:ay)?)\b|\bplease confirm\b|\bto confirm\b/i.test(
    text,
  );
}

// Somebody else's spelling of an offer: "Would you like tomorrow 10:00 or 2:00?"
function momentsUnderstood(text: string, timeZone: string, now: Date): Date[] {
  const heard = understand(text, { now, timeZone });
  if (!heard.date) return [];
  const { date } = heard.date;
  return heard.times.filter(({ negated }) => !negated).map(({ time }) => instantOf(date, time, timeZone));
}

/** Notes which of the slots on the table was picked, if one was. */
export function choose(memo: Memo, heard: Heard, timeZone: string): void {
  if (memo.offered.length === 0 || memo.purpose === "cancel") return;
  const offered = memo.offered.map((iso) => ({ iso, ...localOf(new Date(iso), timeZone) }));
  const oneDay = heard.date && !heard.date.from ? heard.date.date : undefined;
  // "Could you come tomorrow after lunch?" asks for what is free then, whatever else was offered that day
  const asksForPart =
    heard.window !== undefined &&
    !heard.time &&
    (!heard.intents.includes("confirm") || heard.intents.includes("question"));
  let picked = heard.choice === undefined ? undefined : offered[heard.choice - 1];
  if (!picked && !asksForPart && (heard.time || oneDay)) {
    const matching = offered.filter(
      ({ date, time }) =>
        (!oneDay || date === oneDay) &&
        (!heard.time || time === heard.time.time) &&
        (!heard.window || (time >= heard.window.from && time < heard.window.to)),
    );
    if (matching.length === 1) picked = matching[0];
  }
  const nothingElse = !heard.time && !heard.date && !heard.window && !heard.choice;
  if (!picked && nothingElse && offered.length === 1 && heard.intents[0] === "confirm") picked = offered[0];
  if (!picked) return;
  memo.slot = picked.iso;
  memo.wish.date = picked.date;
  memo.wish.time = picked.time;
  delete memo.wish.from;
  delete memo.wish.to;
  delete memo.wish.window;
}
