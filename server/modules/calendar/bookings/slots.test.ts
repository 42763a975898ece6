import assert from "node:assert/strict";
import { test } from "node:test";
import { newId } from "../../../kernel/ids.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { openCalendar } from "../test-calendar.ts";

const frontdesk = await startHarness();
const availability = "/api/v1/scheduling-availability";

async function addBusy(
  calendar: Awaited<ReturnType<typeof openCalendar>>,
  memberId: string,
  from: string,
  to: string,
): Promise<void> {
  await calendar.inside((ctx) =>
    ctx.db
      .insert("external_busy", {
        id: newId(ctx.now),
        member_id: memberId,
        starts_at: new Date(from),
        ends_at: new Date(to),
        source: "google",
        created_at: ctx.now,
      })
      .execute(),
  );
}

test("workspace.check_booking_availability#0 nearest_before and nearest_after come whether or not the slot is free", async () => {
  const calendar = await openCalendar(frontdesk);
  const free = (await calendar.check({ date: "2026-03-03", time: "10:00" })).body.data;
  assert.equal(free.available, true);
  assert.deepEqual(
    [free.slot.date, free.slot.time, free.slot.formatted, free.slot.duration_minutes],
    ["2026-03-03", "10:00", "Tuesday, March 3, 2026 at 10:00 AM", 60],
  );
  assert.deepEqual([free.nearest_before.time, free.nearest_after.time], ["09:30", "10:30"]);
  await calendar.book();
  const taken = (await calendar.check({ date: "2026-03-03", time: "10:00" })).body.data;
  assert.equal(taken.available, false);
  assert.deepEqual([taken.nearest_before.time, taken.nearest_after.time], ["09:00", "11:00"]);
  assert.match(taken.hint, /9:00 AM or .*11:00 AM/);
  // A month of holidays: the nearest one after them is still found.
  const days = Array.from({ length: 31 }, (_, n) =>
    new Date(Date.UTC(2026, 2, 3 + n)).toISOString().slice(0, 10),
  );
  await calendar.workspace.call("PUT", availability, {
    date_overrides: days.map((date) => ({ date, type: "blocked" })),
  });
  const closed = (await calendar.check({ date: "2026-03-10", time: "10:00" })).body.data;
  assert.deepEqual([closed.nearest_before.date, closed.nearest_after.date], ["2026-03-02", "2026-04-03"]);
  await calendar.workspace.call("PUT", availability, { weekly_hours: [], date_overrides: [] });
  const never = (await calendar.check({ date: "2026-03-10", time: "10:00" })).body.data;
  assert.deepEqual([never.available, never.nearest_before, never.nearest_after], [false, null, null]);
});

test("workspace.check_booking_availability#1 Sydney's time by default; a read, although a POST", async () => {
  const calendar = await openCalendar(frontdesk);
  const answer = await calendar.check({ timezone: undefined, date: "2026-03-03", time: "20:00" });
  assert.equal(answer.status, 200);
  assert.equal(answer.body.data.available, true);
  assert.equal(answer.body.data.slot.starts_at, "2026-03-03T09:00:00.000Z");
  const key = await calendar.workspace.keyWith(["company:read"], "read-only");
  const body = { event_type_slug: "leak-repair", date: "2026-03-03", time: "20:00" };
  const read = await frontdesk.call("POST", "/api/v1/scheduling-bookings/check-availability", { key, body });
  assert.equal(read.status, 200, read.text);
  const list = await frontdesk.call("POST", "/api/v1/scheduling-bookings/available-slots", {
    key,
    body: { event_type_name: "leak" },
  });
  assert.equal(list.status, 200, list.text);
});

test("workspace.list_available_slots#0 slots come by date, written for people too", async () => {
  const calendar = await openCalendar(frontdesk, { slot_interval_minutes: 240 });
  const { data } = (await calendar.slots({ date_from: "2026-03-03", date_to: "2026-03-04" })).body;
  assert.deepEqual(data, {
    success: true,
    event_type: { id: calendar.eventType.id, name: "Leak repair", duration_minutes: 60 },
    availability: {
      timezone: "Europe/London",
      date_from: "2026-03-03",
      date_to: "2026-03-04",
      total_available_slots: 4,
      next_available: {
        date: "2026-03-03",
        time: "09:00",
        formatted: "Tuesday, March 3, 2026 at 9:00 AM",
      },
      dates: [
        ["2026-03-03", "Tuesday", "Tue 3 Mar"],
        ["2026-03-04", "Wednesday", "Wed 4 Mar"],
      ].map(([date, day_name, formatted]) => ({
        date,
        day_name,
        formatted,
        slots: [
          { time: "09:00", formatted: "9:00 AM", starts_at: `${date}T09:00:00.000Z`, seats_left: 1 },
          { time: "13:00", formatted: "1:00 PM", starts_at: `${date}T13:00:00.000Z`, seats_left: 1 },
        ],
      })),
    },
  });
});

