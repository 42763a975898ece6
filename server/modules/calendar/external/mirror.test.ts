import assert from "node:assert/strict";
import { test } from "node:test";
import { apiError } from "../../../providers/calendar/loopback-google.ts";
import type { Json } from "../../../testing/harness.ts";
import { eventsIn, startConnected } from "./testing.ts";

const { frontdesk, google, connect } = await startConnected();
const tuesday = "2026-03-03";
const entry = (id: string, from: string, to: string, more: Json = {}) =>
  google.put({ id, start: `${tuesday}T${from}:00Z`, end: `${tuesday}T${to}:00Z`, ...more });

test("a connected calendar is read at once, and what it holds keeps bookings out", async () => {
  const calendar = await connect();
  assert.equal(calendar.connection.status, "connecting");
  assert.equal((await calendar.current()).status, "active");
  assert.ok((await calendar.openTimes(tuesday)).includes(`${tuesday} 10:00`));
  entry("dentist", "10:00", "11:00", { summary: "Dentist" });
  const { synced_at, stale_since } = await calendar.sync();
  assert.deepEqual([synced_at, stale_since], ["2026-03-02T09:00:00.000Z", null]);
  assert.ok(!(await calendar.openTimes(tuesday)).includes(`${tuesday} 10:00`));
  assert.equal((await calendar.book()).status, 409);
  google.remove("dentist");
  await calendar.sync();
  assert.equal((await calendar.book()).status, 201);
});

test("it is read again every ten minutes, from where it was left", async () => {
  const calendar = await connect();
  entry("dentist", "10:00", "11:00");
  google.requests.length = 0;
  await frontdesk.advance(600);
  assert.ok(!(await calendar.openTimes(tuesday)).includes(`${tuesday} 10:00`));
  const reads = google.requests.filter(({ url }) => url.pathname.endsWith("/events"));
  assert.equal(reads.length, 1);
  assert.ok(reads[0]?.url.searchParams.has("syncToken"));
});

test("when Google has forgotten where we were, everything is read anew and nothing stays that is gone", async () => {
  const calendar = await connect();
  entry("dentist", "10:00", "11:00");
  entry("school0", "14:00", "15:00");
  await calendar.sync();
  google.events.delete("dentist");
  google.forgetSyncTokens();
  await calendar.sync();
  const times = await calendar.openTimes(tuesday);
  assert.ok(times.includes(`${tuesday} 10:00`));
  assert.ok(!times.includes(`${tuesday} 14:00`));
});

test("our own bookings do not come back as busy a second time", async () => {
  const calendar = await connect();
  const booked = (await calendar.book()).body.data.booking;
  await frontdesk.settle();
  assert.equal(eventsIn(google).length, 1);
  await calendar.sync();
  const rows = await calendar.inside((ctx) => ctx.db.from("external_busy").selectAll().execute());
  assert.deepEqual(rows, []);
  assert.deepEqual(await calendar.conflicts(), []);
  // Cancelled, its time is free although its event was read.
  await calendar.workspace.call("POST", `/api/v1/scheduling-bookings/${booked.id}/cancel`, {});
  await frontdesk.settle();
  assert.ok((await calendar.openTimes(tuesday)).includes(`${tuesday} 10:00`));
});

test("while Google refuses, it is asked less and less often, and its busy times are kept and shown as stale", async () => {
  const calendar = await connect();
  entry("dentist", "10:00", "11:00");
  await calendar.sync();
  for (let time = 0; time < 40; time++) google.failNext(apiError(503, "backendError"));
  const failing = await calendar.sync();
  assert.equal(failing.status, "failing");
  assert.equal(failing.last_error, "The provider answered: backendError (503).");
  assert.equal(failing.next_attempt_at, new Date(frontdesk.app.clock.now().getTime() + 60_000).toISOString());
  google.requests.length = 0;
  await frontdesk.advance(3600);
  const tries = google.requests.length;
  assert.ok(tries >= 3 && tries <= 7, `${tries} tries in an hour`);
  assert.notEqual((await calendar.current()).stale_since, null);
  assert.ok(!(await calendar.openTimes(tuesday)).includes(`${tuesday} 10:00`));
  google.answerAgain();
  const well = await calendar.sync();
  assert.deepEqual([well.status, well.last_error, well.stale_since], ["active", null, null]);
});

