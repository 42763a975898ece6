import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { conflict, notFound } from "../../../kernel/errors.ts";
import { callEnvelope, given, voiceTool } from "../../../surfaces/voice-call.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { countryOf } from "../../workspace/settings/country.ts";
import type { Booking } from "../bookings/booking.ts";
import { slotUnavailable } from "../bookings/slot-unavailable.ts";
import { zoneField } from "../wall-input.ts";
import { callersBookings, rememberedMs } from "./callers-bookings.store.ts";
import type { CallersBooking } from "./callers-bookings.store.ts";
import { callerNumbers } from "./customer-phone.ts";
import { replaceBooking } from "./replace-booking.ts";
import { slotField } from "./slot-key.ts";
import { spokenMoment, spokenZone } from "./spoken.ts";
import { tellingAlternatives } from "./telling-alternatives.ts";
import { callName, lockedListener } from "./voice-bookings.store.ts";
import { heard, platformInput, selectorInput, selectorOf } from "./voice-input.ts";
import { indexIn, whichBooking } from "./which-booking.ts";

export const rescheduleVoiceBooking = voiceTool({
  name: "reschedule_voice_booking",
  surface: workspaceApi,
  section: "Scheduling",
  route: "POST /scheduling/voice/reschedule-booking",
  scopes: ["scheduling:write"],
  effect: "write",
  noun: "booking",
  summary: "Move a caller's booking to another listed time, as a voice agent's tool.",
  description:
    "The caller is known by their number, as for cancelling, and asked back in the same way. The new booking is made before the old one is cancelled, and both or neither happen; customer, notes, attendees and opportunity come along. Always 200; a failure says so first.",
  shape: "text",
  voice: { failure: "RESCHEDULE FAILED:", status: 200 },
  input: Type.Object(
    {
      phone: heard(
        40,
        "The caller's number, E.164 or as written locally; taken from the call when left out.",
      ),
      booking_selector: selectorInput,
      new_slot: Type.String({
        maxLength: 100,
        description: 'A slot of the same event type exactly as listed, "2026-03-05 14:00".',
      }),
      timezone: heard(100, "IANA zone of the slot; the event type's when left out."),
      ...platformInput,
      call: callEnvelope,
    },
    { additionalProperties: false },
  ),
  output: Type.String(),
  errors: [slotUnavailable, notFound, conflict],
  example: { input: { phone: "+61412345678", new_slot: "2026-04-28 10:30" } },
  async run(ctx, input) {
    const numbers = callerNumbers(input, await countryOf(ctx));
    const listener = await lockedListener(ctx, input.call, numbers);
    const bookings = await callersBookings(ctx, numbers);
    const selector = selectorOf(input.booking_selector);
    const wanted = (one: CallersBooking) => wantedStart(input, one);
    const done = selector === undefined ? movedBefore(ctx, bookings, wanted) : undefined;
    if (done) return movedText(alreadyMoved, done, ctx.now);
    const which = await whichBooking(ctx, bookings, { selector, verb: "move", listener });
    if ("question" in which) return which.question;
    const { booking } = which;
    const { zone, startsAt } = wanted(booking);
    if (booking.status === "confirmed" && startsAt.getTime() === booking.starts_at.getTime()) {
      // A number that is sent again is a request that came twice.
      const isAgain = booking.replaces_booking_id !== null && indexIn(selector ?? "") !== undefined;
      return movedText(isAgain ? alreadyMoved : "It is at that time already:", booking, ctx.now);
    }
    const sourceName = callName(input.call) ?? ctx.actor.name;
    const moved = await tellingAlternatives({ ctx, startsAt, zone }, () =>
      replaceBooking(ctx, booking.id, startsAt, sourceName),
    );
    return movedText("Moved!", moved, ctx.now, booking);
  },
});

const alreadyMoved = "Moved already, nothing was moved twice:";

type Wanted = { zone: string; startsAt: Date };

/** The slot on the clock it was listed by: the zone named, else the one of the booking's service. */
function wantedStart(
  input: { new_slot: string; timezone?: string | null | undefined },
  booking: CallersBooking,
): Wanted {
  const named = given(input.timezone);
  const zone = named ? zoneField("timezone", named) : booking.service_zone;
  return { zone, startsAt: new Date(slotField("new_slot", input.new_slot, zone)[0]!) };
}

/** The booking that a request without a selector, which came twice, has moved already. */
function movedBefore(
  ctx: Ctx,
  bookings: CallersBooking[],
  wanted: (one: CallersBooking) => Wanted,
): Booking | undefined {
  const since = ctx.now.getTime() - rememberedMs;
  return bookings.find(
    (one) =>
      one.status === "confirmed" &&
      one.replaces_booking_id !== null &&
      one.created_at.getTime() > since &&
      one.starts_at.getTime() === wanted(one).startsAt.getTime(),
  );
}

function movedText(opening: string, booking: Booking, now: Date, before?: Booking): string {
  const zone = booking.timezone;
  const name = (one: Booking) => spokenMoment(one.starts_at.getTime(), zone, now.getTime());
  const from = before ? ` from ${name(before)}` : "";
  const to = before ? ` to ${name(booking)}` : ` is on ${name(booking)}`;
  return `${opening} ${booking.title}${before ? " has moved" : ""}${from}${to}, ${spokenZone(zone)}. Booking ID: ${booking.id}`;
}
