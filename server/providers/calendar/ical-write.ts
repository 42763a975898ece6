/** Writes iCalendar files; ical.js escapes and folds. */
import ICAL from "ical.js";

// ical.js does not count the space that a folded line goes on with; a line has 75 octets with it (RFC 5545, 3.1).
ICAL.foldLength = 74;

/** An appointment as a file says it. `touchedAt` becomes DTSTAMP and LAST-MODIFIED. */
export type WrittenAppointment = {
  uid: string;
  sequence: number;
  touchedAt: Date;
  start: Date;
  end: Date;
  title?: string | undefined;
  description?: string | undefined;
  location?: string | undefined;
  /** Kept unseen with the event (X-FRONTDESK-REFERENCE). */
  reference?: string | undefined;
};

export type CalendarHeading = {
  /** X-WR-CALNAME: what programs call a calendar somebody subscribes to. */
  name?: string;
  /** How often they should look again, as an iCalendar duration (PT1H). */
  refreshEvery?: string;
};

const referenceName = "x-frontdesk-reference";

/** A whole file; `heading` is for one that is subscribed to. */
export function calendarText(
  appointments: readonly WrittenAppointment[],
  { name, refreshEvery }: CalendarHeading = {},
): string {
  const calendar = new ICAL.Component("vcalendar");
  calendar.addPropertyWithValue("version", "2.0");
  calendar.addPropertyWithValue("prodid", "-//Frontdesk//Calendar//EN");
  calendar.addPropertyWithValue("calscale", "GREGORIAN");
  // No text to ical.js, which would write a line end as it stands.
  if (name) calendar.addPropertyWithValue("x-wr-calname", clean(name)!.replaceAll(/\s+/g, " "));
  if (refreshEvery) {
    const interval = new ICAL.Property("refresh-interval");
    interval.resetType("duration");
    interval.setValue(ICAL.Duration.fromString(refreshEvery));
    calendar.addProperty(interval);
    calendar.addPropertyWithValue("x-published-ttl", refreshEvery);
  }
  for (const appointment of appointments) {
    const event = new ICAL.Component("vevent");
    event.addPropertyWithValue("uid", appointment.uid);
    event.addPropertyWithValue("status", "CONFIRMED");
    event.addPropertyWithValue("transp", "OPAQUE");
    apply(event, appointment);
    calendar.addSubcomponent(event);
  }
  return `${calendar.toString()}\r\n`;
}

/**
 * A file with one appointment brought up to date and everything else as its owner left it: reminders, categories, notes of
 * theirs. Undefined when the file does not hold it.
 */
export function updatedText(text: string, appointment: WrittenAppointment): string | undefined {
  try {
    const calendar = new ICAL.Component(ICAL.parse(text) as never);
    const event = eventIn(calendar, appointment.uid);
    if (!event) return undefined;
    event.removeAllProperties("duration");
    apply(event, appointment);
    return `${calendar.toString()}\r\n`;
  } catch {
    return undefined;
  }
}

/** What a file says of the event with our uid; undefined where it has none. `reference` is "" for one that was written without. */
export function writtenIn(text: string, uid: string): { sequence: number; reference: string } | undefined {
  try {
    const event = eventIn(new ICAL.Component(ICAL.parse(text) as never), uid);
    if (!event) return undefined;
    return {
      sequence: Number(event.getFirstPropertyValue("sequence") ?? 0) || 0,
      reference: String(event.getFirstPropertyValue(referenceName) ?? ""),
    };
  } catch {
    return undefined;
  }
}

function eventIn(calendar: ICAL.Component, uid: string): ICAL.Component | undefined {
  return calendar.getAllSubcomponents("vevent").find((event) => event.getFirstPropertyValue("uid") === uid);
}

function apply(event: ICAL.Component, appointment: WrittenAppointment): void {
  const set = (name: string, value: string | number | ICAL.Time | undefined) => {
    event.removeAllProperties(name);
    if (value !== undefined && value !== "") event.addPropertyWithValue(name, value as string);
  };
  set("sequence", appointment.sequence);
  set("dtstamp", instant(appointment.touchedAt));
  set("last-modified", instant(appointment.touchedAt));
  set("dtstart", instant(appointment.start));
  set("dtend", instant(appointment.end));
  set("summary", clean(appointment.title));
  set("description", clean(appointment.description));
  set("location", clean(appointment.location));
  set(referenceName, clean(appointment.reference)?.replaceAll("\n", " "));
}

function instant(at: Date): ICAL.Time {
  return ICAL.Time.fromJSDate(at, true);
}

/** Text without the control characters a file may not hold. */
function clean(text: string | undefined): string | undefined {
  return text?.replaceAll(/\r\n?/g, "\n").replaceAll(/[^\P{Cc}\n\t]/gu, "");
}
