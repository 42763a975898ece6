import { saidAfter } from "../../understanding/sentences.ts";
import type { CallTool, Tool } from "../../../../providers/language-model/port.ts";
import { covers } from "../area.ts";
import { hears, saysYes } from "../local/talk.ts";
import type { Talk } from "../local/talk.ts";
import { instantOf, momentText, momentsIn, plusDays } from "../moments.ts";
import { asksToBook } from "../recall.ts";
import { priceText } from "../wording.ts";
import { toolsFor } from "./tool-list.ts";
import type { Action, OfferedService, Slot } from "../turn.ts";

/** One turn of the model with its tools, and what came of their calls. */
export type Desk = {
  talk: Talk;
  tools: Tool[];
  call: CallTool;
  actions: Action[];
  escalation: string | undefined;
  priced: boolean;
  /** Slots the calendar gave during this turn, by start. */
  seen: Map<string, Slot>;
};

/** Puts the tools out for one turn. */
export function startDesk(talk: Talk): Desk {
  const desk: Desk = {
    talk,
    tools: toolsFor(talk),
    call: (name, input) => carryOut(desk, name, input),
    actions: [],
    escalation: undefined,
    priced: false,
    seen: new Map(),
  };
  return desk;
}

async function carryOut(desk: Desk, name: string, input: Record<string, unknown>): Promise<unknown> {
  const { turn } = desk.talk;
  switch (name) {
    case "find_services":
      return turn.business.services.map((one) => ({
        id: one.id,
        name: one.name,
        minutes: one.durationMinutes,
        price: priceText(one, turn.business.currency) ?? "not known",
      }));
    case "price_range": {
      desk.priced = true;
      return (
        priceText(serviceNamed(desk, input), turn.business.currency) ?? "There is no price to state for this."
      );
    }
    case "free_slots":
      return freeSlots(desk, input);
    case "book":
      return agreeBooking(desk, input);
    case "move":
      return agreeMove(desk, input);
    case "cancel":
      return agreeCancel(desk, input);
    default: {
      desk.escalation = wordOf(input, "reason").slice(0, 200) || "the receptionist needs a person";
      return "A person is told. Tell the customer somebody will get back to them.";
    }
  }
}

function wordOf(input: Record<string, unknown>, field: string): string {
  const value = input[field];
  return typeof value === "string" ? value.trim() : "";
}

function serviceNamed({ talk }: Desk, input: Record<string, unknown>): OfferedService {
  const wanted = wordOf(input, "service_id");
  const { services } = talk.turn.business;
  const service = services.find(
    ({ id, name }) => id === wanted || name.toLowerCase() === wanted.toLowerCase(),
  );
  if (!service) throw new Error(`there is no service ${wanted}; call find_services`);
  return service;
}

const mostSlots = 40;
const mostDays = 14;

async function freeSlots(desk: Desk, input: Record<string, unknown>): Promise<unknown> {
  const { turn } = desk.talk;
  const { timeZone } = turn.business;
  const service = serviceNamed(desk, input);
  const fromDate = dateOf(input, "from_date");
  const asked = wordOf(input, "to_date") === "" ? fromDate : dateOf(input, "to_date");
  const furthest = plusDays(fromDate, mostDays);
  const toDate = asked > furthest ? furthest : asked;
  const from = new Date(Math.max(turn.now.getTime(), instantOf(fromDate, "00:00", timeZone).getTime()));
  const to = instantOf(plusDays(toDate, 1), "00:00", timeZone);
  const bookingId = wordOf(input, "booking_id");
  const query = { serviceId: service.id, from, to, ...(bookingId ? { exceptBookingId: bookingId } : {}) };
  const slots = to > from ? await turn.slots(query) : [];
  for (const slot of slots) desk.seen.set(slot.startsAt.toISOString(), slot);
  if (slots.length === 0) return "Nothing is free on those days; look at others.";
  return slots.slice(0, mostSlots).map((slot) => ({
    starts_at: slot.startsAt.toISOString(),
    say: momentText(slot.startsAt, timeZone),
  }));
}

function dateOf(input: Record<string, unknown>, field: string): string {
  const date = wordOf(input, field);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || Number.isNaN(Date.parse(date)))
    throw new Error(`${field} must be YYYY-MM-DD`);
  return date;
}

