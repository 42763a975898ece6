import assert from "node:assert/strict";
import { sql } from "kysely";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { openCalendar } from "../test-calendar.ts";
import { annsMobile, bookedAt, bookingsIn, failed, keysIn, spoken, standing, voiceOf } from "./testing.ts";

const frontdesk = await startHarness();
const unmoved = "RESCHEDULE FAILED:";
const friday = { phone: annsMobile, new_slot: "2026-03-06 14:00" };

test("workspace.reschedule_voice_booking#0 workspace.reschedule_voice_booking#6 the only upcoming booking moves, in words", async () => {
  const calendar = await openCalendar(frontdesk);
  await bookedAt(calendar, "10:00");
  const text = spoken(await voiceOf(calendar).reschedule({ args: friday }));
  const [old, moved] = await bookingsIn(calendar);
  assert.equal(
    text,
    `Moved! Leak repair has moved from Tuesday the 3rd of March at 10 AM to Friday the 6th of March at 2 PM, London time. Booking ID: ${moved.id}`,
  );
  assert.deepEqual(await standing(calendar), ["cancelled 2026-03-03T10:00", "confirmed 2026-03-06T14:00"]);
  assert.notEqual(old.id, moved.id);
});

test("workspace.reschedule_voice_booking#0 a failure is 200, begins by saying so, and moves nothing", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  await bookedAt(calendar, "10:00");
  await bookedAt(calendar, "14:00", { date: "2026-03-06", phone: "+447700900111", email: "o@example.com" });
  const before = await standing(calendar);
  const bodies: [unknown, RegExp][] = [
    [undefined, /new_slot/],
    [{ args: { phone: annsMobile } }, /new_slot/],
    [{ args: { new_slot: "2026-03-06 10:00" } }, /phone: is missing/],
    [{ args: { ...friday, phone: "+447700900555" } }, /Nobody with this number/],
    [{ args: { ...friday, booking_selector: "3" } }, /There is no number 3/],
    [{ args: { ...friday, new_slot: "{{new_slot}}" } }, /still holds the template \{\{new_slot\}\}/],
    [{ args: { ...friday, timezone: "Mars/Base" } }, /timezone: Mars\/Base/],
    [{ args: { ...friday, new_slot: "2026-03-02 08:00" } }, /is over/],
    ["[", /not valid JSON/],
  ];
  for (const [body, why] of bodies) assert.match(failed(await voice.reschedule(body), unmoved), why);
  const taken = failed(await voice.reschedule({ args: friday }), unmoved);
  assert.match(taken, /Friday the 6th of March at 2 PM, London time, is not open/);
  assert.match(taken, /Offer instead: .*\[slot:"2026-03-06 13:00"\]/);
  assert.deepEqual(await standing(calendar), before);
  spoken(await voice.reschedule({ args: { ...friday, new_slot: keysIn(taken)[0] } }));
});

test("workspace.reschedule_voice_booking#1 the new booking is there before the old one goes", async () => {
  const calendar = await openCalendar(frontdesk);
  const old = await bookedAt(calendar, "10:00");
  spoken(await voiceOf(calendar).reschedule({ args: friday }));
  const trail = await calendar.inside((ctx) =>
    ctx.db
      .from("events")
      .select(["type", "record_id", "payload"])
      .where("type", "in", ["booking.created", "booking.cancelled"])
      .orderBy("id")
      .execute(),
  );
  const moved = (await bookingsIn(calendar)).find(({ status }) => status === "confirmed");
  assert.deepEqual(
    trail.map(({ type, record_id }) => [type, record_id]),
    [
      ["booking.created", old],
      ["booking.created", moved.id],
      ["booking.cancelled", old],
    ],
  );
  assert.deepEqual(
    trail
      .slice(1)
      .map(({ payload }) => [
        (payload as Json).replaces_booking_id,
        (payload as Json).replaced_by_booking_id,
      ]),
    [
      [old, undefined],
      [undefined, moved.id],
    ],
  );
  assert.equal(moved.replaces_booking_id, old);
  const audit = await calendar.inside((ctx) =>
    ctx.db
      .from("audit_entries")
      .select("changes")
      .where("record_id", "=", old)
      .orderBy("id", "desc")
      .execute(),
  );
  assert.match(JSON.stringify(audit[0]?.changes), new RegExp(`replaced_by_booking_id.*${moved.id}`));
});

