import { createHash } from "node:crypto";
import type { calendar_v3 } from "@googleapis/calendar";
import { ProviderError } from "../errors.ts";
import { mergeBusy } from "./busy-times.ts";
import { calendarScopes, createGoogleClients, tooLarge } from "./google-client.ts";
import type { GoogleClients, GoogleOptions } from "./google-client.ts";
import { changeOf, eventBody, eventIdOf, isKept, referenceOf, writtenOf } from "./google-events.ts";
import type {
  BusyTime,
  CalendarAccount,
  CalendarEvent,
  CalendarProvider,
  CompleteCalendar,
  RemoteChange,
  WrittenEvent,
} from "./port.ts";

const pageSize = 250;
/** Google refuses to tell about longer ranges at once. */
const freeBusyDays = 50;
/** Of one list: a hundred thousand records. */
const mostPages = 400;
const dayMs = 24 * 60 * 60 * 1000;

type Page = { nextPageToken?: string | null };

/** Google Calendar through its own client. Events carry an id made of our uid, so that no retry writes a second one. */
export function createGoogleCalendar(options: GoogleOptions): CompleteCalendar {
  const clients = createGoogleClients(options);
  return {
    name: "google",
    writable: true,
    listCalendars: (credentials) =>
      clients.call({ credentials }, async (api) => {
        const items = await allPages(
          (pageToken) => api.calendarList.list({ maxResults: pageSize, ...pageToken }),
          (page) => page.items,
        );
        return items.map((item) => ({
          id: item.id ?? "",
          name: item.summaryOverride ?? item.summary ?? item.id ?? "",
          isPrimary: item.primary === true,
          canWrite: item.accessRole === "owner" || item.accessRole === "writer",
        }));
      }),
    busy: (account, range) => busyIn(clients, account, range),
    changes: (account, range, syncToken) => changesIn(clients, account, range, syncToken),
    findEvent: (account, event) =>
      clients.call(account, async (api) => {
        const found = await existing(api, account.calendarId, eventIdOf(event.uid));
        return found && { ...writtenOf(found, event), isKept: isKept(found) };
      }),
    insertEvent: (account, event) => insert(clients, account, event),
    updateEvent: (account, externalId, event) => update(clients, account, externalId, event),
    deleteEvent: (account, eventId) =>
      clients.call(account, async (api) => {
        await api.events
          .delete({ calendarId: account.calendarId, eventId, sendUpdates: "none" })
          .catch(unlessGone);
      }),
    watch: (account, { channelId: id, token, address }) =>
      clients.call(account, async (api) => {
        const { data } = await api.events.watch({
          calendarId: account.calendarId,
          requestBody: { id, token, address, type: "web_hook" },
        });
        const expiresAt = new Date(Number(data.expiration ?? options.now().getTime() + dayMs));
        return { channelId: id, resourceId: data.resourceId ?? "", expiresAt };
      }),
    unwatch: (account, { channelId: id, resourceId }) =>
      clients.call(account, async (api) => {
        await api.channels.stop({ requestBody: { id, resourceId } }).catch(unlessGone);
      }),
    async consentUrl({ redirectUri, state, codeVerifier }) {
      const signIn = await clients.signIn(redirectUri);
      return signIn.generateAuthUrl({
        access_type: "offline",
        // Without it Google gives a refresh token the first time only, and a calendar connected again would have none.
        prompt: "consent",
        scope: calendarScopes,
        state,
        code_challenge: createHash("sha256").update(codeVerifier).digest("base64url"),
        code_challenge_method: "S256" as never,
      });
    },
    redeemConsent: async ({ redirectUri, code, codeVerifier }) =>
      clients.redeem(redirectUri, { code, codeVerifier }),
  };
}

async function allPages<P extends Page, T>(
  page: (pageToken: { pageToken?: string }) => Promise<{ data: P }>,
  items: (page: P) => T[] | undefined,
): Promise<T[]> {
  const all: T[] = [];
  let token: string | undefined;
  let pages = 0;
  do {
    if ((pages += 1) > mostPages) throw tooLarge();
    const { data } = await page(token === undefined ? {} : { pageToken: token });
    all.push(...(items(data) ?? []));
    token = data.nextPageToken ?? undefined;
  } while (token !== undefined);
  return all;
}

