import assert from "node:assert/strict";
import { test } from "node:test";
import { newId } from "../../../../kernel/ids.ts";
import { sweepOnce } from "../../../../kernel/sweep.ts";
import { startHarness } from "../../../../testing/harness.ts";
import { bookings, isLocked, openCalendar } from "../../test-calendar.ts";
import type { TestCalendar } from "../../test-calendar.ts";
import { reschedule } from "../reschedule.ts";
import { findLiveHold, lockHold } from "./holds.store.ts";

const frontdesk = await startHarness();

const holds = `${bookings}/holds`;
const ten = { date: "2026-03-03", time: "10:00", timezone: "Europe/London" };

async function hold(calendar: TestCalendar, fields: Record<string, unknown> = {}) {
  const body = { event_type_id: calendar.eventType.id, ...ten, ...fields };
  return calendar.workspace.call("POST", holds, body);
}

test("workspace.hold_booking_slot#0 a held time is neither offered nor given to anybody else, until it is released", async () => {
  const calendar = await openCalendar(frontdesk);
  const held = await hold(calendar);
  assert.equal(held.status, 201, held.text);
  assert.equal(held.body.data.expires_at, "2026-03-02T09:05:00.000Z");
  assert.deepEqual(held.body.data.user_ids, [calendar.workspace.adminId]);
  assert.ok(!(await calendar.openTimes("2026-03-03")).includes("2026-03-03 10:00"));
  assert.equal((await calendar.check(ten)).body.data.available, false);
  const second = await calendar.book();
  assert.equal(second.status, 409);
  assert.ok(second.body.error.details.alternatives.every((one: { time: string }) => one.time !== "10:00"));
  const again = await hold(calendar);
  assert.equal(again.body.error.code, "SLOT_UNAVAILABLE", again.text);

  const released = await calendar.workspace.call("DELETE", `${holds}/${held.body.data.id}`);
  assert.equal(released.status, 204);
  assert.ok((await calendar.openTimes("2026-03-03")).includes("2026-03-03 10:00"));
  assert.equal((await calendar.workspace.call("DELETE", `${holds}/${held.body.data.id}`)).status, 404);
  assert.equal((await calendar.book()).status, 201);
});

test("whoever brings the hold gets the booking, with the hosts it held, and only once", async () => {
  const calendar = await openCalendar(frontdesk, { min_notice_hours: 24.95 });
  await calendar.addStaff("Sam");
  const held = await hold(calendar);
  await frontdesk.advance(240);
  // By now the notice the service wants is gone: what was promised stays promised.
  assert.equal((await calendar.check(ten)).body.data.available, false);
  const hold_id = held.body.data.id;
  const booked = await calendar.book({ hold_id });
  assert.equal(booked.status, 201, booked.text);
  assert.equal(booked.body.data.booking.user_id, held.body.data.user_ids[0]);
  const rows = await calendar.inside((ctx) => ctx.db.from("slot_claims").selectAll().execute());
  assert.deepEqual(
    rows.map((row) => [row.booking_id, row.hold_id]),
    [[booked.body.data.booking.id, null]],
  );
  assert.equal((await calendar.book({ hold_id })).status, 409);
});

test("a hold for another time or event type is a mistake in hold_id", async () => {
  const calendar = await openCalendar(frontdesk);
  const hold_id = (await hold(calendar)).body.data.id;
  const otherTime = await calendar.book({ hold_id, time: "11:00" });
  const made = await calendar.workspace.call("POST", "/api/v1/scheduled-event-types", { name: "Survey" });
  const otherType = await calendar.book({ hold_id, event_type_id: made.body.data.id });
  for (const answer of [otherTime, otherType]) {
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.error.details.fields[0].field, "hold_id");
  }
  assert.match(otherTime.body.error.fix, /2026-03-03T10:00:00/);
});

test("an expired hold keeps nobody out: its bringer and everybody else book as if it were not there", async () => {
  const calendar = await openCalendar(frontdesk);
  const ten_ = await hold(calendar, { minutes: 1 });
  const eleven = await hold(calendar, { minutes: 1, time: "11:00" });
  await frontdesk.advance(60);
  assert.equal((await calendar.check(ten)).body.data.available, true);
  assert.equal((await calendar.book({ hold_id: ten_.body.data.id })).status, 201);
  assert.equal((await calendar.book({ time: "11:00" })).status, 201);
  assert.equal((await calendar.book({ time: "11:00", hold_id: eleven.body.data.id })).status, 409);
  const left = await calendar.inside((ctx) => ctx.db.from("slot_holds").select("id").execute());
  assert.deepEqual(left, [], "what was in the way is gone");
});

