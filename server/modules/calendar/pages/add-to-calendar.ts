/** A booking for the booker's own calendar: as a file, and as links that open a calendar on the web with it filled in. */
import type { App } from "../../../kernel/app.ts";
import { managementUrl } from "../bookings/management-link.ts";
import type { Booking } from "../bookings/booking.ts";
import { calendarFile } from "../invitations/calendar-file.ts";
import { invitationUid } from "../invitations/invitation.ts";
import type { Company } from "./company.ts";

type Entry = { summary: string; description: string; location: string };

function entryOf(app: App, company: Company, booking: Booking): Entry {
  const lines = [booking.google_meet_link, managementUrl(app, company.slug, booking), company.phone];
  return {
    summary: `${booking.title} – ${company.name}`,
    description: lines.filter(Boolean).join("\n"),
    location: [booking.address, booking.postal_code].filter(Boolean).join(", "),
  };
}

/** The same UID as the invitation's, so that a calendar that has it already shows it once. */
export function bookingFile(app: App, company: Company, booking: Booking): string {
  const { summary, description, location } = entryOf(app, company, booking);
  return calendarFile({
    method: booking.status === "cancelled" ? "CANCEL" : "PUBLISH",
    uid: invitationUid(booking),
    sequence: booking.sequence,
    stampedAt: booking.updated_at,
    startsAt: booking.starts_at,
    endsAt: booking.ends_at,
    summary,
    description,
    location: location || undefined,
    organizer: { name: company.name, email: company.email ?? app.ports.email.from },
    attendees: [],
  });
}

export function calendarLinks(
  app: App,
  company: Company,
  booking: Booking,
): { google: string; outlook: string } {
  const { summary, description, location } = entryOf(app, company, booking);
  const [startsAt, endsAt] = [booking.starts_at, booking.ends_at].map((at) => at.toISOString()) as [
    string,
    string,
  ];
  const compact = (instant: string) => `${instant.slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
  const google = new URL("https://calendar.google.com/calendar/render");
  google.search = new URLSearchParams({
    action: "TEMPLATE",
    text: summary,
    dates: `${compact(startsAt)}/${compact(endsAt)}`,
    details: description,
    location,
  }).toString();
  const outlook = new URL("https://outlook.live.com/calendar/0/deeplink/compose");
  outlook.search = new URLSearchParams({
    path: "/calendar/action/compose",
    rru: "addevent",
    subject: summary,
    startdt: startsAt,
    enddt: endsAt,
    body: description,
    location,
  }).toString();
  return { google: google.toString(), outlook: outlook.toString() };
}
