import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { openCalendar } from "../test-calendar.ts";
import type { TestCalendar } from "../test-calendar.ts";
import {
  annsMobile,
  bookedAt,
  bookingsIn,
  failed,
  keysIn,
  spoken,
  standing,
  unbooked,
  voiceOf,
} from "./testing.ts";

// Monday the 2nd of March 2026, 9 AM in London.
const frontdesk = await startHarness();
const london = { timezone: "Europe/London" };
const friday = { phone: annsMobile, new_slot: "2026-03-06 14:00" };

async function openAt(calendar: TestCalendar, day: number, start: string, end: string): Promise<void> {
  const weekly_hours = [{ day, start, end }];
  const answer = await calendar.workspace.call("PUT", "/api/v1/scheduling-availability", { weekly_hours });
  assert.equal(answer.status, 200, answer.text);
}

test("just the times a caller asks for, in their order, and the five nearest when there are none", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const clocks = async (preferred_day: string, preferred_time: string) =>
    keysIn(spoken(await voice.slots({ preferred_day, preferred_time, ...london }))).map((key) =>
      key.slice(5),
    );
  const on = (date: string, ...times: string[]) => times.map((time) => `${date} ${time}`);
  for (const [day, time, expected] of [
    ["wednesday", "around 2pm", on("03-04", "13:30", "14:00", "14:30")],
    ["wednesday", "between 2 and 4", on("03-04", "14:00", "14:30", "15:00", "15:30")],
    ["wednesday", "before 10", on("03-04", "09:00", "09:30")],
    ["wednesday", "8 pm", on("03-04", "14:00", "14:30", "15:00", "15:30", "16:00")],
    ["wednesday", "evening", on("03-04", "14:00", "14:30", "15:00", "15:30", "16:00")],
    ["wednesday", "6 am", on("03-04", "09:00", "09:30", "10:00", "10:30", "11:00")],
    ["saturday", "8 am", on("03-06", "14:00", "14:30", "15:00", "15:30", "16:00")],
    ["sunday", "8 pm", on("03-09", "09:00", "09:30", "10:00", "10:30", "11:00")],
  ] as const) {
    assert.deepEqual(await clocks(day, time), expected, `${day} ${time}`);
  }
});

test("around a time is an hour and a half away at most", async () => {
  const calendar = await openCalendar(frontdesk);
  await openAt(calendar, 3, "15:30", "17:30");
  const text = spoken(
    await voiceOf(calendar).slots({ preferred_day: "wednesday", preferred_time: "around 2pm", ...london }),
  );
  assert.deepEqual(keysIn(text), ["2026-03-04 15:30"]);
  assert.doesNotMatch(text, /Nothing is open/);
});

test("in the hour that comes twice a key books the first time round, and the second when that is taken", async () => {
  const calendar = await openCalendar(frontdesk);
  await openAt(calendar, 6, "15:00", "19:00");
  const voice = voiceOf(calendar);
  const slot = "2026-04-05 02:00";
  spoken(await voice.book({ slot }));
  spoken(await voice.book({ slot, name: "Tim Lee", email: "tim@example.com" }));
  failed(await voice.book({ slot, name: "Una Lee", email: "una@example.com" }), unbooked);
  assert.deepEqual(await standing(calendar), ["confirmed 2026-04-04T15:00", "confirmed 2026-04-04T16:00"]);
});

test("where the caller is, is known from their state or from a zone that was named, and else not", async () => {
  const calendar = await openCalendar(frontdesk);
  await openAt(calendar, 2, "20:00", "24:00");
  const voice = voiceOf(calendar);
  for (const [wanted, expected] of [
    [{ slot: "2026-03-04 07:00" }, null],
    [{ slot: "2026-03-04 08:00", state: "NSW" }, "Australia/Sydney"],
    [{ slot: "2026-03-03 22:00", timezone: "Europe/London" }, "Europe/London"],
  ] as const) {
    spoken(await voice.book(wanted));
    const rows = await calendar.inside((ctx) =>
      ctx.db.from("bookings").select("booker_timezone").orderBy("starts_at", "desc").limit(1).execute(),
    );
    assert.equal(rows[0]?.booker_timezone, expected, JSON.stringify(wanted));
  }
});

test("hosts are those the service is given to, or the staff, without those who left, oldest first", async () => {
  const calendar = await openCalendar(frontdesk);
  const bea = await calendar.addStaff("Bea");
  const cal = await calendar.addStaff("Cal");
  await calendar.inside((ctx) =>
    ctx.db.update("members").set({ is_staff: false }).where("id", "=", calendar.workspace.adminId).execute(),
  );
  const voice = voiceOf(calendar);
  const hosts = async () => /^Hosts?: (.*)$/m.exec(spoken(await voice.slots(london)))?.at(1);
  assert.equal(await hosts(), "Bea and Cal");
  const path = `/api/v1/scheduled-event-types/${calendar.eventType.id}`;
  await calendar.workspace.call("PATCH", path, { booking_assigned_user_ids: [cal] });
  assert.equal(await hosts(), "Cal");
  assert.match(spoken(await voice.book({ slot: "2026-03-03 10:00", ...london })), / with Cal on /);
  await calendar.workspace.call("PATCH", path, { booking_assigned_user_ids: [] });
  await calendar.inside((ctx) =>
    ctx.db.update("members").set({ status: "removed" }).where("id", "=", bea).execute(),
  );
  assert.equal(await hosts(), "Cal");
});

