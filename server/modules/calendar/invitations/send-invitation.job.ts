import type { Ctx } from "../../../kernel/context.ts";
import { job } from "../../../kernel/jobs.ts";
import { ProviderError } from "../../../providers/errors.ts";
import type { OutboundEmail } from "../../../providers/email/port.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import { refuseUnproven } from "../../messaging/recipients/recipients.ts";
import type { Refusal } from "../../messaging/recipients/recipients.ts";
import { isByStranger } from "../bookings/booking.ts";
import type { Booking } from "../bookings/booking.ts";
import { findBooking } from "../bookings/bookings.store.ts";
import { invitationLines, invitationPart, isInvited, timeOf } from "./invitation.ts";
import type { InvitationMethod, InvitationSubject } from "./invitation.ts";

type Invitation = {
  bookingId: string;
  sequence: number;
  method: InvitationMethod;
  to: string;
  isBooker: boolean;
  /** Not invited any more: the appointment leaves their calendar, whatever became of it otherwise. */
  wasRemoved?: boolean;
};

/**
 * Mails one calendar file, unless the confirmation or the cancellation of the booking brings it along. A booking that
 * changed since has a later sequence, and a later file of its own.
 */
export const sendInvitation = job<Invitation>({
  name: "send-invitation",
  async run(one, invitation) {
    const found = await one.transaction(async (ctx) => {
      const booking = await findBooking(ctx, invitation.bookingId);
      return {
        booking,
        workspace: await workspaceOf(ctx),
        isCarried: invitation.isBooker && (await isCarried(ctx, invitation)),
        refusal:
          booking && isDue(booking, invitation) ? await refusalOf(ctx, booking, invitation) : undefined,
      };
    });
    const { booking, workspace, isCarried: carried, refusal } = found;
    if (!booking || carried || !workspace.settings.messaging.enabled || !isDue(booking, invitation)) return;
    if (refusal) {
      one.log.info({ bookingId: booking.id, reason: refusal.reason }, "an invitation is not sent");
      return;
    }
    const { to, wasRemoved = false } = invitation;
    const subject = {
      ...invitation,
      app: one.app,
      workspace,
      booking,
      ...(wasRemoved ? { uninvited: to } : {}),
    };
    try {
      await one.app.ports.email.sendEmail(invitationEmail(subject, invitation));
    } catch (error) {
      if (!(error instanceof ProviderError) || error.retryable) throw error;
      one.log.warn({ code: error.code, bookingId: booking.id }, "an invitation cannot be delivered");
    }
  },
});

function isDue(booking: Booking, { to, sequence, wasRemoved = false }: Invitation): boolean {
  return wasRemoved ? !isInvited(booking, to) : booking.sequence === sequence;
}

async function refusalOf(ctx: Ctx, booking: Booking, { to }: Invitation): Promise<Refusal | undefined> {
  if (!isByStranger(booking)) return undefined;
  return refuseUnproven(ctx, { key: keyOf(booking, to), channel: "email", to, bookingId: booking.id });
}

function keyOf(booking: Booking, to: string): string {
  return `invitation:${booking.id}:${booking.sequence}:${to.toLowerCase()}`;
}

/** Whether a message to the booker takes this very invitation along. */
async function isCarried(ctx: Ctx, { bookingId, sequence, method }: Invitation): Promise<boolean> {
  const carrier = await ctx.db
    .from("booking_messages")
    .select("id")
    .where("booking_id", "=", bookingId)
    .where("kind", "=", method === "CANCEL" ? "cancellation" : "confirmation")
    .where("invitation_sequence", "=", sequence)
    .where("status", "in", ["pending", "sending", "sent"])
    .limit(1)
    .executeTakeFirst();
  return carrier !== undefined;
}

function invitationEmail(subject: InvitationSubject, { to }: Invitation): OutboundEmail {
  const { workspace, booking, method } = subject;
  const verb = method === "CANCEL" ? "Cancelled" : booking.sequence > 0 ? "Updated" : "Invitation";
  return {
    key: keyOf(booking, to),
    workspaceId: workspace.id,
    fromName: workspace.name,
    to,
    subject: `${verb}: ${booking.title}, ${timeOf(booking)}`.replaceAll(/\s+/g, " "),
    text: `${invitationLines(subject).join("\n\n")}\n`,
    calendar: invitationPart(subject),
  };
}
