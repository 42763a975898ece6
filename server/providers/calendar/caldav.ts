import { createHash } from "node:crypto";
import { mergeBusy } from "./busy-times.ts";
import { listCalendars, ownersOf } from "./caldav-calendars.ts";
import { changedSince } from "./caldav-changes.ts";
import { entriesIn, urlOfUid } from "./caldav-objects.ts";
import { asRefusal, openSession, provider, refused } from "./caldav-session.ts";
import type { CalDavOptions, Session } from "./caldav-session.ts";
import { refusedBy } from "./guarded-fetch.ts";
import { calendarText, updatedText, writtenIn } from "./ical-write.ts";
import type {
  CalendarAccount,
  CalendarCredentials,
  CalendarEvent,
  CalendarProvider,
  WrittenEvent,
} from "./port.ts";

/**
 * Calendars on CalDAV servers (RFC 4791): iCloud, Fastmail, Nextcloud, Radicale. Credentials: `{serverUrl, username, password}`,
 * where serverUrl may be an address of the service ("olive@fastmail.com"). A calendar's id is its URL; so is an event's.
 */
export function createCalDavCalendar(options: CalDavOptions): CalendarProvider {
  const within = async <Result>(
    credentials: CalendarCredentials,
    work: (session: Session) => Promise<Result>,
  ): Promise<Result> => {
    try {
      return await work(await openSession(options, credentials));
    } catch (thrown) {
      throw asRefusal(thrown, options);
    }
  };
  return {
    name: provider,
    writable: true,
    listCalendars: (credentials) => within(credentials, listCalendars),
    busy: (account, range) =>
      within(account.credentials, async (session) => {
        const owners = await ownersOf(session);
        const entries = await entriesIn(session, account, { range, owners });
        return mergeBusy(entries.flatMap(({ busy }) => busy));
      }),
    changes: (account, range, syncToken) =>
      within(account.credentials, (session) => changedSince(session, account, range, syncToken)),
    insertEvent: (account, event) =>
      within(account.credentials, (session) => insert(session, account, event)),
    updateEvent: (account, externalId, event) =>
      within(account.credentials, (session) => update(session, externalId, event)),
    deleteEvent: (account, externalId) =>
      within(account.credentials, async (session) => {
        await session.send(externalId, { method: "DELETE" }, 404, 410);
      }),
  };

  function appointmentOf(event: CalendarEvent) {
    // As guests of the entry they would be invited by the server too.
    const named = event.attendees.filter(({ email }) => !event.description?.includes(email));
    const guests = named.map(({ name, email }) => (name ? `${name} <${email}>` : email));
    const description = [event.description, ...guests].filter(Boolean).join("\n");
    return { ...event, description, touchedAt: options.now() };
  }

  async function insert(
    session: Session,
    account: CalendarAccount,
    event: CalendarEvent,
  ): Promise<WrittenEvent> {
    const url = urlOf(account, event.uid);
    const body = calendarText([appointmentOf(event)]);
    const put = await session.send(url, { method: "PUT", headers: onlyNew, body }, 403, 409, 412);
    if (put.ok) return { externalId: url };
    const there = await placeOf(session, account, event.uid, put);
    const text = await (await session.send(there, { method: "GET" })).text();
    const known = writtenIn(text, event.uid);
    if (known && known.reference !== "" && known.reference !== (event.reference ?? "")) {
      throw refused("conflict", "this uid was written for something else");
    }
    // An answer that was lost may have been to an older state of the appointment.
    return known && known.sequence > event.sequence ? { externalId: there } : update(session, there, event);
  }

  /** Where the uid is that kept an entry from being written: 412 at our own name for it, else where its owner has put it. */
  async function placeOf(
    session: Session,
    account: CalendarAccount,
    uid: string,
    put: Response,
  ): Promise<string> {
    if (put.status === 412) return urlOf(account, uid);
    const isTaken = (await put.text()).includes("no-uid-conflict");
    const found = isTaken ? await urlOfUid(session, account, uid) : undefined;
    if (found) return found;
    throw refusedBy({ provider, now: options.now }, { status: put.status === 409 ? 404 : put.status });
  }

  async function update(session: Session, externalId: string, event: CalendarEvent): Promise<WrittenEvent> {
    const appointment = appointmentOf(event);
    for (let attempt = 0; attempt < 2; attempt++) {
      const there = await session.send(externalId, { method: "GET" }, 404, 410);
      const known = there.ok ? updatedText(await there.text(), appointment) : undefined;
      const etag = there.headers.get("etag")?.replace(/^W\//, "");
      // One that its owner has deleted comes back: the appointment still stands.
      const condition: Record<string, string> = there.ok
        ? etag
          ? { ...calendarType, "if-match": etag }
          : calendarType
        : onlyNew;
      const body = known ?? calendarText([appointment]);
      const put = await session.send(externalId, { method: "PUT", headers: condition, body }, 409, 412);
      if (put.ok) return { externalId };
      if (put.status === 409) throw refused("not-found", "there is no such calendar any more");
    }
    throw refused("conflict", "the entry keeps changing while it is written");
  }
}

const calendarType = { "content-type": "text/calendar; charset=utf-8" };
const onlyNew = { ...calendarType, "if-none-match": "*" };

/** The same for a uid every time, whatever letters the uid has. */
function urlOf({ calendarId }: CalendarAccount, uid: string): string {
  const name = createHash("sha256").update(uid).digest("hex").slice(0, 40);
  return new URL(`${name}.ics`, calendarId.endsWith("/") ? calendarId : `${calendarId}/`).href;
}
