/** The entries of a CalDAV calendar and when they make its owner busy. */
import { calendarMultiGet, calendarQuery } from "tsdav";
import type { DAVResponse } from "tsdav";
import { mergeBusy } from "./busy-times.ts";
import { checkMultistatus, properties, textOf } from "./caldav-session.ts";
import type { Session } from "./caldav-session.ts";
import { readBusy } from "./ical-busy.ts";
import { isCalendarText } from "./ical-text.ts";
import type { BusyTime, CalendarAccount, RemoteChange } from "./port.ts";

export type Range = { from: Date; to: Date };
export type Reading = { range: Range; owners: readonly string[] };

/** One entry; `busy` is empty when it keeps nobody from anything in the range. */
export type CalDavEntry = { url: string; uid: string; title?: string; busy: BusyTime[] };

const withText = { "d:getetag": {}, "c:calendar-data": {} };
const atOnce = 50;

/** The entries that touch `touching`, or else the range, read for the whole range. */
export async function entriesIn(
  session: Session,
  account: CalendarAccount,
  reading: Reading & { touching?: Range },
): Promise<CalDavEntry[]> {
  const { from, to } = reading.touching ?? reading.range;
  const timeZone = (await zoneOf(session, account.calendarId)) ?? account.timeZone;
  const touching = { "time-range": { _attributes: { start: stamp(from), end: stamp(to) } } };
  const responses = await eventsWith(session, account, touching);
  return responses.flatMap((response) => entryOf(account, response, reading, timeZone));
}

/** Where the entry with a uid is, whatever name its owner's program gave it. */
export async function urlOfUid(
  session: Session,
  account: CalendarAccount,
  uid: string,
): Promise<string | undefined> {
  const match = { "text-match": { _attributes: { collation: "i;octet" }, _text: uid } };
  const named = { "prop-filter": { _attributes: { name: "UID" }, ...match } };
  const [response] = await eventsWith(session, account, named);
  return response?.href ? new URL(response.href, account.calendarId).href : undefined;
}

async function eventsWith(
  session: Session,
  account: CalendarAccount,
  filter: object,
): Promise<DAVResponse[]> {
  const responses = await calendarQuery({
    url: account.calendarId,
    depth: "1",
    props: withText,
    filters: {
      "comp-filter": {
        _attributes: { name: "VCALENDAR" },
        "comp-filter": { _attributes: { name: "VEVENT" }, ...filter },
      },
    },
    fetch: session.fetch(),
  });
  checkMultistatus(responses);
  return responses;
}

/** The entries with these addresses; one that is gone meanwhile is not among them. */
export async function entriesAt(
  session: Session,
  account: CalendarAccount,
  urls: readonly string[],
  reading: Reading,
): Promise<CalDavEntry[]> {
  const timeZone = (await zoneOf(session, account.calendarId)) ?? account.timeZone;
  const entries: CalDavEntry[] = [];
  for (let start = 0; start < urls.length; start += atOnce) {
    const paths = urls.slice(start, start + atOnce).map((url) => new URL(url).pathname);
    const responses = await calendarMultiGet({
      url: account.calendarId,
      depth: "1",
      props: withText,
      objectUrls: paths,
      fetch: session.fetch(),
    }).catch((error: unknown) => oneByOne(session, urls.slice(start, start + atOnce), error));
    checkMultistatus(responses);
    entries.push(...responses.flatMap((response) => entryOf(account, response, reading, timeZone)));
  }
  return entries;
}

/** tsdav fails a whole report for one entry that is gone. */
async function oneByOne(session: Session, urls: readonly string[], error: unknown): Promise<DAVResponse[]> {
  if (!(error instanceof Error && /failed: 4\d\d/.test(error.message))) throw error;
  const found: DAVResponse[] = [];
  for (const href of urls) {
    const response = await session.send(href, { method: "GET" }, 403, 404, 410);
    if (response.ok) {
      found.push({
        href,
        status: 200,
        statusText: "OK",
        ok: true,
        props: { calendarData: await response.text() },
      });
    }
  }
  return found;
}

function entryOf(
  account: CalendarAccount,
  { href, props }: DAVResponse,
  { range, owners }: Reading,
  timeZone: string | undefined,
): CalDavEntry[] {
  const text = textOf(props?.["calendarData"]);
  if (!href || !text || !isCalendarText(text)) return [];
  const { entries } = readBusy(text, { range, owners, timeZone });
  const [first] = entries;
  if (!first) return [];
  const busy = mergeBusy(entries.flatMap((entry) => entry.busy));
  const url = new URL(href, account.calendarId).href;
  return [{ url, uid: first.uid, busy, ...(first.title ? { title: first.title } : {}) }];
}

export function changeOf({ url, uid, title, busy }: CalDavEntry): RemoteChange {
  if (busy.length === 0) return { externalId: url, removed: true };
  return { externalId: url, uid, busy, ...(title ? { title } : {}) };
}

/** The zone a calendar says its floating times are in, by the name in its VTIMEZONE. */
async function zoneOf(session: Session, url: string): Promise<string | undefined> {
  const [calendar] = await properties(session, url, "0", ["c:calendar-timezone"]);
  const text = textOf(calendar?.props?.["calendarTimezone"]);
  return /^TZID:(.+)$/m.exec(text ?? "")?.[1]?.trim();
}

function stamp(at: Date): string {
  return `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}
