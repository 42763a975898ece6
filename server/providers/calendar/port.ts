/** Calendars kept elsewhere, in our words. */

/** [start, end) in which the owner of a calendar is not free. */
export type BusyTime = { start: Date; end: Date };

/**
 * What a connection to a calendar needs: the adapter's own settings, such as `{accessToken, refreshToken, expiresAt}` for Google or
 * `{serverUrl, username, password}` for CalDAV. Kept encrypted; never shown.
 */
export type CalendarCredentials = Record<string, string>;

/** One calendar of one account. `calendarId` is the provider's own id: an address, a URL. */
export type CalendarAccount = {
  calendarId: string;
  credentials: CalendarCredentials;
  /** Called when the adapter had to renew the credentials; whoever keeps them stores these instead. */
  renewed?(credentials: CalendarCredentials): Promise<void>;
};

export type RemoteCalendar = { id: string; name: string; isPrimary: boolean; canWrite: boolean };

/** An appointment as we write it into somebody's calendar. `uid` and `sequence` are the invitation's (iTIP). */
export type CalendarEvent = {
  uid: string;
  sequence: number;
  title: string;
  description?: string;
  location?: string;
  start: Date;
  end: Date;
  /** IANA zone in which the owner reads it. */
  timeZone: string;
  attendees: { email: string; name?: string }[];
  /** Ask the provider for a video call, where it has one. */
  withMeeting?: boolean;
};

/** `externalId` is what update and delete name it by; `meetingUrl` is the video call's, where one was made. */
export type WrittenEvent = { externalId: string; meetingUrl?: string };

/** An entry of the calendar that makes its owner busy, or `removed` when it does no more. */
export type RemoteChange =
  | { externalId: string; removed: true }
  | { externalId: string; removed?: false; uid?: string; title?: string; busy: BusyTime[] };

/**
 * What happened since `syncToken`. `full`: these are all entries of the range, because none was given or the one given has
 * expired; whatever is not among them is gone.
 */
export type CalendarChanges = { full: boolean; changes: RemoteChange[]; syncToken?: string };

/** A push channel. `token` comes back with every notification and proves it; renew before `expiresAt`. */
export type WatchChannel = { channelId: string; resourceId: string; expiresAt: Date };

/**
 * One kind of calendar. Throws ProviderError: code "revoked" when the owner has withdrawn access or the password is wrong (not
 * retryable: ask them to connect again), "rate-limited" (retryable), "not-found" for a calendar that is gone.
 */
export interface CalendarProvider {
  readonly name: "local" | "google" | "caldav" | "ics";
  /** Whether bookings can be written to it. */
  readonly writable: boolean;
  /** The calendars these credentials open. Also the test of a new connection. */
  listCalendars(credentials: CalendarCredentials): Promise<RemoteCalendar[]>;
  /** Busy times that touch [from, to), merged, earliest first. */
  busy(account: CalendarAccount, range: { from: Date; to: Date }): Promise<BusyTime[]>;
  /** What changed among the entries that touch [from, to). */
  changes(
    account: CalendarAccount,
    range: { from: Date; to: Date },
    syncToken?: string,
  ): Promise<CalendarChanges>;
  /** Writes an event; the same uid again answers the event there is. */
  insertEvent(account: CalendarAccount, event: CalendarEvent): Promise<WrittenEvent>;
  updateEvent(account: CalendarAccount, externalId: string, event: CalendarEvent): Promise<WrittenEvent>;
  /** Deletes; one that is gone already is as good. */
  deleteEvent(account: CalendarAccount, externalId: string): Promise<void>;
  /** Asks to be told of changes at `address`; undefined where the provider cannot. */
  watch?(
    account: CalendarAccount,
    channel: { channelId: string; token: string; address: string },
  ): Promise<WatchChannel | undefined>;
  unwatch?(account: CalendarAccount, channel: { channelId: string; resourceId: string }): Promise<void>;
}
