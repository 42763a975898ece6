import { fromMinor } from "../../../../money.ts";
import { understand } from "../../understanding/understand.ts";
import { localOf, momentsIn } from "../moments.ts";
import type { Desk } from "./tools.ts";

const MONEY =
  /(?:\p{Sc}|\b(?:USD|GBP|EUR|AUD|NZD|CAD) ?)(\d[\d,]*(?:\.\d{1,3})?)|\b(\d[\d,]{0,12}(?:\.\d{1,3})?) ?(?:dollars|pounds|quid|bucks|euros?)\b/giu;
const CLOCK =
  /\b\d{1,2}(?:[:.]\d{2})? ?(?:am|pm)\b|\b\d{1,2}:\d{2}\b|\b(?:noon|midday|midnight)\b|\bo'clock\b/i;
const NOT_FREE = /\b(?:not|isn't|aren't|n't|taken|gone|unavailable|no longer|nothing|sorry|fully)\b/i;
const DONE = /\b(?:booked|confirmed|all set|see you|scheduled)\b/i;
const OFFER_OF_DONE =
  /\?|\b(?:shall|should|would you|want me|if you|once|before|after|not|nothing|haven't)\b/i;

/** Why a reply of the model may not be sent, or undefined when it holds. */
export function problemWith(reply: string, desk: Desk): string | undefined {
  return inventedPrice(reply, desk) ?? inventedTime(reply, desk) ?? inventedDeed(reply, desk);
}

/** Every amount must be an end of one of the price ranges. */
function inventedPrice(reply: string, { talk }: Desk): string | undefined {
  const { services, currency: usual } = talk.turn.business;
  const known = new Set(
    services.flatMap(({ price }) => {
      if (!price) return [];
      return [price.minCents, price.maxCents].map((minor) => fromMinor(minor, price.currency ?? usual));
    }),
  );
  for (const match of reply.matchAll(MONEY)) {
    const amount = Number((match[1] ?? match[2] ?? "").replaceAll(",", ""));
    if (!known.has(amount)) return `an amount that is in no price range: ${match[0]}`;
  }
  if (/\b(?:free of charge|no charge|discount|\d+ ?% off|for free)\b/i.test(reply))
    return "a promise about the price";
  return undefined;
}

/** Every time must be a slot the calendar gave, a booking of the customer's, or an opening hour. */
function inventedTime(reply: string, desk: Desk): string | undefined {
  const { turn, memo } = desk.talk;
  const { timeZone, hours } = turn.business;
  const instants = new Set<number>([
    ...[...desk.seen.values()].map(({ startsAt }) => startsAt.getTime()),
    ...memo.offered.map((iso) => Date.parse(iso)),
    ...turn.bookings.map(({ startsAt }) => startsAt.getTime()),
    ...desk.actions.flatMap((action) => ("startsAt" in action ? [action.startsAt.getTime()] : [])),
  ]);
  if (memo.slot) instants.add(Date.parse(memo.slot));
  const clocks = new Set([...instants].map((at) => localOf(new Date(at), timeZone).time));
  const opening = new Set(hours.flatMap(({ start, end }) => [start, end]));
  for (const sentence of reply.split(/(?<=[.!?])\s+/)) {
    if (!CLOCK.test(sentence) || NOT_FREE.test(sentence)) continue;
    const named = momentsIn(sentence, timeZone, turn.now);
    const wrong = named.find((at) => !instants.has(at.getTime()));
    if (wrong) return `a time the calendar did not give: ${wrong.toISOString()}`;
    if (named.length > 0) continue;
    const heard = understand(sentence, { now: turn.now, timeZone });
    const aboutHours = /\b(?:open|opening|close|closing|hours)\b/i.test(sentence);
    const allowed = aboutHours ? opening : clocks;
    const stray = heard.times.find(({ time }) => !allowed.has(time));
    if (stray) return `a time the calendar did not give: ${stray.time}`;
    if (heard.times.length === 0 && !aboutHours) return "a time that cannot be read";
    if (!aboutHours && heard.date && !heard.date.from) {
      const day = heard.date.date;
      const real = heard.times.every(({ time }) =>
        [...instants].some((at) => {
          const local = localOf(new Date(at), timeZone);
          return local.date === day && local.time === time;
        }),
      );
      if (!real) return "a day and time the calendar did not give";
    }
  }
  return undefined;
}

/** "You're booked" may be said only when that was agreed now, or is so already; moved and cancelled only when agreed now. */
function inventedDeed(reply: string, { talk, actions }: Desk): string | undefined {
  const did = (kind: string) => actions.some((action) => action.kind === kind);
  for (const sentence of reply.split(/(?<=[.!?])\s+/)) {
    if (OFFER_OF_DONE.test(sentence)) continue;
    if (/\b(?:moved|rescheduled)\b/i.test(sentence) && !did("move"))
      return "says something was moved that was not";
    if (/\bcancell?ed\b/i.test(sentence) && !did("cancel"))
      return "says something was cancelled that was not";
    const booked = actions.length > 0 || talk.turn.bookings.length > 0;
    if (DONE.test(sentence) && !booked) return "says something was booked that was not";
  }
  return undefined;
}
