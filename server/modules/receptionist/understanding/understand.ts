import { heardPart, underDeadline, warmUp } from "./attention.ts";
import { readChoice } from "./choices.ts";
import { type Day, parseDay, todayIn } from "./calendar.ts";
import { daysNamed, readDates } from "./dates.ts";
import { readIntents } from "./intents.ts";
import { normalise } from "./normalise.ts";
import { hideEmails, readEmail, readName } from "./people.ts";
import { hidePhones, hidePlaces, readAddress, readPostcode } from "./places.ts";
import { matchService } from "./services.ts";
import { readTimes, type TimesRead, timesNamed } from "./times.ts";
import type { Intent, Understanding, UnderstandingContext } from "./understanding.ts";

export type {
  DateMention,
  Intent,
  ServiceMatch,
  ServiceWords,
  TimeMention,
  TimeWindow,
  Understanding,
  UnderstandingContext,
} from "./understanding.ts";
export { redact } from "./redact.ts";

/** Questions a bare number answers without being a time. */
const HOW_MANY = /\bhow (?:many|old|long|far|big|much|tall|wide)\b/i;
const NUMBER_ASKED =
  /\b(?:house|unit|flat|phone|mobile|order|job|reference|door) number\b|\b(?:what|which) (?:size|floor|level)\b/i;
const CLOSING_ASKED = /\b(?:any|some)thing else\b|\belse i can\b|\bwill that be all\b|\bmore i can\b/i;

const asksCount = (text: string): boolean =>
  NUMBER_ASKED.test(text) || text.indexOf("?", HOW_MANY.exec(text)?.index ?? text.length) >= 0;

/** What the assistant's last turn put on offer. */
type Offer = { days: Day[]; times: string[]; text: string };

function readOffer(previous: string, today: Day, country: string | undefined): Offer {
  if (!previous) return { days: [], times: [], text: "" };
  const text = normalise(hidePlaces(hideEmails(previous), readAddress(previous), undefined));
  const days = daysNamed(text, { today, country });
  const { rest } = readDates(text, { today, country });
  return { days, times: timesNamed(rest), text };
}

/** The parts of a message that name people and places, and the message without their numbers. */
function readContact(text: string, previous: string, country: string | undefined) {
  const email = readEmail(text);
  const plain = hidePhones(hideEmails(text));
  const address = readAddress(plain, previous);
  const postcode = readPostcode(plain, country, previous);
  const name = readName(plain, previous);
  return {
    said: {
      ...(name ? { name } : {}),
      ...(email ? { email } : {}),
      ...(address ? { address } : {}),
      ...(postcode ? { postcode } : {}),
    },
    rest: hidePlaces(plain, address, postcode),
  };
}

function judge(
  intents: Intent[],
  found: { exact: boolean; vague: boolean; service: number; contact: boolean },
): number {
  let confidence = intents[0] === "unknown" ? (found.contact ? 0.5 : 0.1) : 0.6;
  if (intents[0] === "question" && intents.length === 1) confidence = 0.35;
  if (found.exact) confidence += 0.25;
  else if (found.vague) confidence += 0.15;
  if (found.contact) confidence += 0.2;
  confidence += 0.15 * found.service;
  if (intents.filter((intent) => !["thanks", "greeting", "question", "change"].includes(intent)).length > 3)
    confidence -= 0.15;
  return Math.round(Math.max(0, Math.min(0.98, confidence)) * 100) / 100;
}

/**
 * Understands one message of a person writing or speaking to the front desk, in everyday English, without a model:
 * the same words and context always give the same answer. Only the beginning of a long text is read, and no text makes it throw but
 * one that it cannot be done with in time (DeadlineExceeded). Dates and times are read in
 * `context.timeZone` as of `context.now`; of several, the last one that is not ruled out counts.
 */
export function understand(message: string, context: UnderstandingContext): Understanding {
  warmUpUnderstanding(context.now);
  return underDeadline(() =>
    read(heardPart(message), heardPart(context.previousAssistantText ?? ""), context),
  );
}

/** Compiles what texts are read with, once. A process does so before it serves anybody: all that time it would answer nobody. */
export function warmUpUnderstanding(now: Date): void {
  warmUp("understand", () => {
    const sample = "Hi, my name is Jo. Not Friday, could you come tomorrow at 10 or a bit later?";
    return read(sample, "I have Tue 3 Mar at 10:00 AM. Which suits you?", { now, timeZone: "UTC" });
  });
}

function read(text: string, previous: string, context: UnderstandingContext): Understanding {
  const { day: today, minutes: minutesNow } = todayIn(context.now, context.timeZone);
  const offer = readOffer(previous, today, context.country);
  const contact = readContact(text, previous, context.country);
  const plain = normalise(contact.rest);

  const choice = readChoice(
    plain,
    Math.max(offer.times.length, offer.days.length),
    offer.text,
    text.toLowerCase(),
  );
  const ground = {
    today,
    spoken: parseDay(context.mentioned?.date),
    from: parseDay(context.mentioned?.from),
    to: parseDay(context.mentioned?.to),
    country: context.country,
  };
  const days = readDates(choice.rest, ground, offer.days);
  const clock: TimesRead =
    asksCount(previous) && /^\D{0,12}\d+\D{0,12}$/.test(plain)
      ? { times: [] }
      : readTimes(days.rest, { minutesNow, spoken: context.mentioned?.time, offered: offer.times });
  const date =
    days.date ?? (clock.today ? { date: today.toString(), text: clock.time?.text ?? "today" } : undefined);
  const service = matchService(contact.rest, context.services);

  const scheduled = date !== undefined || clock.time !== undefined || clock.window !== undefined;
  const intents = readIntents(plain, {
    scheduled: scheduled || days.dates.length > 0,
    chosen: choice.choice !== undefined,
    service: service !== undefined,
    closing: CLOSING_ASKED.test(previous),
    refused:
      !date && !clock.time && !clock.window && [...days.dates, ...clock.times].some(({ negated }) => negated),
  });
  return {
    intents,
    dates: clock.today && date && !days.date ? [...days.dates, date] : days.dates,
    times: clock.times,
    ...(date ? { date } : {}),
    ...(clock.time ? { time: clock.time } : {}),
    ...(clock.window ? { window: clock.window } : {}),
    ...(choice.choice !== undefined ? { choice: choice.choice } : {}),
    ...(service ? { service } : {}),
    ...contact.said,
    confidence: judge(intents, {
      exact: date !== undefined || clock.time !== undefined || choice.choice !== undefined,
      vague: clock.window !== undefined,
      service: service?.score ?? 0,
      contact: Object.keys(contact.said).length > 0,
    }),
  };
}
