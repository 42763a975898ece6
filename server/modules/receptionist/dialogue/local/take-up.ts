import { underDeadline, warmUp } from "../../understanding/attention.ts";
import { redact } from "../../understanding/understand.ts";
import { absorb, emptyMemo } from "../memo.ts";
import type { Memo } from "../memo.ts";
import { localOf } from "../moments.ts";
import { choose, joinTexts, listen, pendingTexts, recall } from "../recall.ts";
import type { Turn } from "../turn.ts";
import { namesWhatIsBooked, wantsAnother } from "./talk.ts";
import type { Talk } from "./talk.ts";

const notesLimit = 300;
const detailWords = 5;

/** Reads the pending texts into a talk: what they say goes into the memo. */
export function takeUp(turn: Turn): Talk {
  warmUp("takeUp", () => {
    const messages = [{ role: "user" as const, text: "Hi, my name is Jo, are you free tomorrow at 10?" }];
    return read({ ...turn, messages, memo: emptyMemo() });
  });
  return underDeadline(() => read(turn));
}

function read(turn: Turn): Talk {
  const memo: Memo = { ...emptyMemo(), ...structuredClone(turn.memo ?? recall(turn)) };
  const texts = pendingTexts(turn.messages);
  const ours = turn.messages.filter(({ role }) => role === "assistant").map(({ text }) => text);
  // "The first" still means the times on the table when something else was said in between.
  const tabled = memo.awaiting === "time" ? ours.findLast((text) => /\d:\d\d [AP]M/.test(text)) : undefined;
  const previous = tabled ?? ours.at(-1) ?? "";
  const only = turn.bookings.length === 1 ? turn.bookings[0] : undefined;
  const idle = memo.awaiting === undefined || memo.awaiting === "anything" || memo.purpose !== undefined;
  const booking = idle ? only?.startsAt : undefined;
  const heard = listen(texts, { memo, business: turn.business, now: turn.now, previous, booking });
  const text = joinTexts(texts);
  const talk: Talk = {
    turn,
    memo,
    heard,
    text,
    previous: ours.at(-1) ?? "",
    news: false,
    answers: [],
    priced: false,
  };
  const recited =
    memo.purpose === undefined &&
    idle &&
    (heard.date ?? heard.time) !== undefined &&
    namesWhatIsBooked(turn, heard) &&
    !heard.intents.some((intent) => ["book", "availability", "reschedule", "cancel"].includes(intent));
  const question = heard.intents[0] === "hours" || recited;
  const { date: _d, time: _t, window: _w, ...timeless } = heard;
  const told = question ? { ...timeless, dates: [], times: [] } : heard;
  const urgent =
    /\b(?:asap|as soon as|soonest|earliest|straight away|right away|urgent(?:ly)?|today if)\b/i.test(text);
  if (urgent && !memo.wish.date) memo.wish.soon = true;
  talk.news = absorb(memo, told);
  if (shift(talk)) talk.news = true;
  if (!question) choose(memo, heard, turn.business.timeZone);
  if (memo.awaiting === "details") talk.news = takeDetails(talk) || talk.news;
  noteTheJob(talk);
  return talk;
}

const ANY_OF_THEM =
  /^(?:any(?:[.! ]*$| (?:one|time|of|is|works?|will|suits?)\b)|either|whichever|you (?:choose|pick|decide)|i don'?t mind|doesn'?t matter|(?:the )?(?:earliest|soonest|first)(?: (?:one|available|possible|you have|slot))*(?: please| works)?[.! ]*$)/i;
const OTHER_DAY = /\b(?:(?:an)?other|different|alternative) (?:days?|dates?)\b|\bnot (?:that|this) day\b/i;

