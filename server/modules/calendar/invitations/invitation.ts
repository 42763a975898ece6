import type { App } from "../../../kernel/app.ts";
import type { CalendarPart } from "../../../providers/email/port.ts";
import { contactEmailOf } from "../../workspace/settings/settings.ts";
import type { WorkspaceRow } from "../../workspace/settings/settings.ts";
import { greetingName, holdsLink, longestName, oneLine } from "../../../words.ts";
import { isByStranger } from "../bookings/booking.ts";
import type { Booking } from "../bookings/booking.ts";
import { managementUrl } from "../bookings/management-link.ts";
import { formatDateTime } from "../slots/wall-clock.ts";
import { uidOf } from "../external/booking-uid.ts";
import { calendarFile } from "./calendar-file.ts";

export type InvitationMethod = "REQUEST" | "CANCEL";

/** What an invitation is about, and whether the booker reads it: only theirs names the link by which one may cancel. */
export type InvitationSubject = {
  app: App;
  workspace: WorkspaceRow;
  booking: Booking;
  method: InvitationMethod;
  isBooker: boolean;
  /** With CANCEL: the appointment takes place, but without whoever has this address. */
  uninvited?: string | undefined;
};

/** When it is, on the wall of the booking's zone. */
export function timeOf({ starts_at: start, timezone }: Booking): string {
  return `${formatDateTime(start.getTime(), timezone)} (${timezone})`;
}

/** The invitation in words: what, when, where, and how to change it. */
export function invitationLines(subject: InvitationSubject): string[] {
  const { app, workspace, booking, method, isBooker } = subject;
  const when = timeOf(booking);
  if (subject.uninvited)
    return [`You are not invited to ${booking.title} on ${when} any more.`, workspace.name];
  if (method === "CANCEL") return [`${booking.title} on ${when} is cancelled.`, workspace.name];
  const place = placeFor(subject);
  const link = isBooker ? managementUrl(app, workspace.slug, booking) : undefined;
  return [
    `${booking.title}: ${when}.`,
    ...(place ? [`Where: ${place}`] : []),
    ...(booking.google_meet_link ? [`Join: ${booking.google_meet_link}`] : []),
    ...(link ? [`To see or cancel it: ${link}`] : []),
    workspace.name,
  ];
}

/** What calendar programs know the appointment by: one booking that takes another's place goes on under that one's name. */
export function invitationUid({ id, invitation_id }: Pick<Booking, "id" | "invitation_id">): string {
  return uidOf(invitation_id ?? id);
}

/** The invitation as a calendar program reads it. Its UID stays for the appointment's life, its sequence grows with every change. */
export function invitationPart(subject: InvitationSubject): CalendarPart {
  const { app, workspace, booking, method } = subject;
  const file = calendarFile({
    method,
    uid: invitationUid(booking),
    sequence: booking.sequence,
    stampedAt: booking.updated_at,
    startsAt: booking.starts_at,
    endsAt: booking.ends_at,
    summary: `${booking.title} - ${workspace.name}`,
    description: invitationLines(subject).join("\n"),
    location: placeFor(subject),
    meetingUrl: booking.google_meet_link ?? undefined,
    organizer: organizerOf(app, workspace),
    attendees: subject.uninvited ? [{ email: subject.uninvited }] : participants(booking),
    uninvites: subject.uninvited !== undefined,
  });
  return { method, filename: method === "CANCEL" ? "cancel.ics" : "invite.ics", content: file };
}

/** Answers go to the business, where it has an address; our own sends for it. */
function organizerOf({ ports }: App, workspace: WorkspaceRow) {
  const sentBy = ports.email.from;
  return { name: workspace.name, email: contactEmailOf(workspace) ?? sentBy, sentBy };
}

function placeOf(booking: Booking): string {
  return [booking.address, booking.postal_code].filter(Boolean).join(", ");
}

/** Where it is. What a stranger typed there is not passed on to others when it is more than a place. */
function placeFor({ booking, isBooker }: InvitationSubject): string {
  const place = oneLine(placeOf(booking), 200);
  return isByStranger(booking) && !isBooker && holdsLink(place) ? "" : place;
}

/** Whether an address is invited to a booking. */
export function isInvited(booking: Booking, address: string): boolean {
  return participants(booking).some(({ email }) => email.toLowerCase() === address.toLowerCase());
}

function participants(booking: Booking) {
  const booker = booking.booker_email
    ? [
        {
          name: booking.booker_name ? nameFor(booking, booking.booker_name) : undefined,
          email: booking.booker_email,
          accepted: true,
        },
      ]
    : [];
  const others = booking.attendees.filter(
    ({ email }) => email.toLowerCase() !== booking.booker_email?.toLowerCase(),
  );
  return [...booker, ...others];
}

function nameFor(booking: Booking, name: string): string | undefined {
  return isByStranger(booking) ? greetingName(name) : oneLine(name, longestName);
}
