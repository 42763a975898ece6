import { createHash } from "node:crypto";
import { ProviderError, thrownField } from "../errors.ts";
import { mergeBusy } from "./busy-times.ts";
import { createGuardedFetch, refusedBy } from "./guarded-fetch.ts";
import type { GuardedFetchOptions } from "./guarded-fetch.ts";
import { overTheWeb } from "./named-addresses.ts";
import { readBusy } from "./ical-busy.ts";
import type { CalendarReading } from "./ical-busy.ts";
import { isCalendarText } from "./ical-text.ts";
import type {
  CalendarAccount,
  CalendarChanges,
  CalendarCredentials,
  CalendarProvider,
  RemoteChange,
} from "./port.ts";

const provider = "ics";
const accept = "text/calendar, text/plain;q=0.5, */*;q=0.1";
/** A range that has grown by less than this is not read again for it. */
const graceMs = 6 * 60 * 60 * 1000;

/** `allowPrivate`: whether a feed may lie inside our own network. */
export type IcsOptions = Pick<GuardedFetchOptions, "allowPrivate" | "now" | "mostBytes" | "timeoutMs">;

/** Our own sync token: which version of the feed was told, and up to when. */
type Place = { etag?: string; modified?: string; digest: string; until: string };

/**
 * iCalendar feeds, for reading only; a calendar's id is its address (http, https or webcal). Credentials: `{serverUrl}` to look at
 * an address before connecting it, `{username, password}` where a feed wants them, and `{owner}`, the address whose declined
 * invitations do not count.
 */
export function createIcsCalendar(options: IcsOptions): CalendarProvider {
  const guarded = createGuardedFetch({ provider, ...options });

  /** The feed's text; undefined when it still is the version of `place`. */
  async function load(credentials: CalendarCredentials, url: string, place?: Place) {
    const { username, password } = credentials;
    const headers: Record<string, string> = { accept };
    if (username && password) {
      headers["authorization"] = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    }
    if (place?.etag) headers["if-none-match"] = place.etag;
    if (place?.modified) headers["if-modified-since"] = place.modified;
    const response = await get(url, headers);
    if (response.status === 304 && place) return undefined;
    if (!response.ok) throw refusedBy({ provider, now: options.now }, response);
    const text = await response.text();
    if (!isCalendarText(text)) throw unreadable("the address does not answer with a calendar", false);
    // Half a feed would free the times of the other half.
    if (!/END:VCALENDAR\s*$/i.test(text)) throw unreadable("the calendar ends in the middle", true);
    return { text, etag: response.headers.get("etag"), modified: response.headers.get("last-modified") };
  }

  // webcal names no protocol: encrypted if the server can, as it stands otherwise.
  async function get(url: string, headers: Record<string, string>): Promise<Response> {
    const address = overTheWeb(url);
    try {
      return await guarded(address, { headers });
    } catch (error) {
      const plain =
        /^webcal:/i.test(url) && !headers["authorization"] && thrownField(error, "code") === "network";
      if (!plain) throw error;
      return guarded(url.replace(/^webcal:/i, "http:"), { headers });
    }
  }

  async function read(account: CalendarAccount, range: { from: Date; to: Date }, place?: Place) {
    const { credentials, calendarId, timeZone } = account;
    const loaded = await load(credentials, calendarId, place);
    if (!loaded) return undefined;
    const owners = credentials["owner"] ? [credentials["owner"]] : [];
    return {
      ...loaded,
      reading: readBusy(loaded.text, { range, owners, timeZone }),
    };
  }

  return {
    name: provider,
    writable: false,
    async listCalendars(credentials) {
      const url = credentials["serverUrl"] ?? "";
      const loaded = await load(credentials, url);
      const now = options.now();
      const { name } = readBusy(loaded?.text ?? "", { range: { from: now, to: now } });
      return [{ id: url, name: name ?? URL.parse(url)?.hostname ?? url, isPrimary: true, canWrite: false }];
    },
    async busy(account, range) {
      const loaded = await read(account, range);
      return mergeBusy(loaded?.reading.entries.flatMap(({ busy }) => busy) ?? []);
    },
    async changes(account, range, syncToken): Promise<CalendarChanges> {
      const known = syncToken ? readPlace(syncToken) : undefined;
      const grown = known && range.to.getTime() - Date.parse(known.until) > graceMs;
      const place = grown ? undefined : known;
      const loaded = await read(account, range, place);
      if (!loaded) return { full: false, changes: [], syncToken: syncToken! };
      const changes = changesOf(loaded.reading);
      const digest = createHash("sha256").update(JSON.stringify(changes)).digest("hex");
      const next: Place = {
        ...(loaded.etag ? { etag: loaded.etag } : {}),
        ...(loaded.modified ? { modified: loaded.modified } : {}),
        digest,
        until: range.to.toISOString(),
      };
      // Feeds are often made anew at every look, with nothing new in them.
      if (digest === place?.digest) return { full: false, changes: [], syncToken: JSON.stringify(next) };
      return { full: true, changes, syncToken: JSON.stringify(next) };
    },
    insertEvent: readOnly,
    updateEvent: readOnly,
    deleteEvent: readOnly,
  };
}

function changesOf({ entries }: CalendarReading): RemoteChange[] {
  return entries
    .filter(({ busy }) => busy.length > 0)
    .map(({ uid, title, busy }) => ({ externalId: uid, uid, busy, ...(title ? { title } : {}) }));
}

function readPlace(text: string): Place | undefined {
  try {
    const place = JSON.parse(text) as Partial<Place>;
    const known = typeof place.digest === "string" && !Number.isNaN(Date.parse(place.until ?? ""));
    return known ? (place as Place) : undefined;
  } catch {
    return undefined;
  }
}

function unreadable(message: string, retryable: boolean): ProviderError {
  return new ProviderError({ provider, code: "bad-response", message, retryable });
}

function readOnly(): Promise<never> {
  const message = "a calendar feed can only be read";
  return Promise.reject(new ProviderError({ provider, code: "read-only", message, retryable: false }));
}
