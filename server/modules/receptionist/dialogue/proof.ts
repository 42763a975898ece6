/**
 * Who texts from a customer's number need not be that customer: senders can be forged, but not what arrives. A booking is therefore cancelled
 * or moved by text only with a number that stood in our question, which only the customer's own phone has seen.
 */
import { randomInt } from "node:crypto";
import type { Memo } from "./memo.ts";
import { pendingTexts } from "./recall.ts";
import type { Action, Reply, Spoken, Turn } from "./turn.ts";

/** The number asked for, until when it counts, how often another one came, and the bookings it is good for. */
export type Proof = { code: string; until: string; tries: number; bookingIds: string[] };

/** What the texts that wait say about the number asked for. */
export type Shown = { proof: Proof | undefined; proved: boolean; wrong: boolean };

const goodForMs = 30 * 60_000;
const mostTries = 3;
const FOUR_DIGITS = /(?<!\d)\d{4}(?!\d)/g;

/** The turn with a yes where the number asked for was given, and whether it was. */
export function readProof(turn: Turn): { turn: Turn; shown: Shown } {
  const kept = turn.memo?.proof;
  const proof = kept && new Date(kept.until) > turn.now ? kept : undefined;
  if (!proof) return { turn, shown: { proof, proved: false, wrong: false } };
  const waiting = pendingTexts(turn.messages);
  const numbers = waiting.flatMap((text) => text.match(FOUR_DIGITS) ?? []);
  const proved = numbers.includes(proof.code);
  const from = turn.messages.length - waiting.length;
  const messages = turn.messages.map((message, index): Spoken => {
    if (index < from) return message;
    return { ...message, text: asYes(message.text, proof.code) };
  });
  const wrong = !proved && waiting.some((text) => /^\D{0,12}\d{4}\D{0,12}$/.test(text));
  return { turn: { ...turn, messages }, shown: { proof, proved, wrong } };
}

/** What is said around a number by somebody who sends nothing else: "Reply 3692", "the code is 3692". */
const around = new Set("answer code here is it its my number pin please reply s the".split(" "));

// With more said around it, what is said decides: "no, 3692 is wrong" is no yes.
function asYes(text: string, code: string): string {
  const words: string[] = text.toLowerCase().match(/[\p{L}\d]+/gu) ?? [];
  const alone = words.includes(code) && words.every((word) => word === code || around.has(word));
  return alone ? "yes" : text.replace(FOUR_DIGITS, (one) => (one === code ? "yes" : one));
}

type Deed = Exclude<Action, { kind: "book" }>;

/** The reply as it may go out: its question names the number, and what is to be cancelled or moved without it is asked about instead. */
export function withProof(turn: Turn, reply: Reply, { proof, proved, wrong }: Shown): Reply {
  const deeds = reply.actions.filter((action): action is Deed => action.kind !== "book");
  const tries = (proof?.tries ?? 0) + (wrong ? 1 : 0);
  if (tries >= mostTries) return refused(reply, turn);
  const ids = deeds.length > 0 ? deeds.map(({ bookingId }) => bookingId) : asksAbout(reply.memo);
  if (ids.length === 0) return reply;
  const agreed = proved && proof !== undefined && ids.every((id) => proof.bookingIds.includes(id));
  if (deeds.length > 0 && agreed) return reply;
  const code = proof && ids.every((id) => proof.bookingIds.includes(id)) ? proof.code : newCode();
  const asked: Proof = {
    code,
    tries,
    bookingIds: ids,
    until: new Date(turn.now.getTime() + goodForMs).toISOString(),
  };
  const verb = (deeds[0]?.kind ?? reply.memo.awaiting) === "move" ? "move" : "cancel";
  if (deeds.length === 0) {
    return {
      ...reply,
      reply: `${reply.reply} Reply ${code} to ${verb} it.`,
      memo: { ...reply.memo, proof: asked },
    };
  }
  return {
    ...reply,
    reply: `To be sure that it is you, please reply ${code} to ${verb} it.`,
    suggestedSlots: [],
    actions: [],
    memo: { ...(turn.memo ?? reply.memo), proof: asked },
  };
}

function asksAbout({ awaiting, bookingId, bookingIds }: Memo): string[] {
  if (awaiting !== "cancel" && awaiting !== "move") return [];
  return bookingIds ?? (bookingId ? [bookingId] : []);
}

function refused(reply: Reply, { memo }: Turn): Reply {
  const { proof: _over, ...rest } = memo ?? reply.memo;
  return {
    ...reply,
    reply: "That is not the number I asked for, so nothing was changed. A person will get back to you.",
    intent: "ESCALATE",
    suggestedSlots: [],
    escalate: true,
    reason: "wrong numbers were sent to change a booking",
    actions: [],
    memo: rest,
  };
}

// Nothing that could be read as a time of day.
const newCode = (): string => String(randomInt(3000, 10_000));