test("workspace.list_available_slots#1 workspace.list_available_slots#5 workspace.create_scheduled_event_type#13 busy times of the assigned users' other calendars are left out", async () => {
  const calendar = await openCalendar(frontdesk, { slot_interval_minutes: 60 });
  const second = await calendar.addStaff("Sam");
  const owner = calendar.workspace.adminId;
  await addBusy(calendar, owner, "2026-03-03T09:30:00Z", "2026-03-03T16:00:00Z");
  // Sam is free then, so nothing is missing until only the owner counts.
  assert.equal((await calendar.openTimes("2026-03-03")).length, 8);
  await calendar.workspace.call("PATCH", `/api/v1/scheduled-event-types/${calendar.eventType.id}`, {
    booking_assigned_user_ids: [owner],
  });
  assert.deepEqual(await calendar.openTimes("2026-03-03"), ["2026-03-03 16:00"]);
  assert.equal((await calendar.book({ time: "10:00" })).body.error.code, "SLOT_UNAVAILABLE");
  // A fortnight away in the other calendar, begun long ago.
  await addBusy(calendar, owner, "2026-02-20T00:00:00Z", "2026-03-06T00:00:00Z");
  assert.deepEqual(await calendar.openTimes("2026-03-03", "2026-03-05"), []);
  const made = await calendar.book({ date: "2026-03-06" });
  assert.equal(made.body.data.booking.user_id, owner);
  const assigned = await calendar.inside((ctx) =>
    ctx.db.from("opportunity_users").select(["user_id", "is_primary"]).execute(),
  );
  assert.deepEqual(assigned, [{ user_id: owner, is_primary: true }]);
  assert.notEqual(second, owner);
});

test("workspace.list_available_slots#2 workspace.list_available_slots#3 from today, for 14 days, 30 at most", async () => {
  const calendar = await openCalendar(frontdesk);
  const usual = (await calendar.slots()).body.data.availability;
  assert.deepEqual([usual.date_from, usual.date_to], ["2026-03-02", "2026-03-16"]);
  assert.deepEqual([usual.dates[0].date, usual.dates.at(-1).date], ["2026-03-02", "2026-03-16"]);
  // In Auckland it is already the evening of the same day, in Honolulu still the one before.
  const early = (await calendar.slots({ timezone: "Pacific/Honolulu" })).body.data.availability;
  assert.equal(early.date_from, "2026-03-01");
  assert.equal(
    (await calendar.slots({ date_from: "2026-03-10" })).body.data.availability.date_to,
    "2026-03-24",
  );
  assert.equal((await calendar.slots({ date_from: "2026-03-02", date_to: "2026-04-01" })).status, 200);
  const long = await calendar.slots({ date_from: "2026-03-02", date_to: "2026-04-02" });
  assert.equal(long.status, 400);
  assert.match(long.body.error.fix, /2026-04-01/);
  assert.equal((await calendar.slots({ date_from: "2026-03-05", date_to: "2026-03-04" })).status, 400);
});

test("workspace.list_available_slots#4 Sydney's time by default, abbreviations too", async () => {
  const calendar = await openCalendar(frontdesk);
  for (const [timezone, zone, first] of [
    [undefined, "Australia/Sydney", "20:00"],
    ["AWST", "Australia/Perth", "17:00"],
    ["Brisbane", "Australia/Brisbane", "19:00"],
  ] as const) {
    const range = { date_from: "2026-03-03", date_to: "2026-03-03" };
    const { availability: found } = (await calendar.slots({ timezone, ...range })).body.data;
    assert.equal(found.timezone, zone);
    const late = found.dates[0].slots.find((slot: Json) => slot.starts_at === "2026-03-03T09:00:00.000Z");
    assert.equal(late.time, first);
  }
});

