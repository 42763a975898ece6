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
  /** What whole days and times without a zone mean (IANA), where the calendar does not say. UTC when it is not given. */
  timeZone?: string;
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
  /** Shown where a calendar can show them; never mailed by the provider, since our own invitations are. */
  attendees: { email: string; name?: string }[];
  /** Ask the provider for a video call, where it has one. */
  withMeeting?: boolean;
  /**
   * What the caller means by this uid, kept with the event unseen where a calendar can: to write the uid again with another
   * reference is refused with the code "conflict".
   */
  reference?: string;
};

/** `externalId` is what update and delete name it by; `meetingUrl` is the video call's, where one was made. */
export type WrittenEvent = { externalId: string; meetingUrl?: string };

/**
 * An entry of the calendar that makes its owner busy, or `removed` when it does no more. `uid` is ours where we wrote it.
 * `meetingUrl` is a video call's that was not ready when the event was written.
 */
export type RemoteChange =
  | { externalId: string; removed: true }
  | {
      externalId: string;
      removed?: false;
      uid?: string;
      title?: string;
      createdAt?: Date;
      meetingUrl?: string;
      busy: BusyTime[];
    };

/**
 * What happened since `syncToken`. `full`: these are all entries of the range, because none was given or the one given has
 * expired; whatever is not among them is gone.
 */
export type CalendarChanges = { full: boolean; changes: RemoteChange[]; syncToken?: string };

/** A push channel. `token` comes back with every notification and proves it; renew before `expiresAt`. */
export type WatchChannel = { channelId: string; resourceId: string; expiresAt: Date };

/** `codeVerifier`: 43 to 128 characters only we know; its digest goes out, it comes along with the code. */
export type ConsentRequest = { redirectUri: string; codeVerifier: string };

/** `isKept` is false for one that was deleted since: it is no appointment any more. */
export type FoundEvent = WrittenEvent & { isKept: boolean };

/** Addresses as somebody gave them, checked before they are kept. */
export type NamedAddresses = { calendarId?: string | undefined; serverUrl?: string | undefined };
export type AddressProblem = { field: keyof NamedAddresses; problem: string };

/**
 * One kind of calendar. Throws ProviderError: code "revoked" when the owner has withdrawn access or the password is wrong (not
 * retryable: ask them to connect again), "rate-limited" (retryable), "not-found" for a calendar that is gone, "not-configured"
 * where this installation lacks what the provider asks for.
 */
export interface CalendarProvider {
  readonly name: "local" | "google" | "caldav" | "ics";
  /** Whether bookings can be written to it. */
  readonly writable: boolean;
  /** What is wrong with the addresses somebody names, as far as it shows before anything is asked there; for kinds that go where they are told. */
  addressProblem?(named: NamedAddresses): AddressProblem | undefined;
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
  /** The event that was written under a uid of ours, and whether it is still there; undefined when there never was one. */
  findEvent?(
    account: CalendarAccount,
    event: Pick<CalendarEvent, "uid" | "reference">,
  ): Promise<FoundEvent | undefined>;
  /** Writes an event; the same uid again answers the event there is, and brings back one that was deleted. */
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
  /** Where the owner of a calendar lets us in by signing in there (OAuth 2 with PKCE), for providers that have it. */
  consentUrl?(request: ConsentRequest & { state: string }): Promise<string>;
  redeemConsent?(request: ConsentRequest & { code: string }): Promise<CalendarCredentials>;
}

/** A provider with everything a calendar can have, at an address of its own. */
export type CompleteCalendar = Required<Omit<CalendarProvider, "addressProblem">>;
