import { areaText, covers } from "../area.ts";
import { findSlots } from "../find-slots.ts";
import type { Found } from "../find-slots.ts";
import { clockText, dayText, localOf, momentText, offerText } from "../moments.ts";
import { postcodeWord, servicesText } from "../wording.ts";
import type { ComingBooking, OfferedService, Slot } from "../turn.ts";
import { admitOpenQuestion, answerQuestions } from "./questions.ts";
import { bookingOf, saysYes, serviceOf, team } from "./talk.ts";
import type { Step, Talk } from "./talk.ts";

/** Fills what a booking (or a move) still lacks, one question at a time: what, when, who and where, then the read-back. */
export async function arrange(talk: Talk): Promise<Step> {
  const { turn, memo } = talk;
  if (!turn.policy.canOfferSlots) {
    return {
      say: `I can't offer times here, so I've passed this to ${team(talk)} and a person will get back to you.`,
      escalate: { reason: "wants an appointment" },
    };
  }
  const outside = outsideArea(talk);
  if (outside) return outside;
  const moving = memo.purpose === "move" ? bookingOf(talk) : undefined;
  const service = moving ? turn.business.services.find(({ id }) => id === moving.serviceId) : serviceOf(talk);
  if (moving && !service) {
    return {
      say: `I've passed your wish to move it to ${team(talk)}, and a person will get back to you.`,
      escalate: { reason: "wants to move a booking the receptionist cannot move" },
    };
  }
  if (!service) return askService(talk);
  const query = { serviceId: service.id, ...(moving ? { exceptBookingId: moving.id } : {}) };
  const refused = moving ? [...memo.refused, moving.startsAt.toISOString()] : memo.refused;
  const found = await findSlots(turn, memo.wish, query, refused);
  if (moving && found.exact?.startsAt.getTime() === moving.startsAt.getTime()) return already(talk, moving);
  return found.exact ? chosen(talk, service, found.exact) : offer(talk, service, found);
}

function already({ memo, turn }: Talk, { title, startsAt }: ComingBooking): Step {
  memo.awaiting = "time";
  delete memo.wish.time;
  const when = momentText(startsAt, turn.business.timeZone);
  return { say: `That's when your ${title} is booked already: ${when}. What time would suit better?` };
}

function outsideArea(talk: Talk): Step | undefined {
  const { turn, memo } = talk;
  const { serviceArea, travels } = turn.business;
  const postcode = memo.postcode ?? turn.customer.postcode;
  if (!travels || !postcode || memo.purpose || covers(serviceArea, postcode) !== false) return undefined;
  delete memo.postcode;
  delete memo.address;
  memo.awaiting = "details";
  const area = areaText(serviceArea);
  return {
    say: `Sorry, ${postcode} is outside the area we cover.${area ? ` ${area}.` : ""} If the job is somewhere else, what's the address and ${postcodeWord(turn.business.country)}?`,
  };
}

function askService(talk: Talk): Step {
  const { memo, turn } = talk;
  const asked = memo.awaiting === "service";
  memo.awaiting = "service";
  const names = servicesText(turn.business.services, "or");
  if (!names) {
    return {
      say: `I've passed this to ${team(talk)}, and a person will get back to you.`,
      escalate: { reason: "wants something the receptionist cannot book" },
    };
  }
  if (asked && talk.news) return { say: `Noted. And which one do you need: ${names}?` };
  if (asked) return { say: `Sorry, which one is it: ${names}?`, lost: true };
  return { say: `Happy to help. Which one do you need: ${names}?` };
}

function offer(talk: Talk, service: OfferedService, found: Found): Step {
  const { memo, turn } = talk;
  const { timeZone } = turn.business;
  delete memo.slot;
  memo.awaiting = "time";
  memo.offered = found.offers.map(({ startsAt }) => startsAt.toISOString());
  if (found.offers.length === 0) {
    return {
      say: `I can't see a free time for ${service.name} in the coming weeks. I've asked ${team(talk)} to find one, and a person will get back to you.`,
      escalate: { reason: `no free time for ${service.name}` },
    };
  }
  const times = offerText(found.offers, timeZone);
  const question = found.offers.length > 1 ? "Which suits you?" : "Does that suit you?";
  const sorry = missedText(talk, found);
  const what = memo.purpose === "move" || sorry ? "" : ` for ${service.name}`;
  return { say: `${sorry}I have ${times}${what}. ${question}`, offered: found.offers };
}

function missedText({ memo }: Talk, { missed }: Found): string {
  const { date, time, to } = memo.wish;
  if (missed && to) return "Sorry, nothing is free then. ";
  if (missed === "time" && date && time) return `Sorry, ${dayText(date)} at ${clockText(time)} isn't free. `;
  if (missed === "time" && time) return `Sorry, ${clockText(time)} isn't free. `;
  if (missed === "day" && date) return `Sorry, nothing is free on ${dayText(date)}. `;
  if (missed === "window" || missed === "all") return "Sorry, nothing is free then. ";
  return "";
}

