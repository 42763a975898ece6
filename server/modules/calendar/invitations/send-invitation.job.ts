import type { Ctx } from "../../../kernel/context.ts";
import { job } from "../../../kernel/jobs.ts";
import { ProviderError } from "../../../providers/errors.ts";
import type { OutboundEmail } from "../../../providers/email/port.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
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
        replaced: booking?.replaces_booking_id
          ? await findBooking(ctx, booking.replaces_booking_id)
          : undefined,
        isCarried: invitation.isBooker && (await isCarried(ctx, invitation)),
      };
    });
    const { booking, workspace, replaced, isCarried: carried } = found;
    if (!booking || carried || !workspace.settings.messaging.enabled) return;
    const { to, wasRemoved = false } = invitation;
    if (wasRemoved ? isInvited(booking, to) : booking.sequence !== invitation.sequence) return;
    const subject = {
      ...invitation,
      app: one.app,
      workspace,
      booking,
      ...(wasRemoved ? { uninvited: to } : {}),
    };
    try {
      await one.app.ports.email.sendEmail(invitationEmail(subject, invitation, replaced));
    } catch (error) {
      if (!(error instanceof ProviderError) || error.retryable) throw error;
      one.log.warn({ code: error.code, bookingId: booking.id }, "an invitation cannot be delivered");
    }
  },
});

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

function invitationEmail(subject: InvitationSubject, { to }: Invitation, replaced?: Booking): OutboundEmail {
  const { workspace, booking, method } = subject;
  const isUpdate = booking.sequence > 0 || replaced !== undefined;
  const verb = method === "CANCEL" ? "Cancelled" : isUpdate ? "Updated" : "Invitation";
  return {
    key: `invitation:${booking.id}:${booking.sequence}:${to.toLowerCase()}`,
    workspaceId: workspace.id,
    fromName: workspace.name,
    to,
    subject: `${verb}: ${booking.title}, ${timeOf(booking)}`.replaceAll(/\s+/g, " "),
    text: `${invitationLines(subject).join("\n\n")}\n`,
    ...calendarParts(subject, replaced),
  };
}

/** The calendar files of a mail: the booking's own, and the end of the one whose place it took. */
export function calendarParts(
  subject: InvitationSubject,
  replaced: Booking | undefined,
): Pick<OutboundEmail, "calendar" | "attachments"> {
  const calendar = invitationPart(subject);
  if (!replaced || subject.method === "CANCEL") return { calendar };
  const { filename, content } = invitationPart({ ...subject, booking: replaced, method: "CANCEL" });
  const contentType = "text/calendar; charset=utf-8; method=CANCEL";
  return { calendar, attachments: [{ filename, contentType, content: new TextEncoder().encode(content) }] };
}
