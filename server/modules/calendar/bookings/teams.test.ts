/** Several hosts, seats, resources and the way there: what a service asks for, its bookings get. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { openCalendar } from "../test-calendar.ts";
import type { TestCalendar } from "../test-calendar.ts";
import { reschedule } from "./reschedule.ts";

const frontdesk = await startHarness({ work: false });

/** Changes the calendar's event type. */
async function change(calendar: TestCalendar, fields: Record<string, unknown>): Promise<void> {
  const path = `/api/v1/scheduled-event-types/${calendar.eventType.id}`;
  const answer = await calendar.workspace.call("PATCH", path, fields);
  assert.equal(answer.status, 200, answer.text);
}

async function addResource(calendar: TestCalendar, name: string): Promise<string> {
  const body = { name, kind: "room" };
  const answer = await calendar.workspace.call("POST", "/api/v1/scheduling-resources", body);
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data.id;
}

async function booked(calendar: TestCalendar, fields: Record<string, unknown> = {}): Promise<Json> {
  const answer = await calendar.book(fields);
  assert.equal(answer.status, 201, answer.text);
  const shown = await calendar.workspace.call(
    "GET",
    `/api/v1/scheduling-bookings/${answer.body.data.booking.id}`,
  );
  return shown.body.data;
}

test("all: a booking takes every host, and only a time at which every one of them is free", async () => {
  const calendar = await openCalendar(frontdesk);
  const sam = await calendar.addStaff("Sam");
  const olive = calendar.workspace.adminId;
  await change(calendar, { booking_assigned_user_ids: [sam] });
  await booked(calendar, { time: "12:00" });
  await change(calendar, { booking_assigned_user_ids: [olive, sam], host_assignment: "all" });
  const both = await booked(calendar);
  assert.deepEqual(both.user_ids, [olive, sam]);
  assert.equal((await calendar.check({ date: "2026-03-03", time: "12:00" })).body.data.available, false);
  assert.equal((await calendar.book({ time: "12:00" })).status, 409);
  // Either of them alone is busy for everybody else's services too.
  await change(calendar, { booking_assigned_user_ids: [sam], host_assignment: "any" });
  assert.equal((await calendar.book({ time: "10:00" })).status, 409);
  await calendar.workspace.call("POST", `/api/v1/scheduling-bookings/${both.id}/cancel`, {});
  assert.deepEqual((await booked(calendar, { time: "10:00" })).user_ids, [sam]);
});

test("round_robin: whoever has fewest this month is next, then who waited longest; what was cancelled does not count", async () => {
  const calendar = await openCalendar(frontdesk, { host_assignment: "round_robin" });
  const olive = calendar.workspace.adminId;
  const sam = await calendar.addStaff("Sam");
  const kim = await calendar.addStaff("Kim");
  const given = [];
  // A different day each time: who is least booked that day would always be Olive.
  for (const date of ["2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06", "2026-03-09"]) {
    given.push(await booked(calendar, { date }));
  }
  assert.deepEqual(
    given.map((one) => one.user_id),
    [olive, sam, kim, olive, sam],
  );
  // In another month nobody has any: Kim, who waited longest, is next.
  assert.equal((await booked(calendar, { date: "2026-04-01" })).user_id, kim);
  await calendar.workspace.call("POST", `/api/v1/scheduling-bookings/${given[1].id}/cancel`, {});
  await calendar.workspace.call("POST", `/api/v1/scheduling-bookings/${given[4].id}/cancel`, {});
  assert.equal((await booked(calendar, { date: "2026-03-10" })).user_id, sam);
});

test("capacity: seats of one sitting go to the same host until it is full, whoever else is free", async () => {
  const calendar = await openCalendar(frontdesk, { capacity: 2 });
  await calendar.addStaff("Sam");
  const seats = async () => {
    const answer = await calendar.slots({ date_from: "2026-03-03", date_to: "2026-03-03" });
    const [day] = answer.body.data.availability.dates;
    return day.slots.find((one: Json) => one.time === "10:00")?.seats_left;
  };
  assert.equal(await seats(), 4);
  const first = await booked(calendar);
  assert.equal(await seats(), 3);
  const second = await booked(calendar, { email: "second@example.com" });
  assert.equal(second.user_id, first.user_id);
  const third = await booked(calendar, { email: "third@example.com" });
  assert.notEqual(third.user_id, first.user_id);
  // Beside a sitting, and overlapping it, its host is busy.
  assert.equal((await calendar.book({ time: "10:30" })).status, 409);
  await booked(calendar, { email: "fourth@example.com" });
  assert.equal(await seats(), undefined);
  const full = await calendar.book({ email: "fifth@example.com" });
  assert.equal(full.body.error.code, "SLOT_UNAVAILABLE");
  await calendar.workspace.call("POST", `/api/v1/scheduling-bookings/${second.id}/cancel`, {});
  assert.equal((await booked(calendar, { email: "fifth@example.com" })).user_id, first.user_id);
});

test("a seat moves to a sitting that overlaps its own, and a class outlives its event type", async () => {
  const calendar = await openCalendar(frontdesk, { capacity: 3 });
  const alone = await booked(calendar);
  const half = new Date("2026-03-03T10:30:00Z");
  const moved = await calendar.inside((ctx) => reschedule(ctx, alone.id, { startsAt: half }));
  assert.equal(moved.starts_at.toISOString(), half.toISOString());
  await booked(calendar, { time: "10:30", email: "second@example.com" });
  const path = `/api/v1/scheduled-event-types/${calendar.eventType.id}`;
  assert.equal((await calendar.workspace.call("DELETE", path)).status, 204);
  const rows = await calendar.inside((ctx) =>
    ctx.db.from("slot_claims").select(["occasion_id", "seat"]).orderBy("seat").execute(),
  );
  assert.equal(rows.length, 2);
  assert.equal(new Set(rows.map((row) => row.occasion_id)).size, 1);
});

