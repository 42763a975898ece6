import type { LocalEntry, LocalSink } from "../local-sink.ts";
import type { BusyTime, CalendarEvent, CalendarProvider, WrittenEvent } from "./port.ts";
import { mergeBusy } from "./busy-times.ts";

/** What an entry of the sink says of one event; the newest one of a uid is how it stands now. */
type Version = { uid: string; title: string; start: Date; end: Date; removed: boolean };

/**
 * A calendar on this machine, for trying things out: it needs no account, and every event written, changed or deleted is an
 * entry a person can look at. The calendar's id is whatever its owner calls it. It keeps no sync token: each look is a full one.
 */
export function createLocalCalendar(options: { sink: LocalSink; now: () => Date }): CalendarProvider {
  const { sink, now } = options;

  async function versionsIn(calendarId: string): Promise<Version[]> {
    const entries = await sink.list("calendar", calendarId);
    const latest = new Map<string, Version>();
    for (const entry of entries.toSorted((one, other) => revisionOf(one) - revisionOf(other))) {
      const version = versionOf(entry);
      latest.set(version.uid, version);
    }
    return [...latest.values()].filter((version) => !version.removed);
  }

  async function write(calendarId: string, event: CalendarEvent, removed: boolean): Promise<WrittenEvent> {
    const earlier = (await sink.list("calendar", calendarId)).filter(
      (entry) => versionOf(entry).uid === event.uid,
    );
    const entry = entryOf(calendarId, event, { revision: earlier.length, removed, at: now() });
    await sink.put(entry);
    return { externalId: event.uid, ...meetingOf(event) };
  }

  return {
    name: "local",
    writable: true,
    async listCalendars() {
      return [{ id: "local", name: "Calendar on this machine", isPrimary: true, canWrite: true }];
    },
    async busy({ calendarId }, range) {
      return mergeBusy((await versionsIn(calendarId)).filter(touching(range)));
    },
    async changes({ calendarId }, range) {
      const versions = (await versionsIn(calendarId)).filter(touching(range));
      return {
        full: true,
        changes: versions.map(({ uid, title, start, end }) => ({
          externalId: uid,
          uid,
          title,
          busy: [{ start, end }],
        })),
      };
    },
    async insertEvent({ calendarId }, event) {
      const known = (await versionsIn(calendarId)).some((version) => version.uid === event.uid);
      return known ? { externalId: event.uid, ...meetingOf(event) } : write(calendarId, event, false);
    },
    updateEvent: ({ calendarId }, _externalId, event) => write(calendarId, event, false),
    async deleteEvent({ calendarId }, externalId) {
      const version = (await versionsIn(calendarId)).find((one) => one.uid === externalId);
      if (!version) return;
      await write(calendarId, { ...version, sequence: 0, timeZone: "UTC", attendees: [] }, true);
    },
  };
}

const separator = "\n";

function entryOf(
  calendarId: string,
  event: CalendarEvent,
  about: { revision: number; removed: boolean; at: Date },
): LocalEntry {
  const details = [event.description, event.location].filter(Boolean);
  return {
    channel: "calendar",
    key: `calendar:${calendarId}:${event.uid}:${about.revision}`,
    to: calendarId,
    from: event.uid,
    subject: event.title,
    body: [
      about.removed ? "removed" : "written",
      event.start.toISOString(),
      event.end.toISOString(),
      ...details,
    ].join(separator),
    at: about.at,
  };
}

function versionOf(entry: LocalEntry): Version {
  const [state = "", start = "", end = ""] = entry.body.split(separator);
  return {
    uid: entry.from,
    title: entry.subject ?? "",
    start: new Date(start),
    end: new Date(end),
    removed: state === "removed",
  };
}

function revisionOf(entry: LocalEntry): number {
  return Number(entry.key.slice(entry.key.lastIndexOf(":") + 1));
}

function touching(range: { from: Date; to: Date }): (time: BusyTime) => boolean {
  return ({ start, end }) => start < range.to && end > range.from;
}

/** Nobody can meet there; it stands for the call a real provider would have made. */
function meetingOf(event: CalendarEvent): { meetingUrl?: string } {
  return event.withMeeting ? { meetingUrl: `https://meet.local/${encodeURIComponent(event.uid)}` } : {};
}
