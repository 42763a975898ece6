import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { ProviderError } from "../errors.ts";
import { providerErrorOf } from "../loopback.ts";
import type { LoopbackReply } from "../loopback.ts";
import { createGoogleCalendar } from "./google.ts";
import { apiError, startLoopbackGoogle } from "./loopback-google.ts";
import type { LoopbackGoogle } from "./loopback-google.ts";
import type { CalendarCredentials, CalendarEvent } from "./port.ts";

const now = () => new Date("2026-03-02T09:00:00Z");
const range = { from: new Date("2026-03-01T00:00:00Z"), to: new Date("2026-04-01T00:00:00Z") };
const event: CalendarEvent = {
  uid: "booking-1@frontdesk",
  sequence: 0,
  title: "Leak repair",
  start: new Date("2026-03-03T10:00:00Z"),
  end: new Date("2026-03-03T11:00:00Z"),
  timeZone: "Europe/London",
  attendees: [],
};

const servers: LoopbackGoogle[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

async function setUp(options: Parameters<typeof startLoopbackGoogle>[0] = {}) {
  const google = await startLoopbackGoogle(options);
  servers.push(google);
  const { baseUrl } = google;
  const renewals: CalendarCredentials[] = [];
  const account = {
    calendarId: "owner@example.com",
    credentials: { accessToken: "access-1", refreshToken: "refresh-1" } as CalendarCredentials,
    renewed: async (credentials: CalendarCredentials) => void renewals.push(credentials),
  };
  const calendar = createGoogleCalendar({ baseUrl, clientId: "client", clientSecret: "secret", now });
  return { google, calendar, account, renewals };
}

describe("incremental sync", () => {
  it("tells only what changed since the token, deletions among it", async () => {
    const { google, calendar, account } = await setUp();
    google.put({ id: "first", start: "2026-03-05T09:00:00Z", end: "2026-03-05T10:00:00Z" });
    const all = await calendar.changes(account, range);
    assert.equal(all.full, true);
    assert.equal(all.changes.length, 1);
    const nothing = await calendar.changes(account, range, all.syncToken);
    assert.deepEqual([nothing.full, nothing.changes], [false, []]);
    google.put({ id: "second", start: "2026-03-06T09:00:00Z", end: "2026-03-06T10:00:00Z", summary: "Gym" });
    google.remove("first");
    const some = await calendar.changes(account, range, nothing.syncToken);
    const busy = [{ start: new Date("2026-03-06T09:00:00Z"), end: new Date("2026-03-06T10:00:00Z") }];
    assert.equal(some.full, false);
    assert.deepEqual(
      some.changes.map((change) => (change.removed ? change : { title: change.title, busy: change.busy })),
      [
        { externalId: "first", removed: true },
        { title: "Gym", busy },
      ],
    );
  });

  it("reads everything anew when Google has forgotten the token (410)", async () => {
    const { google, calendar, account } = await setUp();
    google.put({ id: "first", start: "2026-03-05T09:00:00Z", end: "2026-03-05T10:00:00Z" });
    const before = await calendar.changes(account, range);
    google.forgetSyncTokens();
    const again = await calendar.changes(account, range, before.syncToken);
    assert.equal(again.full, true);
    assert.equal(again.changes.length, 1);
    assert.equal((await calendar.changes(account, range, again.syncToken)).full, false);
  });

  it("reads every page, of events and of calendars", async () => {
    const { google, calendar, account } = await setUp({ pageSize: 1 });
    for (const day of ["05", "06", "07"]) {
      google.put({ id: `event${day}`, start: `2026-03-${day}T09:00:00Z`, end: `2026-03-${day}T10:00:00Z` });
    }
    const { changes, syncToken } = await calendar.changes(account, range);
    assert.equal(changes.length, 3);
    assert.ok(syncToken);
    const calendars = await calendar.listCalendars(account.credentials);
    assert.deepEqual(calendars, [
      { id: "owner@example.com", name: "Olive", isPrimary: true, canWrite: true },
      { id: "holidays", name: "Holidays", isPrimary: false, canWrite: false },
    ]);
  });

  it("takes as busy only what keeps its owner: not what is free, declined or where they work", async () => {
    const { google, calendar, account } = await setUp();
    const times = { start: "2026-03-05T09:00:00Z", end: "2026-03-05T10:00:00Z" };
    google.put({ id: "shown", ...times, transparency: "transparent" });
    google.put({ id: "declined", ...times, attendees: [{ self: true, responseStatus: "declined" }] });
    google.put({ id: "office", ...times, eventType: "workingLocation" });
    google.put({ id: "holiday", start: "2026-04-01", end: "2026-04-02" });
    const wide = { ...range, to: new Date("2026-05-01T00:00:00Z") };
    const { changes } = await calendar.changes(account, wide);
    assert.equal(changes.length, 1);
    const [holiday] = changes;
    assert.ok(holiday && !holiday.removed);
    // A day in London, where it is summer time by then.
    assert.deepEqual(holiday.busy, [
      { start: new Date("2026-03-31T23:00:00Z"), end: new Date("2026-04-01T23:00:00Z") },
    ]);
  });
});

describe("what goes wrong", () => {
  it("429 and 403 rateLimitExceeded are for later, when Google says", async () => {
    const { google, calendar, account } = await setUp();
    google.failNext(apiError(429, "rateLimitExceeded", { "retry-after": "17" }));
    const limited = await providerErrorOf(calendar.busy(account, range));
    assert.deepEqual([limited.code, limited.retryable, limited.retryAfterMs], ["rate-limited", true, 17_000]);
    google.failNext(
      apiError(403, "userRateLimitExceeded", { "retry-after": "Mon, 02 Mar 2026 09:01:00 GMT" }),
    );
    const forbidden = await providerErrorOf(calendar.busy(account, range));
    assert.deepEqual(
      [forbidden.code, forbidden.retryable, forbidden.retryAfterMs],
      ["rate-limited", true, 60_000],
    );
    google.failNext(apiError(403, "forbidden"));
    const refused = await providerErrorOf(calendar.busy(account, range));
    assert.deepEqual([refused.code, refused.retryable], ["forbidden", false]);
  });

  it("reads no more of an answer than it may, announced or not, packed or not, of the API and of the sign-in", async () => {
    const { google, account } = await setUp();
    const { baseUrl } = google;
    const about = { baseUrl, clientId: "client", clientSecret: "secret", now };
    const calendar = createGoogleCalendar({ ...about, mostBytes: 10_000 });
    const large = { items: [{ id: "first", summary: "x".repeat(20_000) }] };
    const packed = { "content-encoding": "gzip", "transfer-encoding": "chunked" };
    const replies: LoopbackReply[] = [
      {
        status: 200,
        json: large,
        headers: { "content-length": String(JSON.stringify(large).length) },
      },
      { status: 200, json: large, headers: { "transfer-encoding": "chunked" } },
      { status: 200, bytes: gzipSync(JSON.stringify(large)), headers: packed },
      { status: 500, json: large },
    ];
    for (const reply of replies) {
      google.failNext(reply);
      const error = await providerErrorOf(calendar.changes(account, range));
      assert.deepEqual([error.code, error.retryable, error.outcomeUnknown], ["too-large", false, true]);
    }
    // The client itself asks for a token several times.
    for (let n = 0; n < 10; n += 1) {
      google.failNext({ status: 200, json: { access_token: "x".repeat(20_000) } });
    }
    const expired = { ...account, credentials: { refreshToken: "refresh-1" } };
    assert.equal((await providerErrorOf(calendar.busy(expired, range))).code, "too-large");
    google.answerAgain();
    google.put({ id: "small", start: "2026-03-05T09:00:00Z", end: "2026-03-05T10:00:00Z" });
    assert.equal((await calendar.changes(account, range)).changes.length, 1);
  });

  it("does not read pages without end", async () => {
    const { google, calendar, account } = await setUp();
    const endless: LoopbackReply = { status: 200, json: { items: [], nextPageToken: "on" } };
    for (let page = 0; page < 402; page += 1) google.failNext(endless);
    assert.equal((await providerErrorOf(calendar.changes(account, range))).code, "too-large");
    assert.equal(google.requests.length, 400);
  });

  it("5xx and a dropped connection are for later", async () => {
    const { google, calendar, account } = await setUp();
    google.failNext(apiError(503, "backendError"));
    const broken = await providerErrorOf(calendar.insertEvent(account, event));
    assert.deepEqual([broken.retryable, broken.outcomeUnknown], [true, true]);
    google.failNext("drop");
    const dropped = await providerErrorOf(calendar.insertEvent(account, event));
    assert.deepEqual([dropped.code, dropped.retryable], ["network", true]);
    await calendar.insertEvent(account, event);
    assert.equal(google.events.size, 1);
  });

  it("renews a token that holds no more, and one that is about to end, and hands over the new one", async () => {
    const { google, calendar, account, renewals } = await setUp();
    google.endAccessTokens();
    await calendar.busy(account, range);
    assert.equal(renewals[0]?.["accessToken"], "access-2");
    assert.equal(renewals[0]["refreshToken"], "refresh-1");
    const ending = { ...account.credentials, expiresAt: "2026-03-02T09:00:30Z" };
    google.requests.length = 0;
    await calendar.busy({ ...account, credentials: ending }, range);
    assert.equal(google.requests[0]?.url.pathname, "/token", "without asking in vain first");
    assert.equal(renewals.length, 2);
  });

  it("access withdrawn is told as revoked, at once and after renewing", async () => {
    const { google, calendar, account } = await setUp();
    google.revoke();
    for (const credentials of [account.credentials, { accessToken: "access-1" }]) {
      const gone = await providerErrorOf(calendar.changes({ ...account, credentials }, range));
      assert.deepEqual([gone.code, gone.retryable], ["revoked", false]);
    }
  });

  it("a calendar that is gone is not-found, for events and for busy times", async () => {
    const { calendar, account } = await setUp();
    const gone = { ...account, calendarId: "nobody" };
    assert.equal((await providerErrorOf(calendar.changes(gone, range))).code, "not-found");
    assert.equal((await providerErrorOf(calendar.busy(gone, range))).code, "not-found");
  });

  it("names the variables it lacks only when it needs them", async () => {
    const { google, account } = await setUp();
    const bare = createGoogleCalendar({ baseUrl: google.baseUrl, now });
    await bare.busy({ ...account, credentials: { accessToken: "access-1" } }, range);
    const request = { redirectUri: "https://fd.example/callback", state: "s", codeVerifier: "v".repeat(43) };
    const error = await providerErrorOf(bare.consentUrl(request));
    assert.ok(error instanceof ProviderError);
    assert.equal(error.code, "not-configured");
    assert.match(error.message, /GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET/);
  });
});

describe("writing", () => {
  it("makes a Meet call when asked, once, and answers its link", async () => {
    const { google, calendar, account } = await setUp();
    const written = await calendar.insertEvent(account, { ...event, withMeeting: true });
    assert.match(written.meetingUrl ?? "", /^https:\/\/meet\.google\.com\//);
    assert.deepEqual(await calendar.insertEvent(account, { ...event, withMeeting: true }), written);
    const moved = await calendar.updateEvent(account, written.externalId, { ...event, sequence: 1 });
    assert.equal(moved.meetingUrl, written.meetingUrl, "a move keeps the call");
    assert.equal(google.events.size, 1);
    assert.equal((await calendar.insertEvent(account, { ...event, uid: "other" })).meetingUrl, undefined);
  });

  it("a Meet call that takes a while comes with the changes", async () => {
    const { google, calendar, account } = await setUp({ meetingsPending: true });
    const { syncToken } = await calendar.changes(account, range);
    const { externalId, meetingUrl } = await calendar.insertEvent(account, { ...event, withMeeting: true });
    assert.equal(meetingUrl, undefined);
    google.change(externalId, { hangoutLink: "https://meet.google.com/abc" });
    const { changes } = await calendar.changes(account, range, syncToken);
    const [change] = changes;
    assert.ok(change && !change.removed);
    assert.deepEqual([change.uid, change.meetingUrl], [event.uid, "https://meet.google.com/abc"]);
  });

  it("refuses the same uid for something else, and finds what was written under it", async () => {
    const { calendar, account } = await setUp();
    assert.equal(await calendar.findEvent(account, event), undefined);
    const first = await calendar.insertEvent(account, { ...event, reference: "ten" });
    const wanted = { uid: event.uid, reference: "ten" };
    assert.deepEqual(await calendar.findEvent(account, wanted), { ...first, isKept: true });
    await calendar.deleteEvent(account, first.externalId);
    assert.deepEqual(await calendar.findEvent(account, wanted), { ...first, isKept: false });
    await calendar.insertEvent(account, { ...event, reference: "ten" });
    const refused = await providerErrorOf(calendar.insertEvent(account, { ...event, reference: "eleven" }));
    assert.equal(refused.code, "conflict");
  });

  it("writes anew what was deleted for good before it was moved", async () => {
    const { google, calendar, account } = await setUp();
    const { externalId } = await calendar.insertEvent(account, event);
    google.events.clear();
    assert.equal((await calendar.updateEvent(account, externalId, event)).externalId, externalId);
    assert.equal(google.events.size, 1);
  });

  it("watches over https, and stops watching, twice if need be", async () => {
    const { google, calendar, account } = await setUp();
    const channel = { channelId: "channel-1", token: "secret", address: "https://fd.example/notifications" };
    const watched = await calendar.watch(account, channel);
    assert.deepEqual(watched?.expiresAt, new Date("2026-03-09T09:00:00Z"));
    assert.equal(google.channels[0]?.token, "secret");
    await calendar.unwatch(account, watched);
    await calendar.unwatch(account, watched);
    assert.equal(google.channels.length, 0);
  });
});

it("signs in with a code and its verifier only", async () => {
  const { google, calendar } = await setUp();
  const request = { redirectUri: "https://fd.example/callback", codeVerifier: "v".repeat(43) };
  const url = new URL(await calendar.consentUrl({ ...request, state: "signed" }));
  assert.equal(url.searchParams.get("state"), "signed");
  assert.equal(url.searchParams.get("access_type"), "offline");
  assert.equal(url.searchParams.get("code_challenge_method"), "S256");
  const code = google.consent(url.href);
  const forged = await providerErrorOf(
    calendar.redeemConsent({ ...request, codeVerifier: "w".repeat(43), code }),
  );
  assert.equal(forged.retryable, false);
  const credentials = await calendar.redeemConsent({ ...request, code });
  assert.equal(credentials["refreshToken"], "refresh-1");
  assert.equal((await calendar.listCalendars(credentials)).length, 2);
});
