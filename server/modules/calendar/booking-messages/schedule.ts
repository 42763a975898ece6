/** What happens to a booking's messages when something happens to it: all inside the booking's transaction. */
import type { Ctx } from "../../../kernel/context.ts";
import { loadAppointment } from "./appointment.ts";
import type { MessageKind } from "./booking-message.ts";
import {
  cancelRebookingReminders,
  cancelUnsent,
  currentSequence,
  insertMessages,
  messagesOf,
  reviveMessages,
} from "./booking-messages.store.ts";
import { hasBookedAgain } from "./booked-again.ts";
import { planCancellation, planConfirmation, planNotices, planReminders } from "./plan.ts";
import { enqueueSending } from "./send.ts";

type Reference = { id: string };

/** Plans the confirmation and the reminders of a new booking; its customer needs no reminder to book again. */
export async function scheduleBookingMessages(
  ctx: Ctx,
  booking: Reference & { contact_id: string | null; starts_at: Date },
  replaced?: { starts_at: Date },
): Promise<void> {
  await plan(ctx, booking, 0, movedFrom(booking, replaced));
  if (booking.contact_id !== null) await cancelRebookingReminders(ctx, booking.contact_id);
}

/** The booking moved: what has not been sent gives way to reminders of the new time, and to a message that says from when to when. */
export async function replaceBookingMessages(
  ctx: Ctx,
  booking: Reference & { starts_at: Date },
  before: { starts_at: Date },
): Promise<void> {
  const sequence = await currentSequence(ctx, booking.id);
  await cancelUnsent(ctx, booking.id, "the booking was moved");
  await plan(ctx, booking, sequence + 1, movedFrom(booking, before));
}

function movedFrom(booking: { starts_at: Date }, before: { starts_at: Date } | undefined): Date | undefined {
  return before && before.starts_at.getTime() !== booking.starts_at.getTime() ? before.starts_at : undefined;
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

/** The people came: nothing is left to say. */
export async function endBookingMessages(ctx: Ctx, booking: Reference): Promise<void> {
  await cancelUnsent(ctx, booking.id, "the booking was attended");
}

/** They are late: those whom the service's late notifications name are told. */
export async function scheduleLateMessages(ctx: Ctx, booking: Reference): Promise<void> {
  await cancelUnsent(ctx, booking.id, "the booking is late", ["no_show", "rebooking"]);
  await planAfterStart(ctx, booking, ["late"]);
}

/** They did not come: nothing that expects them is sent any more, but the service's no-show and rebooking messages. */
export async function scheduleNoShowMessages(ctx: Ctx, booking: Reference): Promise<void> {
  await cancelUnsent(ctx, booking.id, "the booking is no_show", ["confirmation", "reminder", "late"]);
  const kinds = (await hasBookedAgain(ctx, booking.id))
    ? (["no_show"] as const)
    : (["no_show", "rebooking"] as const);
  await planAfterStart(ctx, booking, kinds);
}

/** Once per schedule of the booking, however often it is marked; what a correction had stopped goes on. */
async function planAfterStart(
  ctx: Ctx,
  booking: Reference,
  kinds: readonly Extract<MessageKind, "late" | "no_show" | "rebooking">[],
): Promise<void> {
  const appointment = await loadAppointment(ctx, booking.id);
  if (!appointment) return;
  const planned = kinds.flatMap((kind) => planNotices(appointment, kind, ctx.now));
  const sequence = await currentSequence(ctx, booking.id);
  const revived = await reviveMessages(ctx, booking.id, sequence, planned);
  const made = await insertMessages(ctx, booking.id, sequence, planned);
  enqueueSending(ctx, [...revived, ...made]);
}

async function plan(ctx: Ctx, booking: Reference, sequence: number, from: Date | undefined): Promise<void> {
  const appointment = await loadAppointment(ctx, booking.id);
  if (!appointment?.active || appointment.startsAt <= ctx.now) return;
  const planned = [...planConfirmation(appointment, ctx.now, from), ...planReminders(appointment, ctx.now)];
  enqueueSending(ctx, await insertMessages(ctx, booking.id, sequence, planned));
}