test("workspace.reschedule_voice_booking#1 when the old one cannot be cancelled the new one was never made", async () => {
  const calendar = await openCalendar(frontdesk);
  const old = await bookedAt(calendar, "10:00");
  const before = await standing(calendar);
  const owner = (text: string) => frontdesk.app.database.owner(text);
  await owner(`create function refuse_cancelling() returns trigger language plpgsql as $$
    begin raise exception 'the old booking cannot be cancelled'; end $$`);
  await owner(`create trigger refuse_cancelling before update on bookings for each row
    when (old.id = '${old}' and new.status = 'cancelled') execute function refuse_cancelling()`);
  const text = failed(await voiceOf(calendar).reschedule({ args: friday }), unmoved);
  assert.match(text, /Something went wrong on our side/);
  assert.deepEqual(await standing(calendar), before);
  const left = await calendar.inside((ctx) =>
    ctx.db.raw(
      sql<{
        claims: number;
      }>`select count(*)::int as claims from slot_claims where workspace_id = ${ctx.workspaceId}`,
    ),
  );
  assert.equal(left[0]?.claims, 1, "and its time is free again");
  await owner("drop trigger refuse_cancelling on bookings");
  assert.match(spoken(await voiceOf(calendar).reschedule({ args: friday })), /^Moved!/);
});

test("workspace.reschedule_voice_booking#2 workspace.reschedule_voice_booking#6 with several nothing moves before one is chosen", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  await bookedAt(calendar, "10:00");
  await bookedAt(calendar, "12:00", { date: "2026-03-04" });
  const before = await standing(calendar);
  const list = spoken(await voice.reschedule({ args: friday }));
  assert.equal(
    list,
    [
      "Nothing was changed yet. The caller has 2 upcoming bookings:",
      "1. Leak repair on Tuesday the 3rd of March at 10 AM",
      "2. Leak repair on Wednesday the 4th of March at 12 PM",
      "Ask which one to move, then send its number as booking_selector.",
    ].join("\n"),
  );
  assert.deepEqual(await standing(calendar), before);
  assert.match(
    spoken(await voice.reschedule({ args: { ...friday, booking_selector: "leak" } })),
    /fits more than one/,
  );
  spoken(await voice.reschedule({ args: { ...friday, booking_selector: "2" } }));
  assert.deepEqual(await standing(calendar), [
    "confirmed 2026-03-03T10:00",
    "cancelled 2026-03-04T12:00",
    "confirmed 2026-03-06T14:00",
  ]);
});

test("workspace.reschedule_voice_booking#3 new_slot is YYYY-MM-DD HH:MM and nothing else", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  await bookedAt(calendar, "10:00");
  for (const new_slot of [
    "friday at 2",
    "2026-03-06T14:00:00Z",
    "2026-03-06",
    "06/03/2026 14:00",
    "2026-02-30 14:00",
  ]) {
    assert.match(failed(await voice.reschedule({ args: { ...friday, new_slot } }), unmoved), /new_slot/);
  }
  assert.deepEqual(await standing(calendar), ["confirmed 2026-03-03T10:00"]);
});

