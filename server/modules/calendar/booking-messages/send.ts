/**
 * Sends what is due. A job only points at its row: it takes the row in a transaction of its own, and finding it taken,
 * cancelled or sent is the end of it, so any number of workers and repeats make one message.
 */
import type { Ctx } from "../../../kernel/context.ts";
import { job } from "../../../kernel/jobs.ts";
import type { JobCtx, JobDefinition } from "../../../kernel/jobs.ts";
import { ProviderError } from "../../../providers/errors.ts";
import type { OutboundEmail } from "../../../providers/email/port.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import { findBooking } from "../bookings/bookings.store.ts";
import { invitationPart } from "../invitations/invitation.ts";
import { refuseUnproven } from "../../messaging/recipients/recipients.ts";
import { sendText } from "../../messaging/messages/send-text.ts";
import { hasBookedAgain } from "./booked-again.ts";
import { findRecipient, loadAppointment } from "./appointment.ts";
import type { Appointment } from "./appointment.ts";
import type { BookingMessage, MessageKind } from "./booking-message.ts";
import {
  claimMessage,
  currentSequence,
  findMessage,
  leaseMs,
  recordFailure,
  settleMessage,
} from "./booking-messages.store.ts";
import { composeMessage } from "./compose-message.ts";

type Pointer = { messageId: string };

const patience = { retryLimit: 10, retryDelaySeconds: 15, expireSeconds: leaseMs / 1000 };

export const sendConfirmationJob = job<Pointer>({ name: "send-confirmation", ...patience, run: send });
export const sendReminderJob = job<Pointer>({ name: "send-reminder", ...patience, run: send });
export const sendCancellationJob = job<Pointer>({ name: "send-cancellation", ...patience, run: send });
export const sendNoticeJob = job<Pointer>({ name: "send-booking-notice", ...patience, run: send });

const jobs: Record<MessageKind, JobDefinition<Pointer>> = {
  confirmation: sendConfirmationJob,
  reminder: sendReminderJob,
  cancellation: sendCancellationJob,
  late: sendNoticeJob,
  no_show: sendNoticeJob,
  rebooking: sendNoticeJob,
};

/** Enqueues the job of each message that is waiting, at its time, in this transaction. */
export function enqueueSending(ctx: Ctx, messages: readonly BookingMessage[]): void {
  for (const message of messages) {
    if (message.status !== "pending") continue;
    ctx.enqueue(
      jobs[message.kind],
      { messageId: message.id },
      message.due_at > ctx.now ? { startAt: message.due_at } : {},
    );
  }
}

async function send(run: JobCtx, { messageId }: Pointer): Promise<void> {
  try {
    const taken = await run.transaction((ctx) => take(ctx, messageId));
    if (!taken) return;
    const { providerId } = await run.app.ports.email.sendEmail(taken.email);
    await run.transaction((ctx) =>
      settleMessage(ctx, taken.message, {
        status: "sent",
        reason: null,
        provider_id: providerId,
        sent_at: ctx.now,
      }),
    );
  } catch (error) {
    const never = error instanceof ProviderError && !error.retryable;
    await run.transaction((ctx) =>
      recordFailure(ctx, messageId, (error as Error).message, never || run.lastAttempt),
    );
    if (!never) throw error;
  }
}

/** Takes the row. A text is handed to messaging right here; a mail is answered for sending after the commit. */
async function take(
  ctx: Ctx,
  messageId: string,
): Promise<{ message: BookingMessage; email: OutboundEmail } | undefined> {
  const known = await findMessage(ctx, messageId);
  if (!known) return undefined;
  // It was put off since this job was made: another one comes at the right time.
  if (known.due_at > ctx.now && isNotice(known.kind)) {
    enqueueSending(ctx, [known]);
    return undefined;
  }
  // The booking first, as everything that changes it does: it cannot move or be cancelled under a message.
  const appointment = await loadAppointment(ctx, known.booking_id, "lock");
  const message = await claimMessage(ctx, messageId);
  if (!message) {
    await comeBackLater(ctx, messageId);
    return undefined;
  }
  const reason = await whyNot(ctx, appointment, message);
  if (reason !== undefined || !appointment) {
    await settleMessage(ctx, message, { status: "skipped", reason: reason ?? "the booking is gone" });
    return undefined;
  }
  const composed = composeMessage(appointment, await addressed(ctx, message));
  if (!composed) {
    const isGone = message.audience === "team";
    await settleMessage(ctx, message, {
      status: "skipped",
      reason: isGone
        ? "they are not on the team any more, or cannot be reached"
        : "nothing to send, or nobody to send it to",
    });
    return undefined;
  }
  const to = composed.channel === "email" ? composed.email.to : composed.to;
  if (appointment.byStranger && message.audience !== "team") {
    const about = { key: message.id, channel: composed.channel, to, bookingId: appointment.bookingId };
    const refusal = await refuseUnproven(ctx, about);
    if (refusal) {
      await settleMessage(ctx, message, { status: "skipped", reason: refusal.explanation });
      return undefined;
    }
  }
  if (composed.channel === "email") {
    return { message, email: { ...composed.email, ...(await invitationOf(ctx, message)) } };
  }
  await handToMessaging(ctx, appointment, message, composed);
  return undefined;
}

