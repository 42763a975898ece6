import type { App } from "../../../kernel/app.ts";
import { job } from "../../../kernel/jobs.ts";
import { ProviderError } from "../../../providers/errors.ts";
import type { OutboundEmail } from "../../../providers/email/port.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import type { WorkspaceRow } from "../../workspace/settings/settings.ts";
import type { Booking } from "../bookings/booking.ts";
import { findBooking } from "../bookings/bookings.store.ts";
import { managementUrl } from "../bookings/management-link.ts";
import { formatDateTime } from "../slots/wall-clock.ts";
import { calendarFile } from "./calendar-file.ts";

type Invitation = {
  bookingId: string;
  sequence: number;
  method: "REQUEST" | "CANCEL";
  to: string;
  isBooker: boolean;
  /** The booking whose place this one took: the same mail takes that one off the calendar. */
  replacesId?: string;
};

/** Mails one calendar file. A booking that changed since has a later sequence, and a later file of its own. */
export const sendInvitation = job<Invitation>({
  name: "send-invitation",
  async run(one, invitation) {
    const found = await one.transaction(async (ctx) => ({
      booking: await findBooking(ctx, invitation.bookingId),
      workspace: await workspaceOf(ctx),
      replaced: invitation.replacesId ? await findBooking(ctx, invitation.replacesId) : undefined,
    }));
    const { booking, workspace, replaced } = found;
    if (!booking || booking.sequence !== invitation.sequence) return;
    if (!workspace.settings.messaging.enabled) return;
    try {
      await one.app.ports.email.sendEmail(invitationEmail(one.app, workspace, booking, invitation, replaced));
    } catch (error) {
      if (!(error instanceof ProviderError) || error.retryable) throw error;
      one.log.warn({ code: error.code, bookingId: booking.id }, "an invitation cannot be delivered");
    }
  },
});

/** The mail with its file. Only the booker's names the management link: whoever holds that may cancel. */
export function invitationEmail(
  app: App,
  workspace: WorkspaceRow,
  booking: Booking,
  invitation: Invitation,
  replaced?: Booking,
): OutboundEmail {
  const cancelled = invitation.method === "CANCEL";
  const when = `${formatDateTime(booking.starts_at.getTime(), booking.timezone)} (${booking.timezone})`;
  const link = invitation.isBooker && !cancelled ? managementUrl(app, workspace.slug, booking) : undefined;
  const place = placeOf(booking);
  const lines = [
    cancelled ? `${booking.title} on ${when} is cancelled.` : `${booking.title}: ${when}.`,
    ...(place && !cancelled ? [`Where: ${place}`] : []),
    ...(link ? [`To see or cancel it: ${link}`] : []),
    workspace.name,
  ];
  const about = { app, workspace, lines };
  const verb = cancelled ? "Cancelled" : booking.sequence > 0 || replaced ? "Updated" : "Invitation";
  return {
    key: `invitation:${booking.id}:${booking.sequence}:${invitation.to.toLowerCase()}`,
    fromName: workspace.name,
    to: invitation.to,
    subject: `${verb}: ${booking.title}, ${when}`.replaceAll(/\s+/g, " "),
    text: `${lines.join("\n\n")}\n`,
    attachments: [
      attachment(booking, invitation.method, about),
      ...(replaced ? [attachment(replaced, "CANCEL", about)] : []),
    ],
  };
}

type About = { app: App; workspace: WorkspaceRow; lines: string[] };

function attachment(booking: Booking, method: Invitation["method"], { app, workspace, lines }: About) {
  const file = calendarFile({
    method,
    uid: `${booking.id}@frontdesk`,
    sequence: booking.sequence,
    stampedAt: booking.updated_at,
    startsAt: booking.starts_at,
    endsAt: booking.ends_at,
    summary: `${booking.title} - ${workspace.name}`,
    description: lines.join("\n"),
    location: placeOf(booking),
    organizer: { name: workspace.name, email: app.ports.email.from },
    attendees: participants(booking),
  });
  return {
    filename: method === "CANCEL" ? "cancel.ics" : "invite.ics",
    contentType: `text/calendar; charset=utf-8; method=${method}`,
    content: new TextEncoder().encode(file),
  };
}

function placeOf(booking: Booking): string {
  return [booking.address, booking.postal_code].filter(Boolean).join(", ");
}

function participants(booking: Booking): { name?: string | undefined; email: string }[] {
  return [
    ...(booking.booker_email
      ? [{ name: booking.booker_name ?? undefined, email: booking.booker_email }]
      : []),
    ...booking.attendees,
  ];
}
