import assert from "node:assert/strict";
import { test } from "node:test";
import { apiError } from "../../../providers/calendar/loopback-google.ts";
import type { Json } from "../../../testing/harness.ts";
import { bookings } from "../test-calendar.ts";
import { connections, eventsIn, startConnected } from "./testing.ts";
import type { ConnectedCalendar } from "./testing.ts";

const { frontdesk, google, connect } = await startConnected();

async function bookedIn(calendar: ConnectedCalendar, fields: Json = {}): Promise<Json> {
  const answer = await calendar.book(fields);
  assert.equal(answer.status, 201, answer.text);
  await frontdesk.settle();
  return answer.body.data.booking;
}

async function move(calendar: ConnectedCalendar, id: string, startsAt: string): Promise<void> {
  const token = await calendar.workspace.privateToken(["READ_BOOKINGS", "WRITE_BOOKINGS"]);
  const moved = await frontdesk.call("PATCH", `/api/private/v1/bookings/${id}`, {
    key: token,
    body: { scheduledStartAt: startsAt },
  });
  assert.equal(moved.status, 200, moved.text);
}

const cancel = ({ workspace }: ConnectedCalendar, id: string) =>
  workspace.call("POST", `${bookings}/${id}/cancel`, {});

test("a booking stands in its host's calendar: made, moved and cancelled there as here", async () => {
  const calendar = await connect();
  const booked = await bookedIn(calendar);
  const [event, ...others] = eventsIn(google);
  assert.deepEqual(others, []);
  assert.equal(event.summary, "Leak repair: John Smith");
  assert.match(event.description, /^John Smith\n\+447700900123\njohn@example\.com$/);
  assert.deepEqual(event.start, { dateTime: "2026-03-03T10:00:00.000Z", timeZone: "Europe/London" });
  assert.equal(event.attendees, undefined, "our invitation is the only one");
  await move(calendar, booked.id, "2026-03-04T14:00:00Z");
  await frontdesk.settle();
  const [moved, ...more] = eventsIn(google);
  assert.deepEqual(more, []);
  assert.deepEqual([moved.id, moved.start.dateTime], [event.id, "2026-03-04T14:00:00.000Z"]);
  await cancel(calendar, booked.id);
  await frontdesk.settle();
  assert.deepEqual(eventsIn(google), []);
});

test("a booking waits for no calendar: it is there at once, and is written when Google answers again", async () => {
  const calendar = await connect();
  for (let time = 0; time < 3; time++) google.failNext(apiError(503, "backendError"));
  const booked = await bookedIn(calendar);
  assert.equal(booked.status, "confirmed");
  assert.deepEqual(eventsIn(google), []);
  const [row] = await calendar.inside((ctx) => ctx.db.from("booking_calendar_events").selectAll().execute());
  assert.deepEqual([row?.status, row?.failures], ["failed", 1]);
  await frontdesk.advance(600);
  assert.equal(eventsIn(google).length, 1);
});

test("an answer that is lost on its way makes no second event", async () => {
  const calendar = await connect();
  google.failNext("stored-drop");
  await bookedIn(calendar);
  await frontdesk.advance(120);
  assert.equal(eventsIn(google).length, 1);
  const [row] = await calendar.inside((ctx) => ctx.db.from("booking_calendar_events").selectAll().execute());
  assert.equal(row?.status, "written");
});

test("cancelled before anybody heard whether it was written, a booking leaves nothing behind", async () => {
  const calendar = await connect();
  google.failNext("stored-drop");
  const booked = await bookedIn(calendar);
  assert.equal(eventsIn(google).length, 1);
  await cancel(calendar, booked.id);
  await frontdesk.settle();
  assert.deepEqual(eventsIn(google), []);
});

test("moved before anybody heard whether it was written, a booking stands where it is now", async () => {
  const calendar = await connect();
  google.failNext("stored-drop");
  const booked = await bookedIn(calendar);
  await move(calendar, booked.id, "2026-03-04T14:00:00Z");
  await frontdesk.settle();
  assert.deepEqual(
    eventsIn(google).map(({ start }) => start.dateTime),
    ["2026-03-04T14:00:00.000Z"],
  );
});

test("moved and cancelled while Google is away, a booking ends as it stands", async () => {
  const calendar = await connect();
  const booked = await bookedIn(calendar);
  for (let time = 0; time < 2; time++) google.failNext(apiError(500, "backendError"));
  await move(calendar, booked.id, "2026-03-04T14:00:00Z");
  await frontdesk.settle();
  await move(calendar, booked.id, "2026-03-05T09:00:00Z");
  await frontdesk.settle();
  await frontdesk.advance(900);
  assert.deepEqual(
    eventsIn(google).map(({ start }) => start.dateTime),
    ["2026-03-05T09:00:00.000Z"],
  );
  google.failNext(apiError(500, "backendError"));
  await cancel(calendar, booked.id);
  await frontdesk.advance(900);
  assert.deepEqual(eventsIn(google), []);
});