/** The message with its recipient as they are now: whoever has left the team is told nothing of customers any more. */
async function addressed(ctx: Ctx, message: BookingMessage): Promise<BookingMessage> {
  if (message.audience !== "team") return message;
  const member = await findRecipient(ctx, message);
  const recipient = (message.channel === "sms" ? member?.phone : member?.email) ?? null;
  return { ...message, recipient, recipient_name: member?.name ?? null };
}

/** The calendar file that goes with a mail. */
async function invitationOf(ctx: Ctx, message: BookingMessage): Promise<Pick<OutboundEmail, "calendar">> {
  const booking =
    message.invitation_sequence === null ? undefined : await findBooking(ctx, message.booking_id);
  if (!booking) return {};
  const calendar = invitationPart({
    app: ctx.app,
    workspace: await workspaceOf(ctx),
    booking,
    method: message.kind === "cancellation" ? "CANCEL" : "REQUEST",
    isBooker: message.audience === "customer",
  });
  return { calendar };
}

// A worker that died in the middle of a mail left the row taken; look again when its time is over.
async function comeBackLater(ctx: Ctx, messageId: string): Promise<void> {
  const message = await findMessage(ctx, messageId);
  if (message?.status !== "sending" || !message.claimed_at) return;
  ctx.enqueue(
    jobs[message.kind],
    { messageId },
    { startAt: new Date(message.claimed_at.getTime() + leaseMs) },
  );
}

async function whyNot(
  ctx: Ctx,
  appointment: Appointment | undefined,
  message: BookingMessage,
): Promise<string | undefined> {
  if (!appointment) return "the booking is gone";
  if (!appointment.business.settings.messaging.enabled) return "outbound messaging is off";
  if (isNotice(message.kind)) return whyNoNotice(ctx, appointment, message);
  // What is meant for the start itself still makes sense while the appointment goes on.
  const useless = message.offset_minutes === 0 ? appointment.endsAt : appointment.startsAt;
  if (useless <= ctx.now) return "the appointment has begun";
  if (message.kind === "cancellation") return appointment.active ? "the booking is active" : undefined;
  if (!appointment.active) return `the booking is ${appointment.status}`;
  const sequence = await currentSequence(ctx, message.booking_id);
  return message.booking_sequence === sequence ? undefined : "the booking was moved";
}

function isNotice(kind: MessageKind): boolean {
  return kind === "late" || kind === "no_show" || kind === "rebooking";
}

async function whyNoNotice(
  ctx: Ctx,
  appointment: Appointment,
  message: BookingMessage,
): Promise<string | undefined> {
  const { status } = appointment;
  if (status !== (message.kind === "late" ? "late" : "no_show")) return `the booking is ${status}`;
  if (message.kind === "late" && appointment.endsAt <= ctx.now) return "the appointment is over";
  const rebooked = message.kind === "rebooking" && (await hasBookedAgain(ctx, appointment.bookingId));
  return rebooked ? "the customer has booked again" : undefined;
}

async function handToMessaging(
  ctx: Ctx,
  appointment: Appointment,
  message: BookingMessage,
  text: { to: string; body: string },
): Promise<void> {
  const toCustomer = message.audience === "customer";
  const answer = await sendText(ctx, {
    ...text,
    purpose: message.audience === "team" ? "owner" : message.kind,
    sender: "system",
    bookingId: appointment.bookingId,
    ...(toCustomer && appointment.contactId ? { contactId: appointment.contactId } : {}),
  });
  const statuses = { queued: "sent", held: "held", suppressed: "skipped" } as const;
  await settleMessage(ctx, message, {
    status: statuses[answer.status],
    reason: answer.reason ?? null,
    message_id: answer.messageId ?? null,
    // A text that waits for quiet hours to end is out of our hands, but not on its way yet.
    ...(answer.status === "queued" && !answer.reason ? { sent_at: ctx.now } : {}),
  });
}
