import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { inside } from "../../messaging/testing.ts";
import { bookAt, openShop, wednesdayAtTen } from "../booking-messages/testing.ts";
import { base, integration, job, storedBookings } from "./testing.ts";

const frontdesk = await startHarness();

test("bookings.list_bookings#1 bookings.list_bookings#2 bookings.list_bookings#3 from and to are days of the shop, both included and both optional", async () => {
  const shop = await openShop(frontdesk, { timeZone: "America/Los_Angeles" });
  const { call } = await integration(frontdesk, shop, ["READ_BOOKINGS"]);
  // 23:30 on Tuesday the third and 00:30 on Thursday the fifth, on the wall in Los Angeles.
  const tuesday = await bookAt(frontdesk, shop, new Date("2026-03-04T07:30:00Z"), { offGrid: true });
  const wednesday = await bookAt(frontdesk, shop, new Date("2026-03-04T18:00:00Z"), { offGrid: true });
  const thursday = await bookAt(frontdesk, shop, new Date("2026-03-05T08:30:00Z"), { offGrid: true });
  const ids = async (query: string) =>
    (await call("GET", `/bookings${query}`)).body.bookings.map((one: Json) => one.bookingId);
  assert.deepEqual(await ids(""), [tuesday.id, wednesday.id, thursday.id]);
  // Tuesday's last visit ends on Wednesday, so it is on that day as well.
  assert.deepEqual(await ids("?from=2026-03-04&to=2026-03-04"), [tuesday.id, wednesday.id]);
  assert.deepEqual(await ids("?from=2026-03-04"), [tuesday.id, wednesday.id, thursday.id]);
  assert.deepEqual(await ids("?from=2026-03-05&to=2026-03-05"), [thursday.id]);
  assert.deepEqual(await ids("?to=2026-03-03"), [tuesday.id]);
  const { body } = await call("GET", "/bookings?from=2026-03-04&to=2026-03-04");
  assert.equal(body.ok, true);
  const [, shown] = body.bookings;
  assert.equal(shown.status, "CONFIRMED");
  assert.equal(shown.scheduledStartAt, "2026-03-04T18:00:00.000Z");
  assert.equal(shown.scheduledEndAt, "2026-03-04T19:00:00.000Z");
  assert.equal(shown.customerName, "Ada Price");
  assert.equal(shown.customerPhone, wednesday.booker_phone);
  assert.equal(shown.customerEmail, wednesday.booker_email);
  assert.deepEqual(
    [shown.source, shown.sourceLabel, shown.serviceLabel],
    ["console", "Console", "Leak repair"],
  );
  for (const query of ["?from=yesterday", "?to=2026-02-30", "?from=2026-03-05&to=2026-03-04"]) {
    const wrong = await call("GET", `/bookings${query}`);
    assert.deepEqual([wrong.status, wrong.body.error.code], [400, "VALIDATION_ERROR"], query);
    assert.match(wrong.body.error.message, /^(from|to)/);
  }
  const first = await call("GET", "/bookings?limit=2");
  assert.equal(first.body.bookings.length, 2);
  const rest = await call("GET", `/bookings?limit=2&cursor=${first.body.nextCursor}`);
  assert.deepEqual(
    rest.body.bookings.map((one: Json) => one.bookingId),
    [thursday.id],
  );
  assert.equal(rest.body.nextCursor, null);
});

test("bookings.get_booking_status#1 bookings.get_booking_status#2 one booking with timing, status, source and scheduling state", async () => {
  const shop = await openShop(frontdesk);
  const { call } = await integration(frontdesk, shop);
  const made = (await call("POST", "/bookings", job(shop))).body.booking;
  const read = async () => (await call("GET", `/bookings/${made.bookingId}`)).body.booking;
  assert.deepEqual(await read(), made);
  assert.deepEqual([made.status, made.schedulingState, made.source], ["CONFIRMED", "SCHEDULED", "private"]);
  await call("PATCH", `/bookings/${made.bookingId}`, { scheduledStartAt: "2026-03-05T10:00:00Z" });
  assert.equal((await read()).schedulingState, "RESCHEDULED");
  await call("PATCH", `/bookings/${made.bookingId}`, { status: "CANCELED" });
  assert.deepEqual([(await read()).status, (await read()).schedulingState], ["CANCELED", "CANCELED"]);
  const nothing = await call("GET", "/bookings/01890000-0000-7000-8000-000000000000");
  assert.deepEqual([nothing.status, nothing.body.error.code], [404, "NOT_FOUND"]);
  assert.equal((await call("GET", "/bookings/nonsense")).status, 400);
});

test("bookings.list_open_slots#0 bookings.list_open_slots#1 bookings.list_open_slots#2 open slots and blackout guidance from the calendar, without side effects", async () => {
  const shop = await openShop(frontdesk);
  await inside(frontdesk, shop.id, (ctx) =>
    ctx.db
      .insert("scheduling_availability", {
        id: "01890000-0000-7000-8000-000000000001",
        member_id: null,
        weekly_hours: null,
        timezone: null,
        date_overrides: JSON.stringify([{ date: "2026-03-05", type: "blocked", reason: "Training" }]),
        created_at: ctx.now,
        updated_at: ctx.now,
      })
      .execute(),
  );
  await bookAt(frontdesk, shop, wednesdayAtTen);
  const { call } = await integration(frontdesk, shop, ["READ_BOOKINGS"]);
  assert.equal((await frontdesk.call("GET", `${base}/open-slots?from=2026-03-04&to=2026-03-08`)).status, 401);
  const answer = await call("GET", "/open-slots?from=2026-03-04&to=2026-03-08&serviceLabel=leak%20repair");
  assert.equal(answer.status, 200);
  const { slots, blackoutDates, durationMinutes, timeZone } = answer.body;
  assert.deepEqual(
    [durationMinutes, timeZone, answer.body.serviceLabel],
    [60, "Europe/London", "Leak repair"],
  );
  assert.deepEqual(blackoutDates, [
    { date: "2026-03-05", reason: "Training" },
    { date: "2026-03-07", reason: "closed" },
    { date: "2026-03-08", reason: "closed" },
  ]);
  const starts = slots.map((slot: Json) => slot.scheduledStartAt);
  assert.ok(starts.includes("2026-03-04T09:00:00.000Z") && !starts.includes("2026-03-04T10:00:00.000Z"));
  assert.ok(
    starts.every((start: string) => !start.startsWith("2026-03-05") && !start.startsWith("2026-03-07")),
  );
  const long = await call("GET", "/open-slots?from=2026-03-06&to=2026-03-06&durationMinutes=240");
  assert.equal(long.body.slots.at(-1).scheduledEndAt, "2026-03-06T17:00:00.000Z");
  assert.equal((await call("GET", "/open-slots?from=2026-03-04")).status, 400);
  assert.equal((await call("GET", "/open-slots?from=2026-03-04&to=2026-07-04")).status, 400);
  assert.equal((await call("GET", "/open-slots?from=2026-03-04&to=2026-03-04&serviceLabel=zzz")).status, 404);
  assert.equal(await storedBookings(frontdesk, shop), 1);
});