test("workspace.reschedule_voice_booking#4 the slot is on the event type's clock unless another zone is named", async () => {
  const calendar = await openCalendar(frontdesk, { timezone: "Europe/Paris" });
  const voice = voiceOf(calendar);
  await bookedAt(calendar, "10:00");
  spoken(await voice.reschedule({ args: { ...friday, new_slot: "2026-03-06 14:00" } }));
  assert.equal((await standing(calendar)).at(-1), "confirmed 2026-03-06T13:00");
  const perth = { ...friday, new_slot: "2026-03-09 22:00", timezone: "Australia/Perth" };
  spoken(await voice.reschedule({ args: perth }));
  assert.equal((await standing(calendar)).at(-1), "confirmed 2026-03-09T14:00");
  // An event type without a zone of its own keeps the workspace's.
  const plain = await openCalendar(frontdesk);
  await bookedAt(plain, "10:00");
  spoken(await voiceOf(plain).reschedule({ args: friday }));
  assert.equal((await standing(plain)).at(-1), "confirmed 2026-03-06T14:00");
});

test("workspace.reschedule_voice_booking#5 workspace.reschedule_voice_booking#7 args hold what is documented, and the call names the caller", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  await bookedAt(calendar, "10:00");
  const ours = "+442079460999";
  for (const [hour, body] of [
    { call: { direction: "inbound", from_number: annsMobile, to_number: ours }, args: {} },
    { call: { direction: "outbound", from_number: ours, to_number: annsMobile }, args: {} },
    {
      call: { direction: "inbound", from_number: ours },
      args: { phone: "07700 900321", timezone: "Europe/London" },
    },
  ].entries()) {
    const new_slot = `2026-03-06 1${hour}:00`;
    spoken(await voice.reschedule({ name: "move", ...body, args: { ...body.args, new_slot } }));
    assert.equal((await standing(calendar)).at(-1), `confirmed 2026-03-06T1${hour}:00`);
  }
  spoken(await voice.reschedule({ phone: annsMobile, new_slot: "2026-03-06 15:00", booking_selector: "1" }));
  assert.equal((await standing(calendar)).at(-1), "confirmed 2026-03-06T15:00");
});

test("the same request sent twice moves once, and never somebody else's turn in the list", async () => {
  const calendar = await openCalendar(frontdesk);
  await calendar.addStaff("Bea");
  const voice = voiceOf(calendar);
  await bookedAt(calendar, "10:00");
  await bookedAt(calendar, "12:00", { date: "2026-03-04" });
  const body = { call: { call_id: "call_1" }, args: { ...friday, booking_selector: "1" } };
  assert.match(spoken(await voice.reschedule(body)), /^Moved!/);
  const after = await standing(calendar);
  assert.match(
    spoken(await voice.reschedule(body)),
    /^Moved already, nothing was moved twice: Leak repair is on Friday/,
  );
  assert.deepEqual(await standing(calendar), after);
});

test("a booking that was cancelled is not numbered, and one to come is moved by its number", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  await bookedAt(calendar, "10:00");
  spoken(await voice.cancel({ args: { phone: annsMobile } }));
  await bookedAt(calendar, "10:00");
  const text = spoken(await voice.reschedule({ args: { ...friday, booking_selector: "1" } }));
  assert.match(text, /^Moved! Leak repair has moved from Tuesday/);
  assert.deepEqual(await standing(calendar), [
    "cancelled 2026-03-03T10:00",
    "cancelled 2026-03-03T10:00",
    "confirmed 2026-03-06T14:00",
  ]);
});

test("what is cancelled cannot be moved, by whatever it is named", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const id = await bookedAt(calendar, "10:00");
  spoken(await voice.cancel({ args: { phone: annsMobile } }));
  for (const booking_selector of [undefined, id, "leak"]) {
    const text = failed(await voice.reschedule({ args: { ...friday, booking_selector } }), unmoved);
    assert.match(text, /is cancelled and cannot be moved/);
  }
});

test("to the time it has, a booking does not move", async () => {
  const calendar = await openCalendar(frontdesk);
  await bookedAt(calendar, "10:00");
  const text = spoken(
    await voiceOf(calendar).reschedule({ args: { ...friday, new_slot: "2026-03-03 10:00" } }),
  );
  assert.match(text, /^It is at that time already: Leak repair is on Tuesday the 3rd of March at 10 AM/);
  assert.deepEqual(await standing(calendar), ["confirmed 2026-03-03T10:00"]);
});
