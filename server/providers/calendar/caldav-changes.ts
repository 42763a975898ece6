/**
 * What changed in a CalDAV calendar. Where the server keeps count itself (sync-collection, RFC 6578) it is asked for what
 * changed; elsewhere its ctag, or failing that the etags, say whether anything did, and then everything is read again.
 */
import { createHash } from "node:crypto";
import { syncCollection } from "tsdav";
import { ownersOf } from "./caldav-calendars.ts";
import { changeOf, entriesAt, entriesIn } from "./caldav-objects.ts";
import type { Range, Reading } from "./caldav-objects.ts";
import { properties, textOf } from "./caldav-session.ts";
import type { Session } from "./caldav-session.ts";
import type { CalendarAccount, CalendarChanges, RemoteChange } from "./port.ts";

/** Our own sync token. `until`: how far the entries told so far reach. */
type Place = { kind: "sync" | "state"; token: string; until: string };

/** A range that has grown by less than this is not read again for it. */
const graceMs = 6 * 60 * 60 * 1000;
const mostTurns = 50;

export async function changedSince(
  session: Session,
  account: CalendarAccount,
  range: Range,
  syncToken?: string,
): Promise<CalendarChanges> {
  const reading: Reading = { range, owners: await ownersOf(session) };
  const place = syncToken ? readPlace(syncToken) : undefined;
  if (!place) return everything(session, account, reading);
  const told =
    place.kind === "sync"
      ? await reported(session, account, place.token)
      : await unchanged(session, account, place);
  if (!told) return everything(session, account, reading);
  const changes = await changesAt(session, account, told.urls, reading);
  const grown = range.to.getTime() - Date.parse(place.until) > graceMs;
  if (grown) {
    const touching = { from: new Date(place.until), to: range.to };
    const added = await entriesIn(session, account, { ...reading, touching });
    const known = new Set(changes.map(({ externalId }) => externalId));
    changes.push(...added.map(changeOf).filter((change) => !change.removed && !known.has(change.externalId)));
  }
  const until = grown ? range.to.toISOString() : place.until;
  return { full: false, changes, syncToken: writePlace({ ...place, token: told.token, until }) };
}

async function everything(
  session: Session,
  account: CalendarAccount,
  reading: Reading,
): Promise<CalendarChanges> {
  // The place is taken before the entries are read: what changes meanwhile is told twice rather than never.
  const state = await stateOf(session, account);
  const entries = await entriesIn(session, account, reading);
  const changes = entries.map(changeOf).filter((change) => !change.removed);
  return { full: true, changes, syncToken: writePlace({ ...state, until: reading.range.to.toISOString() }) };
}

type Told = { urls: string[]; token: string };

/** The addresses of what changed; undefined when the server does not know the token any more. */
async function reported(
  session: Session,
  account: CalendarAccount,
  since: string,
): Promise<Told | undefined> {
  const urls = new Set<string>();
  let token = since;
  for (let turn = 0; turn < mostTurns; turn++) {
    const responses = await syncCollection({
      url: account.calendarId,
      props: { "d:getetag": {} },
      syncLevel: 1,
      syncToken: token,
      fetch: session.fetch(400, 403, 405, 409, 412, 501),
    });
    const [first] = responses;
    const next = textOf(
      (first?.raw as { multistatus?: { syncToken?: unknown } } | undefined)?.multistatus?.syncToken,
    );
    if (!next) return undefined;
    const hrefs = responses.map(({ href }) => href).filter((href) => typeof href === "string");
    for (const href of hrefs) urls.add(new URL(href, account.calendarId).href);
    token = next;
    // 507 for the calendar itself: there is more than the server tells at once.
    if (!responses.some(({ status }) => status === 507)) break;
  }
  urls.delete(new URL(account.calendarId).href);
  return { urls: [...urls], token };
}

async function changesAt(
  session: Session,
  account: CalendarAccount,
  urls: string[],
  reading: Reading,
): Promise<RemoteChange[]> {
  const entries = new Map(
    (await entriesAt(session, account, urls, reading)).map((entry) => [entry.url, entry]),
  );
  return urls.map((url): RemoteChange => {
    const entry = entries.get(url);
    return entry ? changeOf(entry) : { externalId: url, removed: true };
  });
}

/** Nothing to tell when the calendar stands as it stood; undefined when it does not. */
async function unchanged(
  session: Session,
  account: CalendarAccount,
  place: Place,
): Promise<Told | undefined> {
  const state = await stateOf(session, account);
  return state.kind === "state" && state.token === place.token ? { urls: [], token: place.token } : undefined;
}

async function stateOf(session: Session, account: CalendarAccount): Promise<Pick<Place, "kind" | "token">> {
  const names = ["d:sync-token", "cs:getctag", "d:supported-report-set"];
  const [calendar] = await properties(session, account.calendarId, "0", names);
  const token = textOf(calendar?.props?.["syncToken"]);
  const reports = JSON.stringify(calendar?.props?.["supportedReportSet"] ?? "");
  if (token && reports.includes("syncCollection")) return { kind: "sync", token };
  const ctag = textOf(calendar?.props?.["getctag"]);
  return { kind: "state", token: ctag ?? (await fingerprint(session, account)) };
}

/** Of every entry's etag, for a server that says nothing about the calendar as a whole. */
async function fingerprint(session: Session, account: CalendarAccount): Promise<string> {
  const entries = await properties(session, account.calendarId, "1", ["d:getetag"]);
  const lines = entries.map(({ href, props }) => `${href} ${textOf(props?.["getetag"]) ?? ""}`).sort();
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

function writePlace(place: Place): string {
  return JSON.stringify(place);
}

function readPlace(text: string): Place | undefined {
  try {
    const place = JSON.parse(text) as Partial<Place>;
    const known = (place.kind === "sync" || place.kind === "state") && typeof place.token === "string";
    return known && !Number.isNaN(Date.parse(place.until ?? "")) ? (place as Place) : undefined;
  } catch {
    return undefined;
  }
}
