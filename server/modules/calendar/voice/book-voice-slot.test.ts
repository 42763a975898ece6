import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { openCalendar } from "../test-calendar.ts";
import { annsMobile, bookingsIn, caller, failed, keysIn, spoken, unbooked, voiceOf } from "./testing.ts";

const frontdesk = await startHarness();
const london = { timezone: "Europe/London" };
const tuesday = { slot: "2026-03-03 10:00", ...london };

test("workspace.book_voice_slot#0 a sentence with everything the caller wants to hear", async () => {
  const calendar = await openCalendar(frontdesk, {
    description: "We find the leak and stop it",
    duration_minutes: 90,
    booking_confirmation_message: "Mind the dog.",
  });
  const text = spoken(await voiceOf(calendar).book(tuesday));
  const [booking] = await bookingsIn(calendar);
  const { name } = await calendar.inside((ctx) =>
    ctx.db
      .from("members")
      .select("name")
      .where("id", "=", calendar.workspace.adminId)
      .executeTakeFirstOrThrow(),
  );
  assert.equal(
    text,
    `Booked! Ann Lee is booked for Leak repair (90 minutes) with ${name} on Tuesday the 3rd of March from 10 AM to 11:30 AM, London time. We find the leak and stop it. Mind the dog. Booking ID: ${booking.id}`,
  );
  assert.deepEqual(
    [booking.starts_at, booking.booker_name, booking.booker_email, booking.source, booking.timezone],
    ["2026-03-03T10:00:00.000Z", "Ann Lee", "ann@example.com", "voice", "Europe/London"],
  );
  assert.ok(booking.deal_id, "an opportunity as for any booking");
});

test("workspace.book_voice_slot#0 the way into the meeting is said where there is one", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const call = { call_id: "call_1" };
  spoken(await voice.book({ ...tuesday, call }));
  await calendar.inside((ctx) =>
    ctx.db.update("bookings").set({ google_meet_link: "https://meet.google.com/abc-defg-hij" }).execute(),
  );
  assert.match(
    spoken(await voice.book({ ...tuesday, call })),
    /Google Meet link: https:\/\/meet\.google\.com\/abc-defg-hij Booking ID: /,
  );
});

test("workspace.book_voice_slot#1 whatever goes wrong is 200, says first that nothing is booked, and books nothing", async () => {
  const calendar = await openCalendar(frontdesk);
  const { workspace, eventType } = calendar;
  const voice = voiceOf(calendar);
  const stranger = await openCalendar(frontdesk);
  const url = `/api/v1/scheduling/voice/${eventType.id}/book`;
  const bodies: [unknown, RegExp][] = [
    [undefined, /slot/],
    [{}, /slot/],
    [[], /JSON object/],
    ["{ slot:", /not valid JSON/],
    [{ ...caller, ...tuesday, name: undefined }, /name/],
    [{ ...caller, ...tuesday, name: "  " }, /name: is empty/],
    [{ ...caller, ...tuesday, email: undefined }, /email/],
    [{ ...caller, ...tuesday, email: "ann at example" }, /email: ann at example.*spell/],
    [{ ...caller, ...tuesday, slot: 10 }, /slot/],
    [{ ...caller, ...tuesday, phone: "12" }, /phone: 12/],
    [{ ...caller, ...tuesday, timezone: "Mars/Base" }, /timezone: Mars\/Base/],
    [{ ...caller, ...tuesday, notes: "\0" }, /NUL/],
    [{ ...caller, ...tuesday, surprise: 1 }, /surprise/],
    [{ call: { call_id: "1" }, name: "book", args: { ...caller } }, /slot/],
  ];
  for (const [body, why] of bodies)
    assert.match(failed(await workspace.call("POST", url, body), unbooked), why);
  for (const id of [randomUUID(), "not-an-id", stranger.eventType.id as string]) {
    failed(await voice.book(tuesday, id), unbooked);
  }
  assert.deepEqual(await bookingsIn(calendar), []);
  assert.deepEqual(await bookingsIn(stranger), []);
});

