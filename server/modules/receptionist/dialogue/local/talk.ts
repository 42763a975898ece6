import { localOf } from "../moments.ts";
import type { Memo } from "../memo.ts";
import type { Heard } from "../recall.ts";
import type { Action, ComingBooking, OfferedService, Slot, Turn } from "../turn.ts";

/** One turn while it is being answered. `answers` are sentences that go before whatever comes next. */
export type Talk = {
  turn: Turn;
  memo: Memo;
  heard: Heard;
  text: string;
  /** The customer said something new about what, when, who or where. */
  news: boolean;
  /** What we said last. */
  previous: string;
  answers: string[];
  priced: boolean;
};

/** What the turn comes to. */
export type Step = {
  say: string;
  offered?: Slot[];
  actions?: Action[];
  escalate?: { reason: string; urgent?: boolean };
  /** Another turn that made no sense. */
  lost?: boolean;
};

export function hears(talk: Talk, ...intents: Heard["intents"]): boolean {
  return intents.some((intent) => talk.heard.intents.includes(intent));
}

/** The service in question: the one named, or the only one there is. */
export function serviceOf({ turn, memo }: Talk): OfferedService | undefined {
  const { services } = turn.business;
  return (
    services.find(({ id }) => id === memo.serviceId) ?? (services.length === 1 ? services[0] : undefined)
  );
}

export function bookingOf({ turn, memo }: Talk): ComingBooking | undefined {
  return turn.bookings.find(({ id }) => id === memo.bookingId);
}

/** Nothing is being arranged and nothing was asked for. */
export function isIdle({ memo }: Talk): boolean {
  return memo.awaiting === undefined || memo.awaiting === "anything";
}

/** What a question without a name is about: the service in question, else what is booked. */
export function servicesMeant(talk: Talk): OfferedService[] {
  const service = serviceOf(talk);
  if (service) return [service];
  const booked = talk.turn.bookings.map(({ serviceId }) => serviceId);
  return talk.turn.business.services.filter(({ id }) => booked.includes(id));
}

const ANOTHER =
  /\b(?:another|second|2nd|additional|extra|separate|new|one more)\b(?! (?:time|day|date|slot|week)\b)[^.?!]{0,30}\b(?:visit|appointment|booking|one|job|service|repair|session)\b|\b(?:as well|in addition|on top of (?:that|it))\b/i;
const MOVING = /\b(?:make it|instead|actually|change|move|rather|earlier|later|sooner|another time)\b/i;

/** A visit besides what is booked: something else, or in so many words one more. */
export function wantsAnother({ turn, heard, text }: Talk): boolean {
  const { service } = heard;
  if (service && !turn.bookings.some(({ serviceId }) => serviceId === service.id)) return true;
  return ANOTHER.test(text) || (/\b(?:also|too)\b/i.test(text) && !MOVING.test(text));
}

/** Words of somebody who wants what is booked at another time. */
export function soundsLikeMoving(text: string): boolean {
  return MOVING.test(text);
}

/** "See you Thursday at 10" about a visit that is on Thursday at 10. */
export function namesWhatIsBooked({ bookings, business }: Turn, heard: Heard): boolean {
  return bookings.some(({ startsAt }) => {
    const { date, time } = localOf(startsAt, business.timeZone);
    const sameDay = !heard.date || heard.date.date === date;
    return sameDay && (!heard.time || heard.time.time === time) && !heard.window;
  });
}

export function team({ turn }: Talk): string {
  return turn.business.ownerName || "the team";
}

const HESITANT =
  /\b(?:maybe|perhaps|i guess|not sure|unsure|probably|might|think so|let me (?:check|think|see)|hang on|one (?:sec|moment|minute)|wait|depends|if (?:it|you|that|the))\b/i;
const YES_FIRST =
  /^(?:(?:oh|ok|okay|great|thanks|and),? )?(?:y|ye|yes|yep|yeah|yup|yea|sure|ok|okay|k|please do|go ahead|correct|perfect|great|lovely|brilliant|book it|confirmed?|sounds good|that'?s (?:right|correct|fine|great|perfect)|👍)(?![\p{L}\d])/iu;

/** A clear yes to what we asked: nothing hesitant, no question that has to be answered first. */
export function saysYes({ heard, text }: Talk): boolean {
  const { intents } = heard;
  if (HESITANT.test(text)) return false;
  if (intents.includes("decline") || intents.includes("cancel") || intents.includes("abuse")) return false;
  if (intents.includes("price") && intents.includes("question")) return false;
  return intents.includes("confirm") && (intents[0] === "confirm" || YES_FIRST.test(text.trim()));
}
