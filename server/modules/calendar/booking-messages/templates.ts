import { formatDate, formatTime } from "../slots/wall-clock.ts";
import type { Appointment } from "./appointment.ts";

/** Fills {name} from `values`; a name nobody knows stays as it stands, so that a typing error shows. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template
    .replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
    .replaceAll(/(?<![ \t])[ \t]+\n/g, "\n")
    .trim();
}

/** What the templates of a booking's messages may name; `readerName` when somebody other than the booker reads it. Times are on the wall of the booking's zone. */
export function placeholdersOf(appointment: Appointment, readerName?: string): Record<string, string> {
  const { business, timeZone } = appointment;
  const start = appointment.startsAt.getTime();
  const page = business.bookingPage;
  const minutes = Math.round((appointment.endsAt.getTime() - start) / 60_000);
  return {
    business: business.name,
    service: appointment.serviceName,
    event_type: appointment.serviceName,
    date: formatDate(start, timeZone),
    time: formatTime(start, timeZone),
    duration: spokenDuration(minutes),
    booker_name: readerName ?? appointment.customer.name,
    customer_name: appointment.customer.name,
    meet_link: appointment.meetLink ?? "",
    // Whoever holds the link may cancel: it is the booker's alone.
    management_url: (readerName === undefined ? appointment.managementUrl : undefined) ?? page,
    rebook_link: appointment.serviceSlug ? `${page}/${appointment.serviceSlug}` : page,
  };
}

/** 90 → "1 hour 30 minutes". */
export function spokenDuration(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  const parts = [
    hours > 0 ? `${hours} hour${hours === 1 ? "" : "s"}` : "",
    rest > 0 || hours === 0 ? `${rest} minute${rest === 1 ? "" : "s"}` : "",
  ];
  return parts.filter((part) => part !== "").join(" ");
}
