/** One appointment as an iCalendar file (RFC 5545, RFC 5546): enough for every calendar program to add, move and remove it. */
export type CalendarEntry = {
  /** A file that somebody takes home themselves is published; it invites nobody. */
  method: "REQUEST" | "CANCEL" | "PUBLISH";
  /** The same for the appointment's whole life. */
  uid: string;
  /** Grows with every change, so that an old file never overrides a newer one. */
  sequence: number;
  stampedAt: Date;
  startsAt: Date;
  endsAt: Date;
  summary: string;
  description: string;
  location?: string | undefined;
  organizer: { name: string; email: string };
  attendees: readonly { name?: string | undefined; email: string }[];
};

export function calendarFile(entry: CalendarEntry): string {
  const cancelled = entry.method === "CANCEL";
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Frontdesk//Calendar//EN",
    "CALSCALE:GREGORIAN",
    `METHOD:${entry.method}`,
    "BEGIN:VEVENT",
    `UID:${entry.uid}`,
    `SEQUENCE:${entry.sequence}`,
    `DTSTAMP:${stamp(entry.stampedAt)}`,
    `DTSTART:${stamp(entry.startsAt)}`,
    `DTEND:${stamp(entry.endsAt)}`,
    `SUMMARY:${text(entry.summary)}`,
    `DESCRIPTION:${text(entry.description)}`,
    ...(entry.location ? [`LOCATION:${text(entry.location)}`] : []),
    `ORGANIZER;CN=${parameter(entry.organizer.name)}:mailto:${address(entry.organizer.email)}`,
    ...entry.attendees.map(
      ({ name, email }) =>
        `ATTENDEE;CN=${parameter(name || email)};ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:${address(email)}`,
    ),
    `STATUS:${cancelled ? "CANCELLED" : "CONFIRMED"}`,
    `TRANSP:${cancelled ? "TRANSPARENT" : "OPAQUE"}`,
    "END:VEVENT",
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join("");
}

/** 20260401T090000Z */
function stamp(at: Date): string {
  return `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

function text(value: string): string {
  return withoutControls(value)
    .replaceAll(/[\\;,]/g, (sign) => `\\${sign}`)
    .replaceAll("\n", "\\n");
}

// A quoted parameter may hold anything but quotes and line ends.
function parameter(value: string): string {
  return `"${withoutControls(value).replaceAll(/["\n]/g, " ")}"`;
}

function address(value: string): string {
  return value.replaceAll(/[\s\p{Cc}]/gu, "");
}

function withoutControls(value: string): string {
  return value.replaceAll(/\r\n?/g, "\n").replaceAll(/[^\P{Cc}\n]/gu, "");
}

/** Lines of at most 75 octets; what is longer goes on after a line end and a space, never inside a character. */
function fold(line: string): string {
  let folded = "";
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > 75) {
      folded += "\r\n ";
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}