test("workspace.create_scheduled_event_type#18 buffers keep time free around a booking", async () => {
  const calendar = await openCalendar(frontdesk, { buffer_before_minutes: 30, buffer_after_minutes: 60 });
  await calendar.book({ time: "12:00" });
  const open = await calendar.openTimes("2026-03-03");
  // The booking keeps 11:30 to 14:00; the next one wants 30 minutes more before it, the one before 60 after it.
  assert.deepEqual(
    open.map((one) => one.slice(11)),
    ["09:00", "09:30", "14:30", "15:00", "15:30", "16:00"],
  );
  assert.equal((await calendar.book({ time: "14:00" })).status, 409);
  assert.equal((await calendar.book({ time: "14:30" })).status, 201);
});

test("workspace.create_scheduled_event_type#19 notice and horizon bound when one may book", async () => {
  const calendar = await openCalendar(frontdesk, { min_notice_hours: 25.5, max_advance_days: 7 });
  const open = await calendar.openTimes("2026-03-02", "2026-03-20");
  assert.equal(open[0], "2026-03-03 10:30");
  assert.equal(open.at(-1), "2026-03-09 09:00");
  assert.equal((await calendar.book({ time: "10:00" })).status, 409);
  assert.equal((await calendar.book({ date: "2026-03-09", time: "09:30" })).status, 409);
  assert.equal((await calendar.book({ date: "2026-03-09", time: "09:00" })).status, 201);
});

test("workspace.create_scheduled_event_type#20 the interval is the grid of the slots", async () => {
  const calendar = await openCalendar(frontdesk, { slot_interval_minutes: 45, duration_minutes: 120 });
  assert.deepEqual(
    (await calendar.openTimes("2026-03-03")).map((one) => one.slice(11)),
    ["09:00", "09:45", "10:30", "11:15", "12:00", "12:45", "13:30", "14:15", "15:00"],
  );
  assert.equal((await calendar.book({ time: "09:30" })).status, 409);
  assert.equal((await calendar.book({ time: "09:45" })).status, 201);
});

test("slots keep to the wall clock on the days it changes, in both directions", async () => {
  const nights = [{ day: 0, start: "00:00", end: "04:00" }];
  const spring = await openCalendar(frontdesk, { slot_interval_minutes: 60, max_advance_days: 300 });
  await spring.workspace.call("PUT", availability, { weekly_hours: nights, timezone: "Europe/London" });
  // 29 March 2026: 01:00 to 02:00 does not exist.
  assert.deepEqual(
    (await spring.openTimes("2026-03-29")).map((one) => one.slice(11)),
    ["00:00", "02:00", "03:00"],
  );
  const skipped = await spring.book({ date: "2026-03-29", time: "01:00" });
  assert.equal(skipped.status, 409);
  assert.match(skipped.body.error.message, /skips 01:00 on 2026-03-29/);
  assert.equal(skipped.body.error.details.alternatives[0].time, "02:00");
  const asked = (await spring.check({ date: "2026-03-29", time: "01:00" })).body.data;
  assert.deepEqual([asked.available, asked.slot.time], [false, "01:00"]);
  // The moment it would have been is free, and is offered as what the clock shows then.
  assert.equal(asked.slot.formatted, "Sunday, March 29, 2026 at 1:00 AM");
  assert.deepEqual([asked.nearest_before.time, asked.nearest_after.time], ["00:00", "02:00"]);
  assert.match(
    asked.hint,
    /^The clock of Europe\/London skips Sunday, March 29, 2026 at 1:00 AM\. Offer .* 12:00 AM or .* 2:00 AM instead\.$/,
  );
  await spring.book({ date: "2026-03-29", time: "02:00", email: "early@example.com" });
  const later = (await spring.check({ date: "2026-03-29", time: "01:00" })).body.data;
  assert.deepEqual([later.available, later.nearest_after.time], [false, "03:00"]);
  // 25 October 2026: 01:00 comes twice, and both can be booked.
  assert.deepEqual(
    (await spring.openTimes("2026-10-25")).map((one) => one.slice(11)),
    ["00:00", "01:00", "01:00", "02:00", "03:00"],
  );
  const twice = { date: "2026-10-25", time: "01:00" };
  const first = await spring.book(twice);
  const second = await spring.book({ ...twice, email: "ann@example.com" });
  assert.deepEqual(
    [first, second].map((answer) => answer.body.data.booking.starts_at),
    ["2026-10-25T00:00:00.000Z", "2026-10-25T01:00:00.000Z"],
  );
  assert.equal((await spring.book({ ...twice, email: "bob@example.com" })).status, 409);
});