function busyIn(
  clients: GoogleClients,
  account: CalendarAccount,
  { from, to }: { from: Date; to: Date },
): Promise<BusyTime[]> {
  return clients.call(account, async (api) => {
    const busy: BusyTime[] = [];
    for (let start = from.getTime(); start < to.getTime(); start += freeBusyDays * dayMs) {
      const end = Math.min(start + freeBusyDays * dayMs, to.getTime());
      const { data } = await api.freebusy.query({
        requestBody: {
          timeMin: new Date(start).toISOString(),
          timeMax: new Date(end).toISOString(),
          items: [{ id: account.calendarId }],
        },
      });
      const calendar = Object.values(data.calendars ?? {})[0];
      const reason = calendar?.errors?.[0]?.reason;
      if (reason) throw notRead(reason);
      for (const time of calendar?.busy ?? []) {
        busy.push({ start: new Date(time.start ?? ""), end: new Date(time.end ?? "") });
      }
    }
    return mergeBusy(busy);
  });
}

function notRead(reason: string): ProviderError {
  return new ProviderError({
    provider: "google",
    code: reason === "notFound" ? "not-found" : reason,
    message: `the calendar's busy times cannot be read: ${reason}`,
    retryable: reason === "internalError",
  });
}

async function changesIn(
  clients: GoogleClients,
  account: CalendarAccount,
  range: { from: Date; to: Date },
  syncToken: string | undefined,
): ReturnType<CalendarProvider["changes"]> {
  return clients.call(account, async (api) => {
    const list = async (since: string | undefined) => {
      let next: string | undefined;
      const changes: RemoteChange[] = [];
      const narrow = since
        ? { syncToken: since }
        : { timeMin: range.from.toISOString(), timeMax: range.to.toISOString() };
      await allPages(
        (pageToken) =>
          api.events.list({
            calendarId: account.calendarId,
            singleEvents: true,
            maxResults: pageSize,
            ...narrow,
            ...pageToken,
          }),
        (page: calendar_v3.Schema$Events) => {
          changes.push(...(page.items ?? []).map((item) => changeOf(item, page.timeZone ?? "UTC")));
          next = page.nextSyncToken ?? undefined;
          return [];
        },
      );
      const kept = since ? changes : changes.filter((change) => !change.removed);
      return { full: !since, changes: kept, ...(next === undefined ? {} : { syncToken: next }) };
    };
    try {
      return await list(syncToken);
    } catch (error) {
      // Google forgets where we were now and then, and says so; everything is read anew.
      if (syncToken !== undefined && statusOf(error) === 410) return list(undefined);
      throw error;
    }
  });
}

function insert(clients: GoogleClients, account: CalendarAccount, event: CalendarEvent) {
  const { calendarId } = account;
  const id = eventIdOf(event.uid);
  const meeting = event.withMeeting
    ? {
        conferenceData: { createRequest: { requestId: id, conferenceSolutionKey: { type: "hangoutsMeet" } } },
      }
    : {};
  const about = { calendarId, conferenceDataVersion: 1, sendUpdates: "none" };
  return clients.call(account, async (api) => {
    try {
      const { data } = await api.events.insert({
        ...about,
        requestBody: { id, ...eventBody(event), ...meeting },
      });
      return writtenOf(data, event);
    } catch (error) {
      if (statusOf(error) !== 409) throw error;
    }
    const found = await existing(api, calendarId, id);
    if (found && isKept(found)) return writtenOf(found, event);
    if (found) referenceOf(found, event);
    const { data } = await api.events.patch({
      ...about,
      eventId: id,
      requestBody: { ...eventBody(event), ...meeting, status: "confirmed" },
    });
    return writtenOf(data, event);
  });
}

/** Changes what we wrote and nothing its owner added; writes it anew where it is gone for good. */
async function update(
  clients: GoogleClients,
  account: CalendarAccount,
  eventId: string,
  event: CalendarEvent,
): Promise<WrittenEvent> {
  const patched = await clients.call(account, async (api) => {
    const answer = await api.events
      .patch({
        calendarId: account.calendarId,
        eventId,
        sendUpdates: "none",
        requestBody: { ...eventBody(event), status: "confirmed" },
      })
      .catch(unlessGone);
    return answer && writtenOf(answer.data, event);
  });
  return patched ?? insert(clients, account, event);
}

async function existing(
  api: calendar_v3.Calendar,
  calendarId: string,
  eventId: string,
): Promise<calendar_v3.Schema$Event | undefined> {
  const answer = await api.events.get({ calendarId, eventId }).catch(unlessGone);
  return answer?.data;
}

function statusOf(error: unknown): number | undefined {
  return (error as { status?: number }).status;
}

function unlessGone(error: unknown): undefined {
  if (statusOf(error) !== 404 && statusOf(error) !== 410) throw error;
}
