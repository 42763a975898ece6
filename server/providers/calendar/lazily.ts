import type { CalendarProvider, CompleteCalendar } from "./port.ts";

type Loader = () => Promise<CalendarProvider>;
type About = Pick<CalendarProvider, "name" | "writable" | "addressProblem">;

/** An adapter that is loaded when it is first used, so that a start does not pay for calendars nobody has connected. */
export function lazily(about: About, load: Loader): CalendarProvider {
  const loaded = once(load);
  return {
    ...about,
    listCalendars: async (credentials) => (await loaded()).listCalendars(credentials),
    busy: async (account, range) => (await loaded()).busy(account, range),
    changes: async (account, range, syncToken) => (await loaded()).changes(account, range, syncToken),
    insertEvent: async (account, event) => (await loaded()).insertEvent(account, event),
    updateEvent: async (account, externalId, event) =>
      (await loaded()).updateEvent(account, externalId, event),
    deleteEvent: async (account, externalId) => (await loaded()).deleteEvent(account, externalId),
  };
}

/** The same for an adapter with everything a calendar can have; it has one address, which nobody names. */
export function lazilyComplete(
  about: Pick<CalendarProvider, "name" | "writable">,
  load: () => Promise<CompleteCalendar>,
): CompleteCalendar {
  const loaded = once(load);
  return {
    ...lazily(about, loaded),
    findEvent: async (account, event) => (await loaded()).findEvent(account, event),
    watch: async (account, channel) => (await loaded()).watch(account, channel),
    unwatch: async (account, channel) => (await loaded()).unwatch(account, channel),
    consentUrl: async (request) => (await loaded()).consentUrl(request),
    redeemConsent: async (request) => (await loaded()).redeemConsent(request),
  };
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () =>
    (loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));
}