test("what expired and nobody wanted is swept away; what still counts is not", async () => {
  const calendar = await openCalendar(frontdesk);
  await hold(calendar, { minutes: 1 });
  const kept = await hold(calendar, { minutes: 30, time: "12:00" });
  await frontdesk.advance(120);
  await sweepOnce(frontdesk.app, frontdesk.app.clock);
  const [left, claims] = await calendar.inside(async (ctx) => [
    await ctx.db.from("slot_holds").select("id").execute(),
    await ctx.db.from("slot_claims").select("hold_id").execute(),
  ]);
  assert.deepEqual(left, [{ id: kept.body.data.id }]);
  assert.deepEqual(claims, [{ hold_id: kept.body.data.id }]);
});

test("a hold lasts from one minute to thirty", async () => {
  const calendar = await openCalendar(frontdesk);
  for (const minutes of [0, 31, 1.5]) {
    const answer = await hold(calendar, { minutes });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.error.details.fields[0].field, "minutes");
  }
});

test("claims are the database's own: nothing that speaks for a workspace can write one", async () => {
  const calendar = await openCalendar(frontdesk);
  const id = newId(frontdesk.app.clock.now());
  const forged = calendar.inside((ctx) =>
    ctx.db
      .insert("slot_claims", {
        subject_kind: "member",
        subject_id: calendar.workspace.adminId,
        occasion_id: id,
        seat: 0,
        booking_id: id,
        hold_id: null,
        claimed_from: ctx.now,
        claimed_until: new Date(ctx.now.getTime() + 1),
        expires_at: null,
      })
      .execute(),
  );
  await assert.rejects(forged, { code: "42501" });
});

test("an expired hold promises nothing: what the notice forbids by now is not booked with it, nor given back", async () => {
  const calendar = await openCalendar(frontdesk, { min_notice_hours: 1 });
  const now = frontdesk.app.clock.now();
  // A time that the notice allows now, and not any more when the hold has run out.
  const start = new Date(Math.ceil((now.getTime() + 3600_000) / 3600_000) * 3600_000);
  await calendar.workspace.call("PUT", "/api/v1/scheduling-availability", {
    weekly_hours: [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, start: "00:00", end: "24:00" })),
  });
  const wanted = { date: start.toISOString().slice(0, 10), time: start.toISOString().slice(11, 16) };
  await frontdesk.advance(
    start.getTime() - 3600_000 - 30_000 - frontdesk.app.clock.now().getTime() > 0
      ? (start.getTime() - 3600_000 - 30_000 - frontdesk.app.clock.now().getTime()) / 1000
      : 0,
  );
  const held = await hold(calendar, { ...wanted, minutes: 1 });
  assert.equal(held.status, 201, held.text);
  const { id } = held.body.data;
  await frontdesk.advance(60);
  const late = await calendar.book({ ...wanted, hold_id: id });
  assert.equal(late.body.error?.code, "SLOT_UNAVAILABLE", late.text);
  const still = await calendar.inside((ctx) => ctx.db.from("slot_holds").select("id").execute());
  assert.deepEqual(still, [{ id }], "nobody has removed it yet");
  assert.equal((await calendar.workspace.call("DELETE", `${holds}/${id}`)).status, 404);
});

test("an expired hold keeps no booking from moving there, a live one does", async () => {
  const calendar = await openCalendar(frontdesk);
  const move = (id: string, startsAt: Date) => calendar.inside((ctx) => reschedule(ctx, id, { startsAt }));
  const day = new Date(frontdesk.app.clock.now().getTime() + 7 * 24 * 3600_000);
  while (![1, 2, 3, 4].includes(day.getUTCDay())) day.setTime(day.getTime() + 24 * 3600_000);
  const date = day.toISOString().slice(0, 10);
  const { id } = (await calendar.book({ date, time: "13:00" })).body.data.booking;
  const held = await hold(calendar, { date, time: "10:00", minutes: 1 });
  assert.equal(held.status, 201, held.text);
  const startsAt = new Date(held.body.data.starts_at);
  await assert.rejects(move(id, startsAt), { code: "SLOT_UNAVAILABLE" });
  await frontdesk.advance(60);
  assert.equal((await move(id, startsAt)).starts_at.getTime(), startsAt.getTime());
});

test("a hold is locked while somebody books it, expired or not", async () => {
  const calendar = await openCalendar(frontdesk);
  const day = new Date(frontdesk.app.clock.now().getTime() + 7 * 24 * 3600_000);
  while (![1, 2, 3, 4].includes(day.getUTCDay())) day.setTime(day.getTime() + 24 * 3600_000);
  const { id } = (await hold(calendar, { date: day.toISOString().slice(0, 10) })).body.data;
  await calendar.inside(async (ctx) => {
    await findLiveHold(ctx, id);
    assert.equal(await isLocked(ctx, "slot_holds", id), false);
    await lockHold(ctx, id);
    assert.equal(await isLocked(ctx, "slot_holds", id), true);
  });
});
