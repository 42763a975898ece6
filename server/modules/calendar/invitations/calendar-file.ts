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
  /** Where the meeting is held online. */
  meetingUrl?: string | undefined;
  /** `sentBy` when somebody else's address sends the mail. */
  organizer: { name: string; email: string; sentBy?: string | undefined };
  /** Who asked for the appointment has accepted it; the others are asked for an answer. */
  attendees: readonly { name?: string | undefined; email: string; accepted?: boolean | undefined }[];
  /** With CANCEL: only these attendees are uninvited, the appointment takes place. */
  uninvites?: boolean | undefined;
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
    ...placeLines(entry),
    organizerLine(entry.organizer),
    ...entry.attendees.map(attendeeLine),
    ...(entry.uninvites ? [] : [`STATUS:${cancelled ? "CANCELLED" : "CONFIRMED"}`]),
    `TRANSP:${cancelled ? "TRANSPARENT" : "OPAQUE"}`,
    "END:VEVENT",
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join("");
}

/** An online meeting is told in every way some program reads: RFC 7986 has CONFERENCE, most look at LOCATION and URL. */
function placeLines({ location, meetingUrl }: CalendarEntry): string[] {
  const place = location || meetingUrl;
  const url = meetingUrl && address(meetingUrl);
  return [
    ...(place ? [`LOCATION:${text(place)}`] : []),
    ...(url ? [`URL:${url}`, `CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO:${url}`] : []),
  ];
}

function organizerLine({ name, email, sentBy }: CalendarEntry["organizer"]): string {
  const sender = sentBy && address(sentBy) !== address(email) ? `;SENT-BY="mailto:${address(sentBy)}"` : "";
  return `ORGANIZER;CN=${parameter(name)}${sender}:mailto:${address(email)}`;
}

function attendeeLine({ name, email, accepted }: CalendarEntry["attendees"][number]): string {
  const answer = accepted ? "PARTSTAT=ACCEPTED;RSVP=FALSE" : "PARTSTAT=NEEDS-ACTION;RSVP=TRUE";
  return `ATTENDEE;CN=${parameter(name || email)};ROLE=REQ-PARTICIPANT;${answer}:mailto:${address(email)}`;
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
  return value.replaceAll(/[\s"\p{Cc}]/gu, "");
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
