import { Type } from "typebox";
import { conflict, notFound } from "../../../kernel/errors.ts";
import { callEnvelope, given, voiceTool } from "../../../surfaces/voice-call.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { countryOf } from "../../workspace/settings/country.ts";
import { cancel } from "../bookings/cancel.ts";
import { callersBookings } from "./callers-bookings.store.ts";
import { callerNumbers } from "./customer-phone.ts";
import { spokenMoment, spokenZone } from "./spoken.ts";
import { heard, platformInput, selectorInput, selectorOf } from "./voice-input.ts";
import { lockedListener } from "./voice-bookings.store.ts";
import { whichBooking } from "./which-booking.ts";

export const cancelVoiceBooking = voiceTool({
  name: "cancel_voice_booking",
  surface: workspaceApi,
  section: "Scheduling",
  route: "POST /scheduling/voice/cancel-booking",
  scopes: ["scheduling:write"],
  effect: "write",
  noun: "booking",
  summary: "Cancel a caller's booking, as a voice agent's tool.",
  description:
    "The caller is known by their number: the one they gave, else the one they call from or were called on. With several upcoming bookings and nothing said, a numbered list to ask about is answered, and nothing is cancelled. Always 200; a failure says so first.",
  shape: "text",
  voice: { failure: "BOOKING CANCELLATION FAILED:", status: 200 },
  input: Type.Object(
    {
      phone: heard(
        40,
        "The caller's number, E.164 or as written locally; taken from the call when left out.",
      ),
      booking_selector: selectorInput,
      reason: heard(2000, "Why; kept with the booking."),
      ...platformInput,
      call: callEnvelope,
    },
    { additionalProperties: false },
  ),
  output: Type.String(),
  errors: [notFound, conflict],
  example: { input: { phone: "+61412345678", booking_selector: "1", reason: "feeling better" } },
  async run(ctx, input) {
    const numbers = callerNumbers(input, await countryOf(ctx));
    const listener = await lockedListener(ctx, input.call, numbers);
    const bookings = await callersBookings(ctx, numbers);
    const selector = selectorOf(input.booking_selector);
    const which = await whichBooking(ctx, bookings, { selector, verb: "cancel", listener });
    if ("question" in which) return which.question;
    const { id, title, timezone: zone, starts_at: startsAt, status } = which.booking;
    const reason = given(input.reason);
    await cancel(ctx, id, reason === undefined ? {} : { reason });
    const when = `${spokenMoment(startsAt.getTime(), zone, ctx.now.getTime())}, ${spokenZone(zone)}`;
    return status === "cancelled"
      ? `That is cancelled already: ${title} on ${when}. Nothing else was changed.`
      : `Cancelled: ${title} on ${when}. The time is free again, and nothing more is to be done.`;
  },
});