test("workspace.book_voice_slot#1 a time taken meanwhile is refused with the nearest others", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  assert.equal((await calendar.book({ time: "10:00" })).status, 201);
  const text = failed(await voice.book(tuesday), unbooked);
  assert.match(text, /Tuesday the 3rd of March at 10 AM, London time, is not open, or not any more\./);
  assert.match(text, /Offer instead: Tuesday the 3rd of March at 9 AM \[slot:"2026-03-03 09:00"\], 11 AM \[/);
  const [first = ""] = keysIn(text);
  assert.match(spoken(await voice.book({ ...london, slot: first })), /^Booked!/);
});

test("workspace.book_voice_slot#1 a failure of our own is no success either", async (context) => {
  const calendar = await openCalendar(frontdesk);
  const { database } = frontdesk.app;
  context.mock.method(database, "transaction", () => Promise.reject(new Error("the disk is full")));
  const answer = await voiceOf(calendar).book(tuesday);
  context.mock.restoreAll();
  assert.match(failed(answer, unbooked), /Something went wrong on our side/);
});

test("workspace.book_voice_slot#1 whom the credential keeps out reads it too, and a held call is not done", async () => {
  const calendar = await openCalendar(frontdesk);
  const path = `/api/v1/scheduling/voice/${calendar.eventType.id}/book`;
  const body = { ...caller, ...tuesday };
  failed(await frontdesk.call("POST", path, { body }), unbooked, 401);
  const reader = await calendar.workspace.keyWith(["scheduling:read"]);
  failed(await frontdesk.call("POST", path, { key: reader, body }), unbooked, 403);
  const cautious = await calendar.workspace.keyWith(["scheduling:write"], "with-approval");
  const held = failed(await frontdesk.call("POST", path, { key: cautious, body }), unbooked);
  assert.match(held, /Somebody here has to agree first/);
  assert.deepEqual(await bookingsIn(calendar), []);
});

test("workspace.book_voice_slot#2 a template nobody filled in is named, with what to do", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  for (const [field, template] of [
    ["slot", "{{slot}}"],
    ["name", "{{customer_name}}"],
    ["name", "Ann {{ last_name }}"],
    ["email", "{{email}}"],
    ["phone", "{{user_number}}"],
    ["notes", "{{notes}}"],
    ["state", "{{state}}"],
    ["timezone", "{{timezone}}"],
  ] as const) {
    const text = failed(await voice.book({ ...tuesday, [field]: template }), unbooked);
    assert.ok(text.includes(`${field}: still holds the template ${/\{\{.*\}\}/.exec(template)?.[0]}`), text);
    assert.match(text, /let \w+ be filled/);
  }
  assert.deepEqual(await bookingsIn(calendar), []);
  const silent = { execution_message: "{{wait}}", call: { agent_name: "{{agent}}" } };
  spoken(await voice.book({ ...tuesday, ...silent }));
});

test("workspace.book_voice_slot#3 the platform's envelope and flat parameters alike", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const args = { ...caller, ...tuesday, execution_message: "One moment" };
  const call = { call_id: "call_9", call_type: "phone_call", transcript: "hello", agent_id: "agent_1" };
  assert.match(spoken(await voice.bookWith({ call, name: "book_slot", args })), /^Booked! Ann Lee/);
  assert.match(
    spoken(await voice.bookWith({ ...caller, ...london, slot: "2026-03-03 12:00" })),
    /^Booked! Ann Lee .* from 12 PM to 1 PM/,
  );
  const sources = (await bookingsIn(calendar)).map((one) => one.source_name).toSorted();
  assert.equal(sources.length, 2);
  assert.ok(sources.includes("Voice call call_9"));
});

