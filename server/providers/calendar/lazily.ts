import type { CalendarProvider } from "./port.ts";

/** An adapter that is loaded when it is first used, so that a start does not pay for calendars nobody has connected. */
export function lazily(
  about: Pick<CalendarProvider, "name" | "writable"> & { pushes: boolean },
  load: () => Promise<CalendarProvider>,
): CalendarProvider {
  let loading: Promise<CalendarProvider> | undefined;
  const loaded = () =>
    (loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));
  return {
    name: about.name,
    writable: about.writable,
    listCalendars: async (credentials) => (await loaded()).listCalendars(credentials),
    busy: async (account, range) => (await loaded()).busy(account, range),
    changes: async (account, range, syncToken) => (await loaded()).changes(account, range, syncToken),
    insertEvent: async (account, event) => (await loaded()).insertEvent(account, event),
    updateEvent: async (account, externalId, event) =>
      (await loaded()).updateEvent(account, externalId, event),
    deleteEvent: async (account, externalId) => (await loaded()).deleteEvent(account, externalId),
    ...(about.pushes
      ? {
          watch: async (account, channel) => (await loaded()).watch?.(account, channel),
          unwatch: async (account, channel) => (await loaded()).unwatch?.(account, channel),
        }
      : {}),
  };
}