/** "Later" and "earlier" mean than what is on the table; "any" takes the first of it. */
function shift({ memo, turn, heard, text }: Talk): boolean {
  const { timeZone } = turn.business;
  const [first] = memo.offered;
  const last = memo.offered.at(-1);
  if (!first || !last || heard.date || heard.time || heard.window || heard.choice || text.length > 40)
    return false;
  if (ANY_OF_THEM.test(text.trim())) {
    const { date, time } = localOf(new Date(first), timeZone);
    memo.wish = { date, time, notDates: memo.wish.notDates };
    return true;
  }
  if (OTHER_DAY.test(text)) {
    const days = memo.offered.map((iso) => localOf(new Date(iso), timeZone).date);
    memo.wish = { ...memo.wish, notDates: [...new Set([...memo.wish.notDates, ...days])] };
    for (const field of ["date", "from", "to"] as const) delete memo.wish[field];
    delete memo.slot;
    return true;
  }
  const way = /\b(later|earlier|sooner)\b/i.exec(text)?.[1]?.toLowerCase();
  if (!way || heard.intents.some((intent) => intent === "reschedule" || intent === "cancel")) return false;
  const edge = localOf(new Date(way === "later" ? last : first), timeZone);
  const window = way === "later" ? { from: edge.time, to: "24:00" } : { from: "00:00", to: edge.time };
  memo.wish = { date: edge.date, window, notDates: memo.wish.notDates };
  memo.refused = [...memo.refused, ...memo.offered];
  delete memo.slot;
  return true;
}

/** A bare answer to "what's your name?" or "what's the address?" that has no shape of its own. */
function takeDetails({ memo, turn, heard, text }: Talk): boolean {
  const plain = text.trim().replace(/(?<![.!])[.!]+$/, "");
  const known = { ...turn.customer, ...memo };
  if (!known.name && heard.address) {
    const before = plain.split(heard.address)[0] ?? "";
    const name = before
      .replace(/^.*\bname(?:'s| is)?\b|^(?:hi|hello|it'?s|i'?m|im|this is)\b|\bfor\b/i, "")
      .replace(/[,.:;-]|\b(?:at|and|address|of|from|is)\b/gi, " ")
      .trim();
    if (/^[\p{L}'’ -]{2,40}$/u.test(name) && name.split(/\s+/).length <= 3) memo.name = titled(name);
    return memo.name !== undefined;
  }
  const idle = heard.intents.every((intent) => ["unknown", "book", "confirm", "greeting"].includes(intent));
  if (!idle || plain === "" || plain.includes("?")) return false;
  const words = plain.split(/\s+/).length;
  if (!known.name && /^[\p{L}'’ .-]+$/u.test(plain) && words <= 3 && heard.intents[0] === "unknown") {
    memo.name = titled(plain);
    return true;
  }
  if (known.name && turn.business.travels && !known.address && /\d/.test(plain) && words > 1 && words <= 12) {
    memo.address = plain;
    return true;
  }
  return false;
}

function titled(name: string): string {
  return /\p{Lu}/u.test(name) ? name : name.replace(/(?<=^|[ '-])\p{L}/gu, (letter) => letter.toUpperCase());
}

// "With Jess" is a wish nobody can promise here: the note goes with the booking.
const WITH_SOMEBODY = /\bwith (\p{Lu}\p{Ll}{1,14})\b/u;
const NOBODY = /^(?:I|Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/;

function noteTheJob(talk: Talk): void {
  const { memo, turn, heard, text } = talk;
  if (turn.bookings.length > 0 && !wantsAnother(talk)) return;
  const somebody = WITH_SOMEBODY.exec(text)?.[1];
  const named = somebody !== undefined && !NOBODY.test(somebody) && !heard.name?.includes(somebody);
  if (named) {
    talk.answers.push(`I can't promise who it will be, but I've noted that you asked for ${somebody}.`);
  }
  const aboutTheJob = heard.intents.includes("book") && text.split(/\s+/).length >= detailWords;
  if (!named && (!aboutTheJob || memo.notes !== undefined)) return;
  memo.notes = redact([named ? memo.notes : undefined, text].filter(Boolean).join(" / ")).text.slice(
    0,
    notesLimit,
  );
}
