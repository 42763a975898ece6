import { underDeadline } from "../../understanding/attention.ts";
import { redact } from "../../understanding/understand.ts";
import { dropDraft } from "../memo.ts";
import { momentText } from "../moments.ts";
import type { Reply, ReplyIntent, Turn } from "../turn.ts";
import { arrange, settleBooking } from "./arrange.ts";
import { aside } from "./asides.ts";
import { capital, care } from "./care.ts";
import { change } from "./changes.ts";
import { admitOpenQuestion, answerQuestions, asksHowLong, asksPrice, whatWeDo } from "./questions.ts";
import { hears, isIdle, saysYes, serviceOf, team, wantsAnother } from "./talk.ts";
import type { Step, Talk } from "./talk.ts";
import { takeUp } from "./take-up.ts";

/**
 * The receptionist that needs no network: the same turn always gives the same reply. It never names a time the
 * calendar did not give it or a price outside the ranges, and asks for a book, move or cancel only after a clear yes.
 */
export async function respondLocally(turn: Turn): Promise<Reply> {
  const talk = takeUp(turn);
  const step = await next(talk);
  return finish(talk, step);
}

async function next(talk: Talk): Promise<Step> {
  const urgent = inTime(talk, (one) => care(one) ?? aside(one));
  if (urgent) return urgent;
  const settled = await settleBooking(talk);
  if (settled) return settled;
  const changed = await change(talk);
  if (changed) return changed;
  inTime(talk, answerQuestions);
  return (await goOn(talk)) ?? smallTalk(talk) ?? lost(talk);
}

/** Lets `read` have the talk under the deadline: what it notes in it counts once it is done. */
function inTime<Result>(talk: Talk, read: (talk: Talk) => Result): Result {
  const { result, noted } = underDeadline(() => {
    const copy = { ...talk, memo: structuredClone(talk.memo), answers: [...talk.answers] };
    return { result: read(copy), noted: copy };
  });
  Object.assign(talk, noted);
  return result;
}

/** The next step of an arrangement that is under way or asked for now. */
async function goOn(talk: Talk): Promise<Step | undefined> {
  const { memo } = talk;
  const arranging = memo.awaiting !== undefined && memo.awaiting !== "anything";
  if (hears(talk, "decline") && arranging && !talk.news) return declined(talk);
  if (
    memo.awaiting === "anything" &&
    saysYes(talk) &&
    (memo.serviceId || talk.turn.business.services.length > 0)
  ) {
    return arrange(talk);
  }
  const besides = isIdle(talk) && talk.turn.bookings.length > 0 && wantsAnother(talk);
  const when = talk.heard.date ?? talk.heard.time ?? talk.heard.window;
  if (besides && (when || memo.awaiting === "anything")) return arrange(talk);
  const again = besides ? undefined : alreadyBooked(talk);
  if (again) return again;
  if (hears(talk, "book", "availability", "reschedule") || talk.news) {
    return onlyAboutThem(talk) || asksOnly(talk) ? undefined : arrange(talk);
  }
  if (!arranging || talk.heard.intents.includes("goodbye")) return undefined;
  if (hears(talk, "thanks", "greeting") && !hears(talk, "confirm")) return undefined;
  return hears(talk, "confirm") || talk.answers.length > 0 ? arrange(talk) : undefined;
}

// "I need a boiler service" from somebody who has one booked.
function alreadyBooked(talk: Talk): Step | undefined {
  const { memo, turn, heard } = talk;
  const booking = turn.bookings.find(({ serviceId }) => serviceId === heard.service?.id);
  if (!booking || !isIdle(talk) || !hears(talk, "book") || talk.answers.length > 0) return undefined;
  memo.awaiting = "anything";
  const when = momentText(booking.startsAt, turn.business.timeZone);
  return {
    say: `You have ${booking.title} booked on ${when}. Would you like another time for it, or another visit?`,
  };
}

// "What time is my appointment?" and "what do you do?" are answered; nothing is arranged.
function asksOnly(talk: Talk): boolean {
  const { memo, turn, heard, answers } = talk;
  const about = asksHowLong(talk) || (asksPrice(talk) && !hears(talk, "price"));
  const service = about ? undefined : heard.service;
  const when = heard.intents[0] === "hours" ? undefined : (heard.date ?? heard.time ?? heard.window);
  const concrete = service ?? when;
  const idle = memo.awaiting === undefined || (memo.awaiting === "anything" && turn.bookings.length > 0);
  return answers.length > 0 && idle && concrete === undefined;
}

// "I'm Sam" or "do you cover LS1?" tell us something without asking for a visit.
function onlyAboutThem(talk: Talk): boolean {
  const { memo } = talk;
  return (
    memo.awaiting === undefined &&
    !hears(talk, "book", "availability", "confirm") &&
    memo.wish.date === undefined
  );
}

