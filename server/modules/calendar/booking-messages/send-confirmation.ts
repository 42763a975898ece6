import { Type } from "typebox";
import { missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { privateBookings } from "../../../surfaces/private-bookings.ts";
import { loadAppointment } from "./appointment.ts";
import { BookingMessageRecord, presentMessages } from "./booking-message.ts";
import { currentSequence, insertMessages, messagesOf } from "./booking-messages.store.ts";
import { planConfirmation } from "./plan.ts";
import { enqueueSending } from "./send.ts";

/** What both internal operations answer: whether the booking may be written about, and the messages as they stand. */
export const MessagesState = Type.Object({
  bookingId: Type.String(),
  eligible: Type.Boolean(),
  reason: Type.Union([Type.String(), Type.Null()]),
  messages: Type.Array(BookingMessageRecord),
});

/** Makes sure a booking's confirmation is on its way, once, however often it is asked. */
export const sendConfirmation = operation({
  name: "send_confirmation",
  surface: privateBookings,
  section: "Booking messages",
  scopes: ["WRITE_BOOKINGS"],
  effect: "write",
  noun: "booking_message",
  summary: "Send the confirmation of a booking, or answer what became of it.",
  input: Type.Object({ bookingId: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: MessagesState,
  async run(ctx, { bookingId }) {
    const appointment = await loadAppointment(ctx, bookingId, "lock");
    if (!appointment) throw missing("booking", bookingId);
    const { settings } = appointment.business;
    const sequence = await currentSequence(ctx, bookingId);
    const reason = !settings.booking_messages.confirmation.enabled
      ? "confirmations are off"
      : whyNoMessages(appointment, ctx.now);
    if (reason === null) {
      await insertMessages(ctx, bookingId, sequence, planConfirmation(appointment, ctx.now));
    }
    const messages = (await messagesOf(ctx, bookingId)).filter(
      (message) => message.kind === "confirmation" && message.booking_sequence === sequence,
    );
    if (reason === null) enqueueSending(ctx, messages);
    return { bookingId, eligible: reason === null, reason, messages: await presentMessages(ctx, messages) };
  },
});

/** Why nothing may be sent about a booking, or null when something may. */
export function whyNoMessages(
  appointment: { active: boolean; status: string; startsAt: Date; business: { settings: Entitled } },
  now: Date,
): string | null {
  if (!appointment.business.settings.messaging.enabled) return "outbound messaging is off";
  if (!appointment.active) return `the booking is ${appointment.status}`;
  return appointment.startsAt <= now ? "the appointment has begun" : null;
}

type Entitled = { messaging: { enabled: boolean } };
