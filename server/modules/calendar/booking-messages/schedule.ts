/** What happens to a booking's messages when it is made, moved or cancelled: all inside the booking's transaction. */
import type { Ctx } from "../../../kernel/context.ts";
import { loadAppointment } from "./appointment.ts";
import { cancelUnsent, currentSequence, insertMessages, messagesOf } from "./booking-messages.store.ts";
import { planCancellation, planConfirmation, planReminders } from "./plan.ts";
import { enqueueSending } from "./send.ts";

type Reference = { id: string };

/** Plans the confirmation and the reminders of a new booking. */
export async function scheduleBookingMessages(ctx: Ctx, booking: Reference): Promise<void> {
  await plan(ctx, booking, 0);
}

/** The booking moved: what has not been sent gives way to a confirmation and reminders of the new time. */
export async function replaceBookingMessages(ctx: Ctx, booking: Reference): Promise<void> {
  const sequence = await currentSequence(ctx, booking.id);
  await cancelUnsent(ctx, booking.id, "the booking was moved");
  await plan(ctx, booking, sequence + 1);
}

/** Another booking took this one's place and speaks for both: nothing of this one is sent any more. */
export async function dropBookingMessages(ctx: Ctx, booking: Reference): Promise<void> {
  await cancelUnsent(ctx, booking.id, "the booking was moved");
}

/** The booking was cancelled: nothing of it is sent any more but one notice that says so. */
export async function cancelBookingMessages(ctx: Ctx, booking: Reference): Promise<void> {
  const sequence = await currentSequence(ctx, booking.id);
  const told = (await messagesOf(ctx, booking.id)).some((message) => message.status === "sent");
  await cancelUnsent(ctx, booking.id, "the booking was cancelled");
  const appointment = await loadAppointment(ctx, booking.id);
  if (!appointment || appointment.startsAt <= ctx.now) return;
  const { confirmation } = appointment.business.settings.booking_messages;
  if (!confirmation.enabled && !told) return;
  const made = await insertMessages(ctx, booking.id, sequence, planCancellation(appointment, ctx.now));
  enqueueSending(ctx, made);
}

async function plan(ctx: Ctx, booking: Reference, sequence: number): Promise<void> {
  const appointment = await loadAppointment(ctx, booking.id);
  if (!appointment?.active || appointment.startsAt <= ctx.now) return;
  const planned = [...planConfirmation(appointment, ctx.now), ...planReminders(appointment, ctx.now)];
  enqueueSending(ctx, await insertMessages(ctx, booking.id, sequence, planned));
}
