import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { openCalendar } from "../test-calendar.ts";
import { annsMobile, bookingsIn, caller, failed, spoken, unbooked, voiceOf } from "./testing.ts";

const frontdesk = await startHarness();
const london = { timezone: "Europe/London" };
const tuesday = { slot: "2026-03-03 10:00", ...london };

test("the same call sent again books nothing twice, however close behind", async () => {
  const calendar = await openCalendar(frontdesk);
  await calendar.addStaff("Bea");
  await calendar.addStaff("Cal");
  const voice = voiceOf(calendar);
  const body = { call: { call_id: "call_7" }, name: "book", args: { ...caller, ...tuesday } };
  const answers = await Promise.all([voice.bookWith(body), voice.bookWith(body), voice.bookWith(body)]);
  const texts = answers.map(spoken).toSorted();
  assert.match(
    texts[0] ?? "",
    /^Booked already, nothing was booked twice! Ann Lee is booked for Leak repair/,
  );
  assert.match(texts[2] ?? "", /^Booked! Ann Lee/);
  const [booking, ...more] = await bookingsIn(calendar);
  assert.deepEqual(more, []);
  for (const text of texts) assert.ok(text.endsWith(`Booking ID: ${booking.id}`));
  // Without a call's name, the customer's name and address tell.
  spoken(await voice.book({ ...london, slot: "2026-03-03 12:00" }));
  assert.match(
    spoken(await voice.book({ ...london, slot: "2026-03-03 12:00", name: "ann  LEE" })),
    /^Booked already/,
  );
  assert.equal((await bookingsIn(calendar)).length, 2);
});

test("one call may book for two people, and is told when it has the time already", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const call = { call_id: "call_8" };
  spoken(await voice.book({ ...tuesday, call }));
  const text = failed(await voice.book({ ...tuesday, call, name: "Tim Lee" }), unbooked);
  assert.match(text, /This call has booked Tuesday the 3rd of March at 10 AM for Ann Lee already/);
  await calendar.addStaff("Bea");
  assert.match(
    spoken(await voice.book({ ...tuesday, call, name: "Tim Lee" })),
    /^Booked! Tim Lee .* with Bea on/,
  );
});

test("a slot that was cancelled can be booked again by the same call", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const call = { call_id: "call_10", direction: "inbound", from_number: annsMobile };
  spoken(await voice.book({ ...tuesday, call }));
  assert.match(spoken(await voice.cancel({ call, args: {} })), /^Cancelled: Leak repair/);
  assert.match(spoken(await voice.book({ ...tuesday, call })), /^Booked! Ann Lee/);
});

test("of two callers who want one time, one has it and the other hears that they do not", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const callers = Array.from({ length: 4 }, (_, index) => ({
    ...tuesday,
    name: `Caller ${index}`,
    email: `caller${index}@example.com`,
    call: { call_id: `race_${index}` },
  }));
  const texts = (await Promise.all(callers.map((one) => voice.book(one)))).map(spoken);
  assert.equal(texts.filter((text) => text.startsWith("Booked!")).length, 1);
  assert.equal(texts.filter((text) => text.startsWith(unbooked)).length, 3);
  assert.equal((await bookingsIn(calendar)).length, 1);
});

test("the same person, service and time from another call is the same booking, however close behind", async () => {
  const calendar = await openCalendar(frontdesk);
  await calendar.addStaff("Bea");
  await calendar.addStaff("Cal");
  const voice = voiceOf(calendar);
  const from = (call_id: string, more: object = {}) => voice.book({ ...tuesday, call: { call_id }, ...more });
  const texts = (await Promise.all([from("a"), from("b"), from("c")])).map(spoken).toSorted();
  assert.deepEqual(
    texts.map((text) => text.slice(0, 7)),
    ["Booked ", "Booked ", "Booked!"],
  );
  assert.equal((await bookingsIn(calendar)).length, 1);
  // Known by the number as well as by the address, whoever writes the name down.
  spoken(await from("d", { slot: "2026-03-03 12:00", phone: annsMobile }));
  const again = { slot: "2026-03-03 12:00", phone: annsMobile, name: "ANN lee", email: "other@example.com" };
  assert.match(spoken(await from("e", again)), /^Booked already/);
  assert.equal((await bookingsIn(calendar)).length, 2);
  // Somebody else at the same address, another service, another time, or after a cancellation: another booking.
  assert.match(spoken(await from("f", { name: "Tim Lee" })), /^Booked! Tim Lee/);
  const noNumber = { slot: "2026-03-03 12:00", email: "third@example.com" };
  assert.match(spoken(await from("g", noNumber)), /^Booked! Ann Lee/);
  assert.equal((await bookingsIn(calendar)).length, 4);
});