test("workspace.book_voice_slot#4 only a slot of the listing, as it stands there", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  for (const slot of [
    "tomorrow at 10",
    "10:00",
    "2026-03-03",
    "2026-03-03T10:00:00Z",
    "2026-3-3 10:00",
    "2026-03-03 25:00",
    "2026-02-30 10:00",
    "03/03/2026 10:00",
    "2026-03-29 01:30",
    "",
  ]) {
    assert.match(failed(await voice.book({ ...london, slot }), unbooked), /slot/, slot);
  }
  for (const slot of [
    "2026-03-03 10:15",
    "2026-03-03 08:00",
    "2026-03-07 10:00",
    "2026-03-02 08:00",
    "2027-03-02 10:00",
  ]) {
    failed(await voice.book({ ...london, slot }), unbooked);
  }
  assert.deepEqual(await bookingsIn(calendar), []);
  assert.match(failed(await voice.book({ ...london, slot: "2026-03-02 08:00" }), unbooked), /is over/);
  for (const slot of keysIn(spoken(await voice.slots({ preferred_day: "tomorrow", ...london }))).slice(
    0,
    1,
  )) {
    spoken(await voice.book({ ...london, slot: `[slot:"${slot}"]` }));
  }
});

test("workspace.book_voice_slot#5 workspace.book_voice_slot#6 the slot is read on the clock it was listed by", async () => {
  const calendar = await openCalendar(frontdesk);
  const hours = [{ day: 2, start: "20:00", end: "24:00" }];
  await calendar.workspace.call("PUT", "/api/v1/scheduling-availability", { weekly_hours: hours });
  const voice = voiceOf(calendar);
  const variables = { call_id: "c", retell_llm_dynamic_variables: { state: "QLD" } };
  for (const [zone, slot, startsAt] of [
    [{}, "2026-03-04 07:00", "2026-03-03T20:00:00.000Z"],
    [{ state: "WA" }, "2026-03-04 05:00", "2026-03-03T21:00:00.000Z"],
    [{ call: variables }, "2026-03-04 08:00", "2026-03-03T22:00:00.000Z"],
    [{ timezone: "Europe/London" }, "2026-03-03 23:00", "2026-03-03T23:00:00.000Z"],
  ] as const) {
    const text = spoken(await voice.book({ ...zone, slot }));
    const id = /Booking ID: (\S+)/.exec(text)?.[1];
    const made = (await bookingsIn(calendar)).find((one) => one.id === id);
    assert.equal(made.starts_at, startsAt, text);
  }
  const states = (await bookingsIn(calendar)).map((one) => one.booker_state);
  assert.deepEqual(states.filter(Boolean).toSorted(), ["QLD", "WA"]);
});

test("workspace.book_voice_slot#7 the caller's number: as given, else the line they are on, else none", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const ours = "+442079460999";
  const call = (direction: string, from: string, to: string) => ({
    call_id: randomUUID(),
    direction,
    from_number: from,
    to_number: to,
  });
  const calls: [Record<string, unknown>, string | null][] = [
    [{ phone: annsMobile }, annsMobile],
    [{ phone: "07700 900321" }, annsMobile],
    [{ phone: "0412 345 678" }, "+61412345678"],
    [{ phone: annsMobile, call: call("inbound", "+447700900999", ours) }, annsMobile],
    [{ call: call("inbound", annsMobile, ours) }, annsMobile],
    [{ call: call("outbound", ours, annsMobile) }, annsMobile],
    [{ call: call("inbound", "anonymous", ours) }, null],
    [{}, null],
  ];
  for (const [index, [said, expected]] of calls.entries()) {
    const email = `ann${index}@example.com`;
    const slot = `2026-03-0${3 + Math.floor(index / 4)} ${["09", "11", "13", "15"][index % 4]}:00`;
    spoken(await voice.book({ ...london, ...said, slot, email }));
    const made = (await bookingsIn(calendar)).find((one) => one.booker_email === email);
    assert.equal(made.booker_phone, expected, JSON.stringify(said));
  }
});

test("workspace.book_voice_slot#8 what the caller said is kept with the booking", async () => {
  const calendar = await openCalendar(frontdesk);
  spoken(await voiceOf(calendar).book({ ...tuesday, notes: "The tap drips.\nSide door." }));
  assert.equal((await bookingsIn(calendar))[0].message, "The tap drips.\nSide door.");
});
