/** What is said of a connected calendar and written into it, looked at alone. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { App } from "../../../kernel/app.ts";
import { ProviderError } from "../../../providers/errors.ts";
import type { Booking } from "../bookings/booking.ts";
import type { Service } from "../services/service.ts";
import { digestOf, eventOf } from "./booking-event.ts";
import { bookingIdIn, uidOf } from "./booking-uid.ts";
import { presentConnection, recordedConnection } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { checkUse } from "./create-connection.ts";
import { accountOf, checkCredentials, sealCredentials } from "./credentials.ts";
import { nextAttempt, toldOf } from "./failures.ts";

const now = new Date("2026-03-02T09:00:00Z");
const ago = (minutes: number, seconds = 0) => new Date(now.getTime() - (minutes * 60 + seconds) * 1000);

const connection = {
  id: "c1",
  workspace_id: "w1",
  member_id: "m1",
  provider: "google",
  calendar_id: "olive@example.com",
  name: "Olive",
  reads_busy: true,
  writes_bookings: true,
  status: "active",
  last_error: null,
  synced_at: now,
  next_attempt_at: null,
  channel_expires_at: null,
  created_at: ago(600),
  updated_at: now,
} as unknown as Connection;

const booking = {
  id: "b1",
  member_id: "m1",
  capacity: 1,
  sequence: 2,
  title: "Leak repair",
  starts_at: new Date("2026-03-03T10:00:00Z"),
  ends_at: new Date("2026-03-03T11:00:00Z"),
  booker_name: "Ann Lee",
  booker_phone: "+447700900321",
  booker_email: "ann@example.com",
  google_meet_link: null,
  notes: null,
  address: null,
  postal_code: null,
  attendees: [],
} as unknown as Booking;

type About = { service?: Partial<Service>; sitting?: Booking[]; connection?: Partial<Connection> };

const written = (more: Partial<Booking> = {}, about: About = {}) => {
  const row = { ...booking, ...more };
  return eventOf(row, { ...connection, ...about.connection } as Connection, {
    service: about.service as Service | undefined,
    timeZone: "Europe/London",
    sitting: about.sitting ?? [row],
  });
};

test("a booking in its host's calendar: who comes, how to reach them, where, and who is invited", () => {
  assert.deepEqual(written(), {
    uid: "b1@frontdesk",
    sequence: 2,
    title: "Leak repair: Ann Lee",
    description: "Ann Lee\n+447700900321\nann@example.com",
    start: booking.starts_at,
    end: booking.ends_at,
    timeZone: "Europe/London",
    attendees: [{ email: "ann@example.com", name: "Ann Lee" }],
  });
  const full = written({
    notes: "Dog",
    google_meet_link: "https://meet.example/x",
    address: "1 High St",
    postal_code: "N1",
    attendees: [{ email: "tim@example.com", name: "Tim" }, { email: "una@example.com" }],
  });
  assert.deepEqual(full.description?.split("\n").slice(3), ["Meeting: https://meet.example/x", "Dog"]);
  assert.equal(full.location, "1 High St, N1");
  assert.deepEqual(full.attendees.slice(1), [
    { email: "tim@example.com", name: "Tim" },
    { email: "una@example.com" },
  ]);
  const nobody = written({ booker_name: null, booker_phone: null, booker_email: null });
  assert.deepEqual([nobody.title, nobody.description, nobody.attendees], ["Leak repair", "", []]);
  assert.notEqual(digestOf(full), digestOf(written()));
  assert.equal(digestOf(written()), digestOf(written()));
});

test("the first host's calendar at Google makes the call of a meeting, and no other does", () => {
  const makes = (more: Partial<Booking>, about: About) => {
    const event = written({ google_meet_link: "https://meet.example/x", ...more }, about);
    return [event.withMeeting ?? false, event.description?.includes("Meeting: ")];
  };
  const meeting = { service: { is_meeting: true } };
  assert.deepEqual(makes({}, meeting), [true, false]);
  assert.deepEqual(makes({}, { service: { is_meeting: false } }), [false, true]);
  assert.deepEqual(makes({}, {}), [false, true]);
  assert.deepEqual(makes({ member_id: "m2" }, meeting), [false, true]);
  assert.deepEqual(makes({}, { ...meeting, connection: { provider: "caldav" } }), [false, true]);
});

test("a class is one entry with everybody in it, and nobody's notes", () => {
  const tim = { ...booking, booker_name: "Tim", booker_phone: null, booker_email: null } as Booking;
  const event = written({ capacity: 5, notes: "secret" }, { sitting: [booking, tim] });
  assert.equal(event.title, "Leak repair (2 of 5)");
  assert.equal(event.description, "Ann Lee, +447700900321\nTim");
  assert.deepEqual(event.attendees, [{ email: "ann@example.com", name: "Ann Lee" }]);
});

test("an entry of ours is known by its uid", () => {
  const id = "0198c0de-0000-7000-8000-0000000000aa";
  assert.equal(bookingIdIn(uidOf(id)), id);
  assert.equal(bookingIdIn(uidOf(id.toUpperCase())), id);
  for (const odd of [undefined, "x@frontdesk", `${id}@elsewhere`, `1${id}@frontdesk`]) {
    assert.equal(bookingIdIn(odd), undefined, odd);
  }
});

test("what each provider needs is asked for by name; a refresh token is as good as an access token", () => {
  const refused = (...given: Parameters<typeof checkCredentials>) => {
    try {
      return checkCredentials(...given);
    } catch (error) {
      return /credentials\.\w+/.exec((error as Error).message)?.[0];
    }
  };
  assert.deepEqual(refused("local"), {});
  assert.deepEqual(refused("ics", {}), {});
  assert.equal(refused("google"), "credentials.accessToken");
  assert.deepEqual(refused("google", { refreshToken: "r" }), { refreshToken: "r" });
  assert.deepEqual(refused("google", { accessToken: "a" }), { accessToken: "a" });
  assert.equal(refused("caldav", { accessToken: "a", refreshToken: "r" }), "credentials.serverUrl");
  assert.equal(refused("caldav", { serverUrl: "u", refreshToken: "r" }), "credentials.username");
  assert.equal(refused("caldav", { serverUrl: "u", username: "n" }), "credentials.password");
  const whole = { serverUrl: "u", username: "n", password: "p" };
  assert.deepEqual(refused("caldav", { ...whole, owner: undefined } as never), whole);
});

test("credentials open with the key and in the place they were sealed with, and else have to be given again", () => {
  const withKey = (sealing: Buffer) => ({ ports: { secrets: { sealing } } }) as unknown as App;
  const app = withKey(randomBytes(32));
  const sealed = { ...connection, credentials: sealCredentials(app, connection, { accessToken: "a" }) };
  const renewed = () => Promise.resolve();
  assert.deepEqual(accountOf(app, sealed, renewed).credentials, { accessToken: "a" });
  assert.equal(accountOf(app, sealed, renewed).calendarId, "olive@example.com");
  assert.equal(accountOf(app, { ...sealed, provider: "local" }, renewed).calendarId, "w1/olive@example.com");
  const revoked = { code: "revoked", retryable: false };
  assert.throws(() => accountOf(app, { ...sealed, id: "c2" }, renewed), revoked);
  assert.throws(() => accountOf(withKey(randomBytes(32)), sealed, renewed), revoked);
});

test("what is known is old after three reads that did not come, and at once when access was withdrawn", () => {
  const since = (more: Partial<Connection>) => presentConnection({ ...connection, ...more }, now).stale_since;
  assert.equal(since({}), null);
  assert.equal(since({ synced_at: ago(30) }), null);
  assert.equal(since({ synced_at: ago(30, 1) }), ago(30, 1).toISOString());
  assert.equal(since({ synced_at: null, created_at: ago(5) }), null);
  assert.equal(since({ synced_at: null }), ago(600).toISOString());
  assert.equal(since({ status: "revoked" }), now.toISOString());
});

test("of the secret address of a calendar file only its host is shown", () => {
  const file = { ...connection, provider: "ics" as const, calendar_id: "https://cal.example/secret.ics" };
  assert.equal(presentConnection(file, now).calendar_id, "cal.example");
  assert.equal(recordedConnection(file)["calendar_id"], "cal.example");
  assert.equal(presentConnection({ ...file, calendar_id: "nowhere" }, now).calendar_id, "");
  assert.equal(presentConnection(connection, now).calendar_id, "olive@example.com");
});

test("a calendar is read, or written, or both, as far as its kind can be", () => {
  for (const [writable, reads, writes, mistake] of [
    [true, true, true, undefined],
    [true, true, false, undefined],
    [true, false, true, undefined],
    [true, false, false, "reads_busy"],
    [false, true, true, "writes_bookings"],
    [false, false, true, "writes_bookings"],
    [false, true, false, undefined],
  ] as const) {
    const use = () => checkUse(writable, reads, writes);
    if (mistake) assert.throws(use, new RegExp(mistake));
    else use();
  }
});

test("after each failure twice as long, up to an hour, or as long as the provider says", () => {
  const failed = (retryAfterMs?: number) =>
    new ProviderError({
      provider: "google",
      code: "http-503",
      message: "no",
      retryable: true,
      retryAfterMs,
      status: 503,
    });
  const minutes = (failures: number, error = failed()) =>
    (nextAttempt(now, failures, error).getTime() - now.getTime()) / 60_000;
  assert.deepEqual(
    [1, 2, 3, 6, 7, 50].map((failures) => minutes(failures)),
    [1, 2, 4, 32, 60, 60],
  );
  assert.equal(minutes(1, failed(30_000)), 1);
  assert.equal(minutes(1, failed(180_000)), 3);
  assert.equal(minutes(50, failed(7_200_000)), 120);
  assert.match(toldOf(failed()), /http-503 \(503\)/);
  const without = new ProviderError({ provider: "google", code: "odd", message: "no", retryable: true });
  assert.doesNotMatch(toldOf(without), /\(/);
});