test("a calendar that is connected, or connected again, gets the bookings to come", async () => {
  const calendar = await connect({ writes_bookings: false });
  await bookedIn(calendar);
  assert.deepEqual(eventsIn(google), []);
  const changed = await calendar.patch({ writes_bookings: true });
  assert.equal(changed.status, 200, changed.text);
  await frontdesk.settle();
  assert.equal(eventsIn(google).length, 1);
  google.revoke();
  await bookedIn(calendar, { time: "14:00" });
  assert.equal((await calendar.current()).status, "revoked");
  google.reset();
  await calendar.patch({ credentials: { accessToken: "access-1", refreshToken: "refresh-1" } });
  await frontdesk.settle();
  // The first was written before; the reset calendar lost it and nobody has changed it since.
  assert.deepEqual(
    eventsIn(google).map(({ start }) => start.dateTime),
    ["2026-03-03T14:00:00.000Z"],
  );
});

test("a meeting gets Google's video call, and the booking its link", async () => {
  const calendar = await connect({}, { is_meeting: true });
  const booked = await bookedIn(calendar);
  const shown = await calendar.workspace.call("GET", `${bookings}/${booked.id}`);
  assert.match(shown.body.data.google_meet_link, /^https:\/\/meet\.google\.com\//);
  assert.equal(eventsIn(google)[0].hangoutLink, shown.body.data.google_meet_link);
  const plain = await connect();
  const job = await bookedIn(plain);
  assert.equal(eventsIn(google)[0].hangoutLink, undefined);
  assert.equal((await plain.workspace.call("GET", `${bookings}/${job.id}`)).body.data.google_meet_link, null);
});

test("disconnected, a calendar keeps nobody out, and keeps or loses what was written as one likes", async () => {
  for (const remove of [true, false]) {
    const calendar = await connect();
    google.put({ id: "dentist", start: "2026-03-03T12:00:00Z", end: "2026-03-03T13:00:00Z" });
    await calendar.sync();
    await bookedIn(calendar);
    const path = `${connections}/${calendar.connection.id}`;
    const gone = await calendar.workspace.call("DELETE", `${path}?remove_events=${remove}`);
    assert.equal(gone.status, 204);
    assert.equal((await calendar.workspace.call("GET", path)).status, 404);
    assert.ok((await calendar.openTimes("2026-03-03")).includes("2026-03-03 12:00"));
    await frontdesk.settle();
    const ours = eventsIn(google).filter(({ id }) => id !== "dentist");
    assert.equal(ours.length, remove ? 0 : 1);
    const left = await calendar.inside((ctx) => ctx.db.from("calendar_connections").selectAll().execute());
    assert.deepEqual(left, []);
  }
});

test("every host of a team's booking has it in their own calendar", async () => {
  const calendar = await connect({}, { host_assignment: "all" });
  const bob = await calendar.addStaff("Bob");
  const made = await calendar.workspace.call("POST", connections, {
    member_id: bob,
    provider: "local",
    calendar_id: "bob",
    writes_bookings: true,
  });
  assert.equal(made.status, 201, made.text);
  await frontdesk.settle();
  const booked = await bookedIn(calendar);
  const rows = await calendar.inside((ctx) => ctx.db.from("booking_calendar_events").selectAll().execute());
  assert.deepEqual(
    rows.map(({ status, booking_id }) => ({ status, booking_id })),
    [0, 1].map(() => ({ status: "written", booking_id: booked.id })),
  );
  assert.equal(eventsIn(google).length, 1);
});

test("a sitting is one event, whoever comes, leaves or moves", async () => {
  const calendar = await connect({}, { name: "Yoga", capacity: 3, is_meeting: true });
  const seat = async (name: string, time = "10:00") =>
    bookedIn(calendar, { time, fullName: name, email: `${name}@example.com`, phone: "" });
  const [ann, bob] = [await seat("ann"), await seat("bob")];
  const titles = () =>
    eventsIn(google).map(({ summary, start }) => `${summary} ${start.dateTime.slice(11, 16)}`);
  assert.deepEqual(titles(), ["Yoga (2 of 3) 10:00"]);
  assert.equal(eventsIn(google)[0].description, "ann\nbob");
  const linkOf = async ({ id }: Json) =>
    (await calendar.workspace.call("GET", `${bookings}/${id}`)).body.data.google_meet_link;
  assert.equal(await linkOf(bob), await linkOf(ann), "they meet in one call");
  assert.ok(await linkOf(bob));
  await move(calendar, ann.id, "2026-03-03T14:00:00Z");
  await frontdesk.settle();
  assert.deepEqual(titles().sort(), ["Yoga (1 of 3) 10:00", "Yoga (1 of 3) 14:00"]);
  await cancel(calendar, bob.id);
  await frontdesk.settle();
  assert.deepEqual(titles(), ["Yoga (1 of 3) 14:00"]);
  await seat("cid", "14:00");
  assert.deepEqual(titles(), ["Yoga (2 of 3) 14:00"]);
});