/** The slot of a call, if it is really free now. */
async function realSlot(
  desk: Desk,
  serviceId: string,
  input: Record<string, unknown>,
  exceptBookingId?: string,
): Promise<Slot> {
  const at = new Date(wordOf(input, "starts_at"));
  if (Number.isNaN(at.getTime())) throw new Error("starts_at must be the starts_at of a free slot");
  const to = new Date(at.getTime() + 1);
  const slots = await desk.talk.turn.slots({
    serviceId,
    from: at,
    to,
    ...(exceptBookingId ? { exceptBookingId } : {}),
  });
  const slot = slots.find(({ startsAt }) => startsAt.getTime() === at.getTime());
  if (!slot) throw new Error("that time is not free; call free_slots and offer what it gives");
  desk.seen.set(slot.startsAt.toISOString(), slot);
  return slot;
}

/** Whether the customer just said a clear yes to our words about this very time. */
function mustBeAgreed({ talk }: Desk, startsAt: Date | undefined, asked: RegExp): void {
  const { turn } = talk;
  const ours = turn.messages.findLast(({ role }) => role === "assistant")?.text ?? "";
  const named = momentsIn(ours, turn.business.timeZone, turn.now).map((at) => at.getTime());
  const aboutIt = startsAt === undefined || named.includes(startsAt.getTime());
  const again = startsAt === undefined && hears(talk, "cancel") && !hears(talk, "decline", "reschedule");
  if (aboutIt && (asksToBook(ours) || saidAfter(ours, asked, /\?/, /\./)) && (saysYes(talk) || again)) return;
  throw new Error(
    "the customer has not said a clear yes to this: read it back, ask, and wait for the answer",
  );
}

async function agreeBooking(desk: Desk, input: Record<string, unknown>): Promise<unknown> {
  const { talk } = desk;
  const { turn, memo } = talk;
  const service = serviceNamed(desk, input);
  const slot = await realSlot(desk, service.id, input);
  mustBeAgreed(desk, slot.startsAt, /\bbook\b/i);
  const name = memo.name ?? turn.customer.name ?? wordOf(input, "name");
  const address = memo.address ?? turn.customer.address ?? wordOf(input, "address");
  const postcode = memo.postcode ?? turn.customer.postcode ?? wordOf(input, "postcode");
  if (!name) throw new Error("the customer's name is missing: ask for it");
  if (turn.business.travels && !address) throw new Error("the address is missing: ask for it");
  if (turn.business.travels && postcode && covers(turn.business.serviceArea, postcode) === false) {
    throw new Error(`${postcode} is outside the service area: say so and do not book`);
  }
  if (desk.actions.length > 0)
    throw new Error("one thing at a time: something was already agreed in this turn");
  desk.actions.push({
    kind: "book",
    serviceId: service.id,
    ...slot,
    name,
    ...(memo.email ? { email: memo.email } : {}),
    ...(address ? { address } : {}),
    ...(postcode ? { postcode } : {}),
    ...(memo.notes ? { notes: memo.notes } : {}),
  });
  return `It is booked as your reply goes out: ${service.name} on ${momentText(slot.startsAt, turn.business.timeZone)}.`;
}

function bookingNamed({ talk }: Desk, input: Record<string, unknown>) {
  const booking = talk.turn.bookings.find(({ id }) => id === wordOf(input, "booking_id"));
  if (!booking) throw new Error("the customer has no such booking");
  return booking;
}

async function agreeMove(desk: Desk, input: Record<string, unknown>): Promise<unknown> {
  const booking = bookingNamed(desk, input);
  const service = desk.talk.turn.business.services.find(({ id }) => id === booking.serviceId);
  if (!service) throw new Error("this booking can only be moved by a person: hand over");
  const slot = await realSlot(desk, service.id, input, booking.id);
  mustBeAgreed(desk, slot.startsAt, /\bmove\b/i);
  if (desk.actions.length > 0) throw new Error("one thing at a time");
  desk.actions.push({ kind: "move", bookingId: booking.id, ...slot });
  const { timeZone } = desk.talk.turn.business;
  return `It moves to ${momentText(slot.startsAt, timeZone)} as your reply goes out.`;
}

function agreeCancel(desk: Desk, input: Record<string, unknown>): string {
  const booking = bookingNamed(desk, input);
  const ours = desk.talk.turn.messages.findLast(({ role }) => role === "assistant")?.text ?? "";
  const { timeZone } = desk.talk.turn.business;
  const unclear =
    desk.talk.turn.bookings.length > 1 && !ours.includes(momentText(booking.startsAt, timeZone));
  if (unclear) throw new Error("say which booking, with its day and time, and ask before cancelling");
  mustBeAgreed(desk, undefined, /\bcancel\b/i);
  if (desk.actions.length > 0) throw new Error("one thing at a time");
  desk.actions.push({ kind: "cancel", bookingId: booking.id });
  return "It is cancelled as your reply goes out.";
}