test("429 is heeded: nobody comes before Retry-After is over", async () => {
  const calendar = await connect();
  google.failNext(apiError(429, "rateLimitExceeded", { "retry-after": "1500" }));
  const limited = await calendar.sync();
  const at = frontdesk.app.clock.now().getTime();
  assert.equal(limited.next_attempt_at, new Date(at + 1_500_000).toISOString());
  google.requests.length = 0;
  await frontdesk.advance(1400);
  assert.equal(google.requests.length, 0);
  await frontdesk.advance(200);
  assert.equal((await calendar.current()).status, "active");
});

test("access withdrawn: the owner is told, nobody asks any more, and connecting again goes on", async () => {
  const calendar = await connect();
  entry("dentist", "10:00", "11:00");
  await calendar.sync();
  google.revoke();
  const revoked = await calendar.sync();
  assert.equal(revoked.status, "revoked");
  assert.match(revoked.last_error, /Connect the calendar again/);
  assert.notEqual(revoked.stale_since, null);
  const events = await calendar.inside((ctx) =>
    ctx.db.from("events").selectAll().where("type", "=", "calendar_connection.revoked").execute(),
  );
  assert.equal(events.length, 1);
  assert.ok(!(await calendar.openTimes(tuesday)).includes(`${tuesday} 10:00`), "what is known still counts");
  google.requests.length = 0;
  await frontdesk.advance(3600);
  assert.equal(google.requests.length, 0);
  const refused = await calendar.workspace.call(
    "POST",
    `/api/v1/calendar-connections/${calendar.connection.id}/sync`,
  );
  assert.equal(refused.status, 409);
  google.reset();
  await calendar.patch({ credentials: { accessToken: "access-1", refreshToken: "refresh-1" } });
  await frontdesk.settle();
  assert.equal((await calendar.current()).status, "active");
  assert.ok((await calendar.openTimes(tuesday)).includes(`${tuesday} 10:00`), "reset emptied the calendar");
});

test("a renewed token is kept, sealed", async () => {
  const calendar = await connect();
  google.endAccessTokens();
  await calendar.sync();
  google.requests.length = 0;
  await calendar.sync();
  assert.ok(
    google.requests.every(({ url }) => url.pathname !== "/token"),
    "the new one is used",
  );
  const [row] = await calendar.inside((ctx) => ctx.db.from("calendar_connections").selectAll().execute());
  assert.doesNotMatch(row?.credentials ?? "", /access|refresh/);
});

test("a time that turns out to be taken after it was booked is a conflict until either moves", async () => {
  const calendar = await connect();
  const booked = (await calendar.book()).body.data.booking;
  await frontdesk.settle();
  entry("dentist", "10:30", "11:30", { summary: "Dentist" });
  await calendar.sync();
  const [found, ...others] = await calendar.conflicts("?status=open");
  assert.deepEqual(others, []);
  assert.deepEqual(
    [found.booking_id, found.title, found.busy_from, found.member_id],
    [booked.id, "Dentist", `${tuesday}T10:30:00.000Z`, calendar.workspace.adminId],
  );
  await calendar.sync();
  const told = await calendar.inside((ctx) =>
    ctx.db.from("events").selectAll().where("type", "=", "booking.conflict_found").execute(),
  );
  assert.equal(told.length, 1, "once");
  entry("dentist", "13:00", "14:00");
  await calendar.sync();
  const [resolved] = await calendar.conflicts();
  assert.deepEqual([resolved.status, resolved.resolved_at !== null], ["resolved", true]);
  entry("dentist", "10:30", "11:30");
  await calendar.sync();
  assert.equal((await calendar.conflicts("?status=open")).length, 1);
  await calendar.workspace.call("POST", `/api/v1/scheduling-bookings/${booked.id}/cancel`, {});
  await frontdesk.settle();
  assert.deepEqual(await calendar.conflicts("?status=open"), []);
});

test("credentials moved to another row, or sealed with another key, open nothing: connect again", async () => {
  const calendar = await connect();
  await calendar.inside((ctx) =>
    ctx.db.update("calendar_connections").set({ credentials: "v1.AAAA.AAAA.AAAA" }).execute(),
  );
  google.requests.length = 0;
  assert.equal((await calendar.sync()).status, "revoked");
  assert.equal(google.requests.length, 0);
});