function chosen(talk: Talk, service: OfferedService, slot: Slot): Step {
  const { memo, turn } = talk;
  const { timeZone } = turn.business;
  const local = localOf(slot.startsAt, timeZone);
  memo.slot = slot.startsAt.toISOString();
  memo.offered = [memo.slot];
  memo.wish = { date: local.date, time: local.time, notDates: memo.wish.notDates };
  const when = momentText(slot.startsAt, timeZone);
  const moving = memo.purpose === "move" ? bookingOf(talk) : undefined;
  if (moving) {
    memo.awaiting = "move";
    const from = momentText(moving.startsAt, timeZone);
    return {
      say: `${when} is free. Shall I move your ${moving.title} from ${from} to ${when}?`,
      offered: [slot],
    };
  }
  const missing = missingDetails(talk);
  if (missing) {
    const asked = memo.awaiting === "details";
    const again = asked && !talk.news && talk.answers.length === 0;
    memo.awaiting = "details";
    const told = talk.heard.name ?? talk.heard.address ?? talk.heard.postcode;
    const opening = again
      ? "Sorry, "
      : asked && told
        ? "Thanks. "
        : asked && !talk.news
          ? ""
          : `${when} is free. `;
    return {
      say: again ? `${opening}${missing}` : `${opening}${upper(missing)}`,
      offered: [slot],
      lost: again,
    };
  }
  memo.awaiting = "book";
  return { say: readBack(talk, service, slot), offered: [slot] };
}

/** The question for what is still unknown about the customer; undefined when nothing is. */
function missingDetails({ memo, turn }: Talk): string | undefined {
  const { customer, business } = turn;
  const code = postcodeWord(business.country);
  const name = memo.name ?? customer.name;
  const address = memo.address ?? customer.address;
  const postcode = memo.postcode ?? customer.postcode;
  const needsCode = business.travels && !postcode && business.serviceArea.postcodes.length > 0;
  const needsAddress = business.travels && !address;
  if (!name && needsAddress) return `what's your name, and the address with ${code}?`;
  if (!name) return needsCode ? `what's your name and ${code}?` : "what's your name?";
  if (needsAddress) return `what's the address, with ${code}?`;
  return needsCode ? `what's the ${code} there?` : undefined;
}

function readBack({ memo, turn }: Talk, service: OfferedService, slot: Slot): string {
  const { customer, business } = turn;
  const name = memo.name ?? customer.name;
  const address = memo.address ?? customer.address;
  const postcode = memo.postcode ?? customer.postcode;
  const place = [address, address?.includes(postcode ?? " ") ? undefined : postcode]
    .filter(Boolean)
    .join(", ");
  const where = business.travels && place ? ` at ${place}` : "";
  const yes = turn.policy.canText ? " Reply YES to book." : "";
  return `To confirm: ${service.name} on ${momentText(slot.startsAt, business.timeZone)}${name ? ` for ${name}` : ""}${where}. Shall I book it?${yes}`;
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The answer to a read-back: books on a clear yes, lets go on a no; undefined when it was neither. */
export async function settleBooking(talk: Talk): Promise<Step | undefined> {
  const { memo, turn } = talk;
  const service = serviceOf(talk);
  if (memo.awaiting !== "book" || !memo.slot || !service) return undefined;
  if (!saysYes(talk)) return undefined;
  const found = await findSlots(turn, memo.wish, { serviceId: service.id });
  if (!found.exact) return offer(talk, service, found);
  const slot = found.exact;
  const when = momentText(slot.startsAt, turn.business.timeZone);
  answerQuestions(talk);
  admitOpenQuestion(talk);
  if (!turn.policy.canBook) {
    memo.awaiting = "anything";
    return {
      say: `Thanks. I've noted ${service.name} on ${when} for ${team(talk)} to confirm.`,
      offered: [slot],
    };
  }
  const { name, email, address, postcode } = { ...turn.customer, ...definedOf(memo) };
  const first = name?.trim().split(/\s+/)[0];
  return {
    say: turn.policy.confirmsByText
      ? `All set, thank you${first ? ` ${first}` : ""}. A confirmation is on its way. Is there anything else?`
      : `You're booked: ${service.name} on ${when}. Is there anything else?`,
    offered: [slot],
    actions: [
      {
        kind: "book",
        serviceId: service.id,
        ...slot,
        ...(name ? { name } : {}),
        ...(email ? { email } : {}),
        ...(address ? { address } : {}),
        ...(postcode ? { postcode } : {}),
        ...(memo.notes ? { notes: memo.notes } : {}),
      },
    ],
  };
}

function definedOf({ name, email, address, postcode }: Talk["memo"]) {
  return Object.fromEntries(
    Object.entries({ name, email, address, postcode }).filter(([, value]) => value !== undefined),
  ) as { name?: string; email?: string; address?: string; postcode?: string };
}