test("resources: each booking takes one of each list, and without one there is no slot", async () => {
  const calendar = await openCalendar(frontdesk);
  await calendar.addStaff("Sam");
  await calendar.addStaff("Kim");
  const [red, blue] = [await addResource(calendar, "Red"), await addResource(calendar, "Blue")];
  await change(calendar, { resource_requirements: [{ any_of: [red, blue] }] });
  const first = await booked(calendar);
  const second = await booked(calendar);
  assert.deepEqual([first.resource_ids, second.resource_ids], [[red], [blue]]);
  assert.notEqual(first.user_id, second.user_id);
  assert.equal((await calendar.book()).status, 409, "Kim is free, but no room is");
  const next = await booked(calendar, { time: "12:00" });
  assert.deepEqual(next.resource_ids, [red]);

  // It moves with its room when that is free, else into another.
  const to = (hour: number) => new Date(`2026-03-03T${hour}:00:00Z`);
  const kept = await calendar.inside((ctx) => reschedule(ctx, second.id, { startsAt: to(14) }));
  assert.deepEqual([kept.resource_ids, kept.host_ids], [[blue], second.user_ids]);
  const other = await calendar.inside((ctx) => reschedule(ctx, first.id, { startsAt: to(12) }));
  assert.deepEqual(other.resource_ids, [blue]);

  const off = await calendar.workspace.call("PATCH", `/api/v1/scheduling-resources/${red}`, {
    is_active: false,
  });
  assert.equal(off.status, 200);
  await booked(calendar, { time: "15:00", date: "2026-03-04" });
  assert.equal((await calendar.book({ time: "15:00", date: "2026-03-04" })).status, 409, "red is out of use");
});

test("seats of one sitting share its room; another sitting needs another", async () => {
  const calendar = await openCalendar(frontdesk, { capacity: 2 });
  await calendar.addStaff("Sam");
  const room = await addResource(calendar, "The room");
  await change(calendar, { resource_requirements: [{ any_of: [room] }] });
  for (const email of ["a@example.com", "b@example.com"]) {
    assert.deepEqual((await booked(calendar, { email })).resource_ids, [room]);
  }
  assert.equal((await calendar.book({ email: "c@example.com" })).status, 409, "Sam is free, the room is not");
});

test("travel: a visit leaves the time to get there and away again, told by the table or the event type", async () => {
  const calendar = await openCalendar(frontdesk, { travel_minutes: 45, slot_interval_minutes: 30 });
  const times = { travel_times: [{ from: "N1 9GU", to: "SE1 7PB", minutes: 20 }] };
  const put = await calendar.workspace.call("PUT", "/api/v1/scheduling-travel-times", times);
  assert.equal(put.status, 200, put.text);
  await booked(calendar, { time: "12:00", postal_code: "n19gu" });
  const free = async (time: string, postal_code?: string) =>
    (await calendar.check({ date: "2026-03-03", time, ...(postal_code ? { postal_code } : {}) })).body.data
      .available;
  assert.equal(await free("13:00", "N1 9GU"), true, "next door");
  assert.equal(await free("13:00"), true, "nobody knows where");
  assert.equal(await free("13:00", "SE1 7PB"), false);
  assert.equal(await free("13:30", "SE1 7PB"), true, "20 minutes by the table, the other way round");
  assert.equal(await free("13:30", "M1 1AE"), false, "45 minutes by the event type");
  assert.equal(await free("11:00", "SE1 7PB"), false, "the way to the next visit counts too");
  assert.equal(await free("10:30", "SE1 7PB"), true);
  const refused = await calendar.book({ time: "13:00", postal_code: "SE1 7PB" });
  assert.equal(refused.status, 409);
  assert.ok(refused.body.error.details.alternatives.every((one: Json) => one.time !== "13:00"));
});

test("travel: a visit that began days ago counts when it ends", async () => {
  const calendar = await openCalendar(frontdesk, { travel_minutes: 45, slot_interval_minutes: 30 });
  const made = await frontdesk.call("POST", "/api/private/v1/bookings", {
    key: await calendar.workspace.privateToken(["WRITE_BOOKINGS"]),
    body: {
      customerPhone: "+447700900123",
      scheduledStartAt: "2026-03-03T10:00:00Z",
      scheduledEndAt: "2026-03-06T09:30:00Z",
      postalCode: "N1 9GU",
    },
  });
  assert.equal(made.status, 201, made.text);
  const free = async (time: string) =>
    (await calendar.check({ date: "2026-03-06", time, postal_code: "M1 1AE" })).body.data.available;
  assert.deepEqual([await free("10:00"), await free("10:30")], [false, true]);
});

test("two visits that are too far apart are not booked at the same moment either", async () => {
  const calendar = await openCalendar(frontdesk, { travel_minutes: 45, slot_interval_minutes: 60 });
  const answers = await Promise.all([
    calendar.book({ time: "12:00", postal_code: "N1 9GU", email: "a@example.com" }),
    calendar.book({ time: "13:00", postal_code: "SE1 7PB", email: "b@example.com" }),
    calendar.book({ time: "14:00", postal_code: "M1 1AE", email: "c@example.com" }),
  ]);
  const starts = answers.flatMap((answer) => (answer.status === 201 ? [answer.body.data.booking.time] : []));
  assert.ok(starts.length >= 1 && !starts.includes("13:00") === starts.length > 1, String(starts));
  assert.ok(answers.every((answer) => [201, 409].includes(answer.status)));
});
