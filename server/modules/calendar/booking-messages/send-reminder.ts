import { Type } from "typebox";
import { missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { privateBookings } from "../../../surfaces/private-bookings.ts";
import { loadAppointment } from "./appointment.ts";
import { presentMessages } from "./booking-message.ts";
import { currentSequence, insertMessages, messagesOf } from "./booking-messages.store.ts";
import { planReminder } from "./plan.ts";
import { enqueueSending } from "./send.ts";
import { MessagesState, whyNoMessages } from "./send-confirmation.ts";

const Schedule = Type.Object(
  {
    offsetMinutes: Type.Integer({ minimum: 0, maximum: 525_600, description: "How long before the start." }),
    channels: Type.Optional(
      Type.Array(Type.Union([Type.Literal("sms"), Type.Literal("email")]), { minItems: 1 }),
    ),
  },
  { additionalProperties: false },
);

/** Puts one reminder of an upcoming booking on the schedule, once, however often it is asked. */
export const sendReminder = operation({
  name: "send_reminder",
  surface: privateBookings,
  section: "Booking messages",
  scopes: ["WRITE_BOOKINGS"],
  effect: "write",
  noun: "booking_message",
  summary: "Schedule a reminder of an upcoming booking, or answer what became of it.",
  input: Type.Object(
    { bookingId: Type.String({ format: "uuid" }), schedule: Schedule },
    { additionalProperties: false },
  ),
  output: MessagesState,
  async run(ctx, { bookingId, schedule }) {
    const appointment = await loadAppointment(ctx, bookingId, "lock");
    if (!appointment) throw missing("booking", bookingId);
    const sequence = await currentSequence(ctx, bookingId);
    const reason = whyNoMessages(appointment, ctx.now);
    const wish = { offsetMinutes: schedule.offsetMinutes, channels: schedule.channels ?? (["sms"] as const) };
    if (reason === null) {
      await insertMessages(ctx, bookingId, sequence, planReminder(appointment, wish, ctx.now));
    }
    const messages = (await messagesOf(ctx, bookingId)).filter(
      (message) =>
        message.kind === "reminder" &&
        message.booking_sequence === sequence &&
        message.offset_minutes === schedule.offsetMinutes,
    );
    if (reason === null) enqueueSending(ctx, messages);
    return { bookingId, eligible: reason === null, reason, messages: await presentMessages(ctx, messages) };
  },
});
