import type { MessageChannel } from "../../workspace/settings/settings.ts";
import { formatDate, formatTime } from "../slots/wall-clock.ts";
import { timeWithZone } from "../slots/zone-words.ts";
import type { Audience } from "./booking-message.ts";
import { greetingName, longestName, oneLine } from "../../../words.ts";
import type { Appointment } from "./appointment.ts";

/** Fills {name} from `values`; a name nobody knows stays as it stands, so that a typing error shows. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template
    .replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
    .replaceAll(/(?<![ \t])[ \t]+\n/g, "\n")
    .trim();
}

/** Who reads a message, and how. */
export type Reading = {
  channel: MessageChannel;
  audience: Audience;
  /** Of somebody other than the booker. */
  readerName?: string | undefined;
  /** When the appointment was to be before it was moved. */
  movedFrom?: Date | null | undefined;
};

/**
 * What the templates of a booking's messages may name. Times are on the wall of the booking's zone, for the team on the
 * business's; a mail always names the zone, a text where it could be taken for another.
 */
export function placeholdersOf(appointment: Appointment, reading: Reading): Record<string, string> {
  const { business, businessZone } = appointment;
  const { channel, audience, readerName, movedFrom } = reading;
  const timeZone = audience === "team" ? businessZone : appointment.timeZone;
  const told = { zone: timeZone, businessZone, always: channel === "email" };
  const start = appointment.startsAt.getTime();
  const page = business.bookingPage;
  const minutes = Math.round((appointment.endsAt.getTime() - start) / 60_000);
  return {
    business: business.name,
    service: appointment.serviceName,
    event_type: appointment.serviceName,
    date: formatDate(start, timeZone),
    time: timeWithZone(start, told),
    old_date: movedFrom ? formatDate(movedFrom.getTime(), timeZone) : "",
    // One zone is named once in a sentence, with the time that counts.
    old_time: movedFrom ? formatTime(movedFrom.getTime(), timeZone) : "",
    duration: spokenDuration(minutes),
    booker_name: shownName(appointment, readerName ?? appointment.customer.name),
    customer_name: oneLine(appointment.customer.name, longestName),
    meet_link: appointment.meetLink ?? "",
    // Whoever holds the link may cancel: it is the booker's alone.
    management_url: (readerName === undefined ? appointment.managementUrl : undefined) ?? page,
    rebook_link: appointment.serviceSlug ? `${page}/${appointment.serviceSlug}` : page,
  };
}

/** A stranger's words are no greeting to whomever they named: a name is used where it can be nothing else. */
function shownName({ byStranger }: Appointment, name: string): string {
  return byStranger ? (greetingName(name) ?? "there") : oneLine(name, longestName);
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
