/** What a booking takes along when it moves, and what keeps two who change it apart. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { bookings, isLocked, openCalendar } from "../test-calendar.ts";
import type { TestCalendar } from "../test-calendar.ts";
import { findBooking, lockBooking } from "./bookings.store.ts";
import { cancel } from "./cancel.ts";
import { markAttended } from "./mark.ts";
import { reschedule } from "./reschedule.ts";
import { takeSlot } from "./take-slot.ts";
import { findService } from "../services/services.store.ts";

const frontdesk = await startHarness({ work: false });
const at = (time: string) => new Date(`2026-03-03T${time}:00Z`);

async function booked(calendar: TestCalendar, fields: Record<string, unknown> = {}): Promise<string> {
  const answer = await calendar.book(fields);
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data.booking.id;
}

const rowOf = (calendar: TestCalendar, id: string) =>
  calendar.inside(async (ctx) => (await findBooking(ctx, id))!);

test("a booking is in nobody's way but others': half an hour later runs into itself alone", async () => {
  const calendar = await openCalendar(frontdesk);
  const id = await booked(calendar);
  const moved = await calendar.inside((ctx) => reschedule(ctx, id, { startsAt: at("10:30") }));
  assert.equal(moved.starts_at.toISOString(), "2026-03-03T10:30:00.000Z");
  await booked(calendar, { time: "11:30", email: "eve@example.com" });
  await assert.rejects(
    calendar.inside((ctx) => reschedule(ctx, id, { startsAt: at("11:00") })),
    { code: "SLOT_UNAVAILABLE" },
  );
});

test("the management link lives as long after the new end as it did after the old one", async () => {
  const calendar = await openCalendar(frontdesk);
  const id = await booked(calendar);
  await calendar.inside((ctx) =>
    reschedule(ctx, id, { startsAt: at("15:00"), endsAt: at("16:30"), offGrid: true }),
  );
  const moved = await rowOf(calendar, id);
  assert.equal(moved.management_token_expires_at?.toISOString(), "2026-03-04T16:30:00.000Z");
  // One from before there were links gets none, and no end of one.
  await calendar.inside((ctx) =>
    ctx.db
      .update("bookings")
      .set({ management_token: null, management_token_expires_at: null })
      .where("id", "=", id)
      .execute(),
  );
  await calendar.inside((ctx) => reschedule(ctx, id, { startsAt: at("10:00") }));
  assert.equal((await rowOf(calendar, id)).management_token_expires_at, null);
});

test("what is kept free before and after moves along, each on its side", async () => {
  const calendar = await openCalendar(frontdesk, { buffer_before_minutes: 10, buffer_after_minutes: 40 });
  const id = await booked(calendar);
  await calendar.inside((ctx) => reschedule(ctx, id, { startsAt: at("14:00") }));
  const { blocked_from: from, blocked_until: until } = await rowOf(calendar, id);
  assert.deepEqual(
    [from.toISOString(), until.toISOString()],
    ["2026-03-03T13:50:00.000Z", "2026-03-03T15:40:00.000Z"],
  );
  assert.equal((await rowOf(calendar, id)).sequence, 1);
});

test("one visit may begin when the other ends, off the grid too", async () => {
  const calendar = await openCalendar(frontdesk);
  const token = await calendar.workspace.privateToken(["WRITE_BOOKINGS"]);
  const job = (from: string, until: string) =>
    frontdesk.call("POST", "/api/private/v1/bookings", {
      key: token,
      body: {
        customerPhone: "+447700900123",
        scheduledStartAt: at(from).toISOString(),
        scheduledEndAt: at(until).toISOString(),
      },
    });
  assert.equal((await job("10:07", "11:07")).status, 201);
  assert.equal((await job("11:07", "12:00")).status, 201);
  assert.equal((await job("09:00", "10:07")).status, 201);
  assert.equal((await job("11:59", "13:00")).status, 409);
  assert.equal((await job("08:00", "09:01")).status, 409);
});

test("a cancelled booking leaves its event queue; one that has started stays started", async () => {
  const calendar = await openCalendar(frontdesk, { enrollment_offset_minutes: 60 });
  await calendar.inside((ctx) =>
    ctx.db.update("scheduled_event_types").set({ event_queue_id: randomUUID() }).execute(),
  );
  const [first, second] = [await booked(calendar), await booked(calendar, { time: "12:00" })];
  await calendar.inside((ctx) =>
    ctx.db
      .update("event_queue_enrollments")
      .set({ status: "started" })
      .where("booking_id", "=", second)
      .execute(),
  );
  for (const id of [first, second]) await calendar.workspace.call("POST", `${bookings}/${id}/cancel`);
  const rows = await calendar.inside((ctx) =>
    ctx.db.from("event_queue_enrollments").select(["booking_id", "status"]).execute(),
  );
  assert.deepEqual(Object.fromEntries(rows.map((row) => [row.booking_id, row.status])), {
    [first]: "cancelled",
    [second]: "started",
  });
});

test("whoever changes a booking has it locked; looking at it locks nothing", async () => {
  const calendar = await openCalendar(frontdesk);
  const id = await booked(calendar);
  await calendar.inside(async (ctx) => {
    await findBooking(ctx, id);
    assert.equal(await isLocked(ctx, "bookings", id), false);
    await lockBooking(ctx, id);
    assert.equal(await isLocked(ctx, "bookings", id), true);
  });
});

test("two who cancel at once cancel once", async () => {
  const calendar = await openCalendar(frontdesk);
  const id = await booked(calendar);
  await Promise.all([1, 2, 3].map(() => calendar.workspace.call("POST", `${bookings}/${id}/cancel`)));
  const events = await calendar.inside((ctx) =>
    ctx.db.from("events").select("id").where("type", "=", "booking.cancelled").execute(),
  );
  assert.equal(events.length, 1);
  assert.equal((await rowOf(calendar, id)).sequence, 1);
});

test("whose turn it is, is settled under the event type's lock; what is near, under the hosts'", async () => {
  const turns = await openCalendar(frontdesk, { host_assignment: "round_robin" });
  const way = await openCalendar(frontdesk, { travel_minutes: 30 });
  const any = await openCalendar(frontdesk);
  const lockedIn = (calendar: TestCalendar, postalCode?: string) =>
    calendar.inside(async (ctx) => {
      const service = await findService(ctx, { id: calendar.eventType.id });
      const wanted = { service, postalCode, startsAt: at("10:00"), endsAt: at("11:00"), offGrid: false };
      return takeSlot(ctx, wanted, async () => ({
        type: await isLocked(ctx, "scheduled_event_types", calendar.eventType.id),
        host: await isLocked(ctx, "members", calendar.workspace.adminId),
      }));
    });
  assert.deepEqual(await lockedIn(turns), { type: true, host: false });
  assert.deepEqual(await lockedIn(way, "N1 9GU"), { type: false, host: true });
  for (const [calendar, place] of [[way, undefined], [way, " "], [any, "N1 9GU"]] as const) {
    assert.deepEqual(await lockedIn(calendar, place), { type: false, host: false });
  } // prettier-ignore
});

test("only what is confirmed or late can be cancelled, and only what is confirmed moved", async () => {
  const calendar = await openCalendar(frontdesk);
  const id = await booked(calendar);
  await calendar.inside((ctx) => markAttended(ctx, id));
  await assert.rejects(
    calendar.inside((ctx) => cancel(ctx, id)),
    { code: "CONFLICT" },
  );
  await assert.rejects(
    calendar.inside((ctx) => reschedule(ctx, id, { startsAt: at("12:00") })),
    { code: "CONFLICT" },
  );
  for (const work of [
    cancel,
    (ctx: never, missing: string) => reschedule(ctx, missing, { startsAt: at("12:00") }),
  ]) {
    await assert.rejects(
      calendar.inside((ctx) => work(ctx as never, randomUUID())),
      { code: "NOT_FOUND" },
    );
  }
});

test("a booking takes three days at most, with what is kept free around it, new or moved", async () => {
  const calendar = await openCalendar(frontdesk, { buffer_after_minutes: 30 });
  const id = await booked(calendar);
  const until = (day: string) => new Date(`2026-03-0${day}:00Z`);
  const move = (endsAt: Date) =>
    calendar.inside((ctx) => reschedule(ctx, id, { startsAt: at("10:00"), endsAt, offGrid: true }));
  await assert.rejects(move(until("6T09:31")), { code: "VALIDATION_ERROR" });
  await assert.rejects(move(at("10:00")), { code: "VALIDATION_ERROR" });
  await assert.rejects(move(new Date(Number.NaN)), { code: "VALIDATION_ERROR" });
  assert.equal((await move(until("6T09:30"))).ends_at.toISOString(), "2026-03-06T09:30:00.000Z");
});