function declined(talk: Talk): Promise<Step> | Step {
  const { memo } = talk;
  if (/\blet me (?:check|think|ask|see|get back|talk)\b|\bthink about it\b|\bcheck with\b/i.test(talk.text)) {
    return { say: "No problem, take your time. Nothing is booked yet; just text me what suits." };
  }
  const done =
    hears(talk, "thanks", "goodbye") ||
    /\b(?:not interested|never ?mind|forget it|leave it|don't bother)\b/i.test(talk.text);
  const settling = memo.awaiting === "book" || memo.awaiting === "details";
  if (settling || done) {
    const wasOffered = settling && !done;
    const service = memo.serviceId;
    dropDraft(memo);
    if (!wasOffered) return { say: "No problem, nothing is booked. Text any time if you need us." };
    if (service) memo.serviceId = service;
    memo.awaiting = "time";
    return { say: "No problem, I haven't booked anything. What day and time would suit you better?" };
  }
  memo.refused = [...memo.refused, ...memo.offered];
  delete memo.slot;
  delete memo.wish.time;
  return memo.awaiting === "time"
    ? arrange(talk)
    : { say: "No problem. Is there anything else I can help with?" };
}

function smallTalk(talk: Talk): Step | undefined {
  const { memo, turn } = talk;
  const coming = turn.bookings[0];
  const arranging = memo.awaiting !== undefined && memo.awaiting !== "anything";
  if (talk.answers.length > 0) {
    const booked = turn.bookings.length > 0 && !wantsAnother(talk);
    const ask =
      talk.priced && turn.policy.canOfferSlots && !booked ? "Would you like me to find you a time?" : "";
    if (ask !== "" || turn.bookings.length === 0) memo.awaiting ??= "anything";
    return { say: ask };
  }
  if (hears(talk, "thanks", "goodbye")) {
    const see = coming ? ` See you on ${momentText(coming.startsAt, turn.business.timeZone)}.` : "";
    return {
      say: `You're welcome.${see || (arranging ? " Just say when you'd like to go on." : " Text any time if you need us.")}`,
    };
  }
  if (hears(talk, "confirm", "decline") && !arranging && !hears(talk, "question")) {
    const see = coming ? ` See you on ${momentText(coming.startsAt, turn.business.timeZone)}.` : "";
    return { say: `${hears(talk, "confirm") ? "Great" : "No problem"}.${see} Text any time if you need us.` };
  }
  if (hears(talk, "greeting")) return { say: `Hi, how can I help? ${whatWeDo(talk)}` };
  return undefined;
}

/** What was said made no sense to us: the question under way is asked again, and a second time a person is asked. */
async function lost(talk: Talk): Promise<Step> {
  const { memo, turn } = talk;
  const arranging = memo.awaiting === "time" || memo.awaiting === "details" || memo.awaiting === "book";
  admitOpenQuestion(talk);
  if (arranging && (talk.answers.length > 0 || memo.awaiting !== "book")) {
    const { say, ...step } = await arrange(talk);
    const again =
      talk.answers.length > 0
        ? say
        : `Sorry, I didn't quite get that. ${capital(say.replace(/^Sorry, /, ""))}`;
    return { ...step, say: again, lost: true };
  }
  if (memo.lost === 0 && memo.awaiting === "book") {
    return { say: "Sorry, was that a yes? I only book after a clear yes.", lost: true };
  }
  if (memo.lost === 0 && (memo.awaiting === "cancel" || memo.awaiting === "move")) {
    return { say: `Sorry, was that a yes? I only ${memo.awaiting} it after a clear yes.`, lost: true };
  }
  const service = serviceOf(talk);
  const booked = turn.bookings.length > 0 && isIdle(talk);
  if (talk.answers.length > 0) {
    return { say: booked ? "" : "I can help with times, prices and bookings.", lost: true };
  }
  const hint = booked
    ? "You can ask me about your booking, move it or cancel it."
    : service
      ? "What day and time would suit you?"
      : whatWeDo(talk);
  return { say: `Sorry, I didn't quite get that. ${hint}`, lost: true };
}

const escalatesAfter = 2;

function finish(talk: Talk, proposed: Step): Reply {
  const { memo, turn } = talk;
  const { business, policy } = turn;
  let step = proposed;
  memo.lost = step.lost ? memo.lost + 1 : 0;
  if (memo.lost >= escalatesAfter && !step.escalate) {
    step = {
      say: `I'm not sure I understand, so I've passed this to ${team(talk)}, and a person will get back to you.`,
      escalate: { reason: "the receptionist did not understand twice" },
    };
  }
  const body = [...talk.answers, step.say].filter((part) => part !== "").join(" ");
  const disclose = policy.discloseAi && !memo.disclosed;
  if (disclose) memo.disclosed = true;
  const spoken = disclose
    ? `Hi, this is the AI assistant for ${business.name}. ${capital(body.replace(/^Hi, /, ""))}`
    : body;
  const safe = redact(spoken);
  if (step.actions?.length) {
    dropDraft(memo);
    delete memo.serviceId;
    delete memo.notes;
  }
  return {
    reply: safe.text,
    intent: intentOf(talk, step),
    suggestedSlots: step.escalate ? [] : (step.offered ?? []),
    escalate: step.escalate !== undefined,
    ...(step.escalate ? { reason: step.escalate.reason } : {}),
    ...(step.escalate?.urgent ? { urgent: true } : {}),
    confidence: talk.heard.confidence,
    safety: { redactions: [...redact(talk.text).redactions, ...safe.redactions] },
    actions: step.actions ?? [],
    memo,
  };
}

function intentOf(talk: Talk, step: Step): ReplyIntent {
  if (step.escalate) return "ESCALATE";
  if (talk.priced) return "PROVIDE_PRICE_RANGE";
  return step.offered?.length ? "OFFER_TIMESLOTS" : "SMALL_TALK";
}
