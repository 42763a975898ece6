import { Type } from "typebox";
import type { Static } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField, notFound } from "../../../kernel/errors.ts";
import { isEmail } from "../../../emails.ts";
import { saysSomething } from "../../../words.ts";
import { callEnvelope, given, voiceTool } from "../../../surfaces/voice-call.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { book } from "../bookings/book.ts";
import type { Booking } from "../bookings/booking.ts";
import { slotUnavailable } from "../bookings/slot-unavailable.ts";
import { defaultZone, isOpen } from "../bookings/wanted-slot.ts";
import { MINUTE_MS } from "../slots/wall-clock.ts";
import { callerState, callerZone } from "./caller-zone.ts";
import { bookerPhone } from "./customer-phone.ts";
import { offeringOf } from "./offering.ts";
import type { Offering } from "./offering.ts";
import { slotField } from "./slot-key.ts";
import { spokenList, spokenSpan, spokenZone } from "./spoken.ts";
import { tellingAlternatives } from "./telling-alternatives.ts";
import { callName, confirmedAt, lockListener } from "./voice-bookings.store.ts";
import { heard, platformInput } from "./voice-input.ts";

const input = Type.Object(
  {
    event_type_id: Type.String({ format: "uuid" }),
    slot: Type.String({ maxLength: 100, description: 'A slot exactly as listed, "2026-03-03 09:00".' }),
    name: Type.String({ maxLength: 200, description: "The caller's full name." }),
    email: Type.String({ maxLength: 320, description: "The caller's e-mail address, for the confirmation." }),
    phone: heard(40, "The caller's mobile, E.164; the number they call from when left out."),
    notes: heard(20_000, "What the caller said about the visit; kept with the booking."),
    state: heard(100, "The caller's state, as it was for the listing."),
    timezone: heard(100, "IANA zone of the slot, as it was for the listing.", defaultZone),
    ...platformInput,
    call: callEnvelope,
  },
  { additionalProperties: false },
);

export const bookVoiceSlot = voiceTool({
  name: "book_voice_slot",
  surface: workspaceApi,
  section: "Scheduling",
  route: "POST /scheduling/voice/:event_type_id/book",
  scopes: ["scheduling:write"],
  effect: "write",
  noun: "booking",
  summary: "Book a listed time for a caller, as a voice agent's tool.",
  description:
    "Takes the voice platform's envelope or flat parameters. The answer is a sentence to read aloud. A booking that was not made answers 200 too, and says so first, in bold. Whoever books the same service and time for the same person again, in this call or another, is told that it is booked already.",
  shape: "text",
  voice: {
    failure: "**BOOKING NOT CONFIRMED -- DO NOT TELL THE CALLER THEY ARE BOOKED.**",
    status: 200,
  },
  input,
  output: Type.String(),
  errors: [slotUnavailable, notFound],
  example: {
    input: { slot: "2026-04-28 10:30", name: "Ann Lee", email: "ann@example.com", state: "VIC" },
  },
  async run(ctx, fields) {
    const customer = customerOf(fields);
    const zone = callerZone(fields);
    const instants = slotField("slot", fields.slot, zone);
    const offering = await offeringOf(ctx, fields.event_type_id);
    const { service, country } = offering;
    const startsAt = await firstOpen(ctx, offering, instants);
    const phone = bookerPhone(fields, country);
    // Whoever books the same from another call waits here as well, and finds it booked.
    await lockListener(ctx, `${service.id} ${startsAt.toISOString()}`);
    const made = await confirmedAt(ctx, service.id, startsAt);
    const same = made.find((one) => isSamePerson(one, { ...customer, phone }));
    if (same) return bookedText("Booked already, nothing was booked twice!", same, offering, ctx.now);
    const state = callerState(fields);
    const name = callName(fields.call);
    const held = name === undefined ? undefined : made.find(({ source_name }) => source_name === name);
    const booking = await tellingAlternatives({ ctx, startsAt, zone, held }, () =>
      book(ctx, {
        service,
        startsAt,
        customer: {
          ...customer,
          phone,
          state,
          // A zone nobody named says nothing about where the caller is.
          timeZone: state || zone !== defaultZone ? zone : undefined,
        },
        source: "voice",
        sourceName: name ?? ctx.actor.name,
        notes: given(fields.notes),
        timeZone: zone,
      }),
    );
    return bookedText("Booked!", booking, offering, ctx.now);
  },
});

function customerOf(fields: Static<typeof input>): { name: string; email: string } {
  const [name, email] = [fields.name.trim(), fields.email.trim()];
  if (!saysSomething(name)) throw invalidField("name", "is empty", "Ask the caller for their full name.");
  if (!isEmail(email)) {
    throw invalidField(
      "email",
      `${email || "nothing"} is no complete e-mail address`,
      "Ask the caller to spell their e-mail address, such as name@example.com.",
    );
  }
  return { name, email };
}

// In the hour that comes twice, the first time round that is free.
async function firstOpen(ctx: Ctx, { service }: Offering, instants: number[]): Promise<Date> {
  const [first, second] = instants.map((at) => new Date(at));
  if (second && !(await isOpen(ctx, service, first!)) && (await isOpen(ctx, service, second))) return second;
  return first!;
}

/** Whether a booking is for somebody of this name who can be reached in the same way. */
function isSamePerson(
  booking: Booking,
  { name, email, phone }: { name: string; email: string; phone: string | undefined },
): boolean {
  const plain = (text: string | null) => text?.toLowerCase().replaceAll(/\s+/g, " ").trim();
  const isReachedAlike =
    plain(booking.booker_email) === plain(email) || (phone !== undefined && booking.booker_phone === phone);
  return isReachedAlike && plain(booking.booker_name) === plain(name);
}

function bookedText(opening: string, booking: Booking, { service, hosts }: Offering, now: Date): string {
  const [start, end] = [booking.starts_at.getTime(), booking.ends_at.getTime()];
  const names = hosts.filter(({ id }) => booking.host_ids.includes(id)).map(({ name }) => name);
  const minutes = Math.round((end - start) / MINUTE_MS);
  const withWhom = names.length > 0 ? ` with ${spokenList(names, "and")}` : "";
  return [
    `${opening} ${booking.booker_name} is booked for ${service.name} (${minutes} minutes)${withWhom} on ${spokenSpan(start, end, booking.timezone, now.getTime())}, ${spokenZone(booking.timezone)}.`,
    sentence(service.description),
    sentence(service.booking_confirmation_message),
    booking.google_meet_link ? `Google Meet link: ${booking.google_meet_link}` : "",
    `Booking ID: ${booking.id}`,
  ]
    .filter(Boolean)
    .join(" ");
}

function sentence(text: string | null): string {
  const said = text?.trim() ?? "";
  return said === "" || /[.!?]$/.test(said) ? said : `${said}.`;
}
