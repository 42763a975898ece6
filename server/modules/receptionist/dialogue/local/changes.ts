import { findSlots } from "../find-slots.ts";
import { dropDraft } from "../memo.ts";
import { listText, momentText } from "../moments.ts";
import { arrange } from "./arrange.ts";
import { answerQuestions } from "./questions.ts";
import {
  bookingOf,
  hears,
  isIdle,
  namesWhatIsBooked,
  saysYes,
  soundsLikeMoving,
  team,
  wantsAnother,
} from "./talk.ts";
import type { Step, Talk } from "./talk.ts";
import { which } from "./which-booking.ts";

/** Cancelling and moving what is booked; undefined when the turn is about neither. */
export async function change(talk: Talk): Promise<Step | undefined> {
  const { memo } = talk;
  const settled = (await settle(talk)) ?? besidesTheTime(talk);
  if (settled) return settled;
  if (memo.awaiting === "which-booking" && memo.purpose) return leaveIt(talk) ?? which(talk);
  const another = wantsAnother(talk) && !hears(talk, "cancel");
  const wantsMove = (hears(talk, "reschedule") && !(another && isIdle(talk))) || movesByImplication(talk);
  const wantsCancel = hears(talk, "cancel");
  if (wantsMove || wantsCancel) return begin(talk, wantsMove ? "move" : "cancel");
  if (memo.purpose !== "move") return undefined;
  answerQuestions(talk);
  return leaveIt(talk) ?? arrange(talk);
}

/** Another service, address or name for what is booked: only a person can change those. */
function besidesTheTime(talk: Talk): Step | undefined {
  const { turn, heard, text } = talk;
  if (!isIdle(talk) || turn.bookings.length === 0) return undefined;
  const other = heard.service && !turn.bookings.some(({ serviceId }) => serviceId === heard.service?.id);
  const swaps = other && /\b(?:instead|change|swap|switch|rather)\b/i.test(text);
  const details =
    /\b(?:change|wrong|new|different|update|correct)\b[^.?!]{0,20}\b(?:address|name|phone|email|post ?code|zip)\b/i;
  if (!swaps && !details.test(text)) return undefined;
  return {
    say: `I can't change that part of a booking here, so I've passed it to ${team(talk)}, and a person will get back to you.`,
    escalate: {
      reason: swaps ? "wants another service for a booked visit" : "wants to change a booking's details",
    },
  };
}

// "Actually make it 1pm", "can you do Friday?" with nothing on the table but a booking.
function movesByImplication(talk: Talk): boolean {
  const { turn, heard, text } = talk;
  if (
    !isIdle(talk) ||
    turn.bookings.length === 0 ||
    wantsAnother(talk) ||
    hears(talk, "hours", "service_area")
  )
    return false;
  const when = heard.date ?? heard.time ?? heard.window;
  if (soundsLikeMoving(text)) return when !== undefined || /\b(?:earlier|later|sooner|time)\b/i.test(text);
  if (!when || !hears(talk, "book", "availability", "question")) return false;
  return (
    !["confirm", "thanks", "goodbye", "price"].includes(heard.intents[0] ?? "") &&
    !namesWhatIsBooked(turn, heard)
  );
}

/** "Never mind, leave it" while a move or a cancellation is being talked over. */
function leaveIt(talk: Talk): Step | undefined {
  const { memo, heard, text, news } = talk;
  if (!hears(talk, "decline") || news || heard.choice) return undefined;
  const times = memo.awaiting === "time";
  if (times && !/\b(?:leave|keep|never ?mind|forget|fine as|stay)\b/i.test(text)) {
    memo.refused = [...memo.refused, ...memo.offered];
    return undefined;
  }
  dropDraft(memo);
  delete memo.serviceId;
  const what = times ? "your booking stays as it is" : "your bookings stay as they are";
  return { say: `No problem, ${what}.` };
}

/** The answer to "shall I cancel it?" or "shall I move it?". */
async function settle(talk: Talk): Promise<Step | undefined> {
  const { memo, turn } = talk;
  const booking = bookingOf(talk);
  if (!booking) return undefined;
  const when = momentText(booking.startsAt, turn.business.timeZone);
  const kept = { say: `No problem, your ${booking.title} on ${when} stays as it is.` };
  if (memo.awaiting === "cancel") {
    const all = turn.bookings.filter(({ id }) => id === booking.id || memo.bookingIds?.includes(id));
    const names = listText(
      all.map(({ title, startsAt }) => `${title} on ${momentText(startsAt, turn.business.timeZone)}`),
      "and",
    );
    if (saysYes(talk) || (hears(talk, "cancel") && !hears(talk, "reschedule", "decline"))) {
      return {
        say: `Your ${names} ${all.length > 1 ? "are" : "is"} cancelled. Text any time if you'd like another.`,
        actions: all.map(({ id }) => ({ kind: "cancel", bookingId: id })),
      };
    }
    if (hears(talk, "reschedule")) return undefined;
    if (talk.heard.date ?? talk.heard.time ?? talk.heard.window) return begin(talk, "move");
    if (!hears(talk, "decline")) return undefined;
    dropDraft(memo);
    return all.length > 1 ? { say: "No problem, your bookings stay as they are." } : kept;
  }
  if (memo.awaiting !== "move" || !memo.slot || !booking.serviceId) return undefined;
  if (saysYes(talk)) {
    const query = { serviceId: booking.serviceId, exceptBookingId: booking.id };
    const found = await findSlots(turn, memo.wish, query);
    if (!found.exact) return arrange(talk);
    const to = momentText(found.exact.startsAt, turn.business.timeZone);
    return {
      say: `Your ${booking.title} is moved to ${to}. Is there anything else?`,
      offered: [found.exact],
      actions: [{ kind: "move", bookingId: booking.id, ...found.exact }],
    };
  }
  if (!hears(talk, "decline") || talk.news) return undefined;
  if (wantsAnother(talk)) {
    delete memo.purpose;
    delete memo.bookingId;
    return arrange(talk);
  }
  dropDraft(memo);
  return { say: `${kept.say} Tell me if another time would suit better.` };
}

async function begin(talk: Talk, purpose: "move" | "cancel"): Promise<Step | undefined> {
  const { memo, turn } = talk;
  const drafting = memo.purpose === undefined && (memo.slot !== undefined || memo.offered.length > 0);
  if (drafting && purpose === "move") return undefined;
  if (drafting && (turn.bookings.length === 0 || memo.awaiting === "book")) {
    dropDraft(memo);
    return {
      say: "No problem, I've let that go and nothing is booked. Text any time if you change your mind.",
    };
  }
  if (!turn.policy.canBook) {
    return {
      say: `I've passed that on to ${team(talk)}, and a person will get back to you about your booking.`,
      escalate: { reason: purpose === "move" ? "wants to move a booking" : "wants to cancel a booking" },
    };
  }
  if (turn.bookings.length === 0) {
    memo.awaiting = "anything";
    return {
      say: "I can't find a coming booking under this number. Shall I pass this to a person, or would you like to book a visit?",
    };
  }
  memo.purpose = purpose;
  return which(talk);
}