test("a time that is gone when nothing else is open either: somebody rings back", async () => {
  const calendar = await openCalendar(frontdesk);
  await openAt(calendar, 2, "10:00", "11:00");
  await calendar.workspace.call("PUT", "/api/v1/scheduling-availability", { weekly_hours: [] });
  const text = failed(await voiceOf(calendar).book({ slot: "2026-03-03 10:00", ...london }), unbooked);
  assert.match(text, /is not open, or not any more.*Nothing else is open at present/s);
});

test("a caller is known by the landline of their contact as well", async () => {
  const calendar = await openCalendar(frontdesk);
  await bookedAt(calendar, "10:00");
  const args = { phone: "+442079460123" };
  failed(await voiceOf(calendar).cancel({ args }), "BOOKING CANCELLATION FAILED:");
  await calendar.inside((ctx) => ctx.db.update("contacts").set({ landline: args.phone }).execute());
  assert.match(spoken(await voiceOf(calendar).cancel({ args })), /^Cancelled: Leak repair/);
});

test("by its name what is still on is meant, then what was cancelled last; a service is known by its new name too", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  for (const time of ["10:00", "12:00"]) await bookedAt(calendar, time);
  const cancel = async (booking_selector: string) =>
    spoken(await voice.cancel({ args: { phone: annsMobile, booking_selector } })).slice(0, 90);
  assert.match(await cancel("1"), /^Cancelled: .* 10 AM/);
  await calendar.workspace.call("PATCH", `/api/v1/scheduled-event-types/${calendar.eventType.id}`, {
    name: "Pipe mending",
  });
  assert.match(await cancel("PIPE"), /^Cancelled: .* 12 PM/);
  assert.match(await cancel("leak"), /^That is cancelled already: .* 12 PM/);
  const none = await voice.cancel({ args: { phone: annsMobile, booking_selector: "boiler" } });
  assert.match(failed(none, "BOOKING CANCELLATION FAILED:"), /Nobody with this number has/);
});

test("a move that is asked for again is a move that was done, for a quarter of an hour", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  await bookedAt(calendar, "10:00");
  await bookedAt(calendar, "12:00", { date: "2026-03-10" });
  const again = { args: friday };
  // One is there already, but nobody moved it there.
  assert.match(
    spoken(await voice.reschedule({ args: { ...friday, new_slot: "2026-03-03 10:00" } })),
    /^Nothing was changed yet/,
  );
  assert.match(spoken(await voice.reschedule({ args: { ...friday, booking_selector: "1" } })), /^Moved! /);
  assert.match(spoken(await voice.reschedule(again)), /^Moved already/);
  assert.match(
    spoken(await voice.reschedule({ args: { ...friday, booking_selector: "1" } })),
    /^Moved already/,
  );
  const [, moved] = (await bookingsIn(calendar)).filter(({ title }) => title === "Leak repair");
  const byId = { ...friday, booking_selector: moved.id as string };
  assert.match(spoken(await voice.reschedule({ args: byId })), /^It is at that time already/);
  await frontdesk.advance(15 * 60 - 1);
  assert.match(spoken(await voice.reschedule(again)), /^Moved already/);
  await frontdesk.advance(1);
  assert.match(spoken(await voice.reschedule(again)), /^Nothing was changed yet/);
  assert.equal((await standing(calendar)).filter((one) => one.startsWith("confirmed")).length, 2);
});

test("a team moves as a team", async () => {
  const calendar = await openCalendar(frontdesk, { host_assignment: "all" });
  const bea = await calendar.addStaff("Bea");
  const team = [calendar.workspace.adminId, bea].toSorted();
  const path = `/api/v1/scheduled-event-types/${calendar.eventType.id}`;
  await calendar.workspace.call("PATCH", path, { booking_assigned_user_ids: team });
  await bookedAt(calendar, "10:00");
  spoken(await voiceOf(calendar).reschedule({ args: friday }));
  const rows = await calendar.inside((ctx) =>
    ctx.db.from("bookings").select(["host_ids", "status"]).orderBy("starts_at").execute(),
  );
  assert.deepEqual(
    rows.map(({ status, host_ids }) => [status, host_ids.toSorted()]),
    [
      ["cancelled", team],
      ["confirmed", team],
    ],
  );
});
