import assert from "node:assert/strict";
import { sql } from "kysely";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { openCalendar } from "../test-calendar.ts";
import type { TestCalendar } from "../test-calendar.ts";
import { annsMobile, bookedAt, failed, spoken, voiceOf } from "./testing.ts";

const frontdesk = await startHarness();
const uncancelled = "BOOKING CANCELLATION FAILED:";
const ours = "+442079460999";

async function read(calendar: TestCalendar, id: string): Promise<Json> {
  return (await calendar.workspace.call("GET", `/api/v1/scheduling-bookings/${id}`)).body.data;
}

async function statuses(calendar: TestCalendar, ids: string[]): Promise<string> {
  const rows = await Promise.all(ids.map((id) => read(calendar, id)));
  return rows.map(({ status }) => status).join(" ");
}

async function anotherType(calendar: TestCalendar, name: string): Promise<string> {
  const made = await calendar.workspace.call("POST", "/api/v1/scheduled-event-types", { name });
  assert.equal(made.status, 201, made.text);
  return made.body.data.id as string;
}

test("workspace.cancel_voice_booking#0 workspace.cancel_voice_booking#2 the only upcoming booking is cancelled, in words", async () => {
  const calendar = await openCalendar(frontdesk);
  const id = await bookedAt(calendar, "10:00");
  const text = spoken(await voiceOf(calendar).cancel({ args: { phone: annsMobile } }));
  assert.match(text, /^Cancelled: Leak repair on Tuesday the 3rd of March at 10 AM, London time\./);
  assert.equal(await statuses(calendar, [id]), "cancelled");
});

test("workspace.cancel_voice_booking#0 a failure is 200, begins by saying so, and cancels nothing", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const stranger = await openCalendar(frontdesk);
  const theirs = await bookedAt(stranger, "10:00");
  const own = await bookedAt(calendar, "10:00", { phone: "+447700900111", email: "o@example.com" });
  const bodies: [unknown, RegExp][] = [
    [undefined, /phone: is missing/],
    [{}, /phone: is missing/],
    [{ args: {} }, /phone: is missing/],
    [{ call: { call_type: "web_call" }, args: {} }, /phone: is missing/],
    [{ args: { phone: "12" } }, /phone: 12 is no phone number/],
    [{ args: { phone: 12 } }, /phone/],
    [{ args: { phone: "{{user_number}}" } }, /phone: still holds the template \{\{user_number\}\}/],
    [{ args: { phone: annsMobile } }, /Nobody with this number has an upcoming booking/],
    [{ args: { phone: annsMobile, booking_selector: {} } }, /booking_selector/],
    [{ args: { phone: "+447700900111", booking_selector: "2" } }, /There is no number 2/],
    [{ args: { phone: "+447700900111", booking_selector: 7 } }, /There is no number 7/],
    [{ args: { phone: "+447700900111", booking_selector: "haircut" } }, /None .* fits "haircut"/],
    ["{", /not valid JSON/],
  ];
  for (const [body, why] of bodies) assert.match(failed(await voice.cancel(body), uncancelled), why);
  assert.equal(await statuses(calendar, [own]), "confirmed");
  assert.equal(await statuses(stranger, [theirs]), "confirmed");
});

test("workspace.cancel_voice_booking#1 the caller is who args name, else who rang in or was rung up", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const other = "+447700900999";
  for (const body of [
    { call: { direction: "inbound", from_number: other, to_number: ours }, args: { phone: annsMobile } },
    { call: { direction: "inbound", from_number: annsMobile, to_number: ours }, args: {} },
    { call: { direction: "outbound", from_number: ours, to_number: annsMobile }, args: {} },
    { call: { direction: "inbound", from_number: annsMobile }, args: { phone: "" } },
    { args: { phone: "07700 900321" } },
  ]) {
    const id = await bookedAt(calendar, "10:00");
    spoken(await voice.cancel({ name: "cancel", ...body }));
    assert.equal(await statuses(calendar, [id]), "cancelled", JSON.stringify(body));
  }
});

test("workspace.cancel_voice_booking#1 numbers written the Australian way, and bookings made under a number no contact has", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const id = await bookedAt(calendar, "10:00", { phone: "+61412345678" });
  // The same address with another number: the contact keeps the number it has, the booking knows the one it was made with.
  const later = await bookedAt(calendar, "12:00", { phone: "+61487654321" });
  spoken(await voice.cancel({ args: { phone: "0487 654 321" } }));
  assert.equal(await statuses(calendar, [id, later]), "confirmed cancelled");
  spoken(await voice.cancel({ args: { phone: "0412 345 678", booking_selector: "1" } }));
  assert.equal(await statuses(calendar, [id, later]), "cancelled cancelled");
});

test("workspace.cancel_voice_booking#2 of several nothing is cancelled before one is chosen, from a list in a fixed order", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const ids = [
    await bookedAt(calendar, "15:00"),
    await bookedAt(calendar, "09:00", { date: "2026-03-05" }),
    await bookedAt(calendar, "10:00"),
  ];
  const expected = [
    "Nothing was changed yet. The caller has 3 upcoming bookings:",
    "1. Leak repair on Tuesday the 3rd of March at 10 AM",
    "2. Leak repair on Tuesday the 3rd of March at 3 PM",
    "3. Leak repair on Thursday the 5th of March at 9 AM",
    "Ask which one to cancel, then send its number as booking_selector.",
  ].join("\n");
  for (const selector of [undefined, null, "", "leak"]) {
    const text = spoken(await voice.cancel({ args: { phone: annsMobile, booking_selector: selector } }));
    if (selector === "leak") assert.match(text, /"leak" fits more than one of them\..*\n1\. Leak/);
    else assert.equal(text, expected);
  }
  assert.equal(await statuses(calendar, ids), "confirmed confirmed confirmed");
});

test("workspace.cancel_voice_booking#3 a number of the list, the beginning of an id, or part of a name", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const boiler = await anotherType(calendar, "Boiler service");
  const drain = await anotherType(calendar, "Drain cleaning");
  const cancelled = async (booking_selector: unknown): Promise<string> => {
    spoken(await voice.cancel({ args: { phone: annsMobile, booking_selector } }));
    const rows = (await calendar.workspace.call("GET", "/api/v1/scheduling-bookings")).body.data as Json[];
    const gone = rows.filter(({ status }) => status === "cancelled").map((row) => row.event_type_name);
    await calendar.inside((ctx) =>
      ctx.db.raw(sql`delete from bookings where workspace_id = ${ctx.workspaceId}`),
    );
    return gone.join(" ");
  };
  const three = async (): Promise<string[]> => [
    await bookedAt(calendar, "10:00"),
    await bookedAt(calendar, "12:00", { event_type_id: boiler }),
    await bookedAt(calendar, "14:00", { event_type_id: drain }),
  ];
  for (const [selector, name] of [
    ["1", "Leak repair"],
    ["2", "Boiler service"],
    [3, "Drain cleaning"],
    ["#2", "Boiler service"],
    ["the second one", "Boiler service"],
    ["boiler", "Boiler service"],
    ["DRAIN", "Drain cleaning"],
  ] as const) {
    await three();
    assert.equal(await cancelled(selector), name, String(selector));
  }
  const ids = await three();
  assert.equal(await cancelled(ids[1]!.toUpperCase()), "Boiler service");
  const again = await three();
  assert.equal(await cancelled(again[2]!.slice(0, -3)), "Drain cleaning");
  // The ids of bookings made at one moment begin alike: four characters fit them all, and then nothing is done.
  const alike = await three();
  const text = spoken(
    await voice.cancel({ args: { phone: annsMobile, booking_selector: alike[0]!.slice(0, 4) } }),
  );
  assert.match(text, /fits more than one of them/);
  assert.equal(await statuses(calendar, alike), "confirmed confirmed confirmed");
});

test("workspace.cancel_voice_booking#4 the reason is kept with the booking", async () => {
  const calendar = await openCalendar(frontdesk);
  const id = await bookedAt(calendar, "10:00");
  spoken(await voiceOf(calendar).cancel({ args: { phone: annsMobile, reason: " Feeling better " } }));
  assert.equal((await read(calendar, id)).cancellation_reason, "Feeling better");
});

test("workspace.cancel_voice_booking#5 what is documented lives inside args; flat works too", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const ids = [await bookedAt(calendar, "10:00"), await bookedAt(calendar, "12:00")];
  spoken(await voice.cancel({ args: { phone: annsMobile, booking_selector: "2", reason: "no time" } }));
  assert.equal(await statuses(calendar, ids), "confirmed cancelled");
  spoken(await voice.cancel({ phone: annsMobile, booking_selector: "1" }));
  assert.equal(await statuses(calendar, ids), "cancelled cancelled");
});

test("the same request sent twice cancels once: a number keeps its meaning for the call", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const ids = [
    await bookedAt(calendar, "10:00"),
    await bookedAt(calendar, "12:00"),
    await bookedAt(calendar, "14:00"),
  ];
  const first = { args: { phone: annsMobile, booking_selector: "1" } };
  assert.match(spoken(await voice.cancel(first)), /^Cancelled: /);
  assert.match(spoken(await voice.cancel(first)), /^That is cancelled already: Leak repair on Tuesday/);
  assert.equal(await statuses(calendar, ids), "cancelled confirmed confirmed");
  const list = spoken(await voice.cancel({ args: { phone: annsMobile } }));
  assert.match(list, /The caller has 2 upcoming bookings:\n1\. .* 12 PM\n2\. .* 2 PM\n/);
  spoken(await voice.cancel({ args: { phone: annsMobile, booking_selector: "2" } }));
  const last = { args: { phone: annsMobile } };
  assert.match(spoken(await voice.cancel(last)), /^Cancelled: .* 12 PM/);
  assert.match(spoken(await voice.cancel(last)), /^That is cancelled already/);
  await frontdesk.advance(16 * 60);
  failed(await voice.cancel(last), uncancelled);
});

test("a number counts what is to come, and never says that a live booking is cancelled", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const first = { args: { phone: annsMobile, booking_selector: "1" } };
  for (const cancelling of [{ args: { phone: annsMobile } }, first]) {
    const gone = await bookedAt(calendar, "10:00");
    spoken(await voice.cancel(cancelling));
    const again = await bookedAt(calendar, "10:00");
    assert.equal(await statuses(calendar, [gone, again]), "cancelled confirmed");
    assert.match(spoken(await voice.cancel(first)), /^Cancelled: Leak repair on .* 10 AM/);
    assert.equal(await statuses(calendar, [gone, again]), "cancelled cancelled");
  }
  const listed = [await bookedAt(calendar, "12:00"), await bookedAt(calendar, "15:00")];
  const list = spoken(await voice.cancel({ args: { phone: annsMobile } }));
  assert.match(list, /The caller has 2 upcoming bookings:\n1\. .* 12 PM\n2\. .* 3 PM\nAsk/);
  assert.equal(await statuses(calendar, listed), "confirmed confirmed");
});

test("a number means what was read under it in that call, whoever shortened the list since", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const ids = [
    await bookedAt(calendar, "10:00"),
    await bookedAt(calendar, "12:00"),
    await bookedAt(calendar, "14:00"),
  ];
  const call = { call_id: "call_20", direction: "inbound", from_number: annsMobile };
  assert.match(spoken(await voice.cancel({ call, args: {} })), /3 upcoming bookings/);
  await calendar.workspace.call("POST", `/api/v1/scheduling-bookings/${ids[0]}/cancel`);
  assert.match(spoken(await voice.cancel({ call, args: { booking_selector: "2" } })), /^Cancelled: .* 12 PM/);
  assert.match(
    spoken(await voice.cancel({ call, args: { booking_selector: "2" } })),
    /^That is cancelled already: .* 12 PM/,
  );
  // Another call was read nothing: there is one booking, and it is number one.
  const other = { call_id: "call_21", direction: "inbound", from_number: annsMobile };
  assert.match(
    failed(await voice.cancel({ call: other, args: { booking_selector: "2" } }), uncancelled),
    /no number 2/,
  );
  assert.match(
    spoken(await voice.cancel({ call: other, args: { booking_selector: "1" } })),
    /^Cancelled: .* 2 PM/,
  );
});

test("the same number from one call twice at once cancels one booking", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const ids = [
    await bookedAt(calendar, "10:00"),
    await bookedAt(calendar, "12:00"),
    await bookedAt(calendar, "14:00"),
  ];
  const body = { call: { call_id: "call_22" }, args: { phone: annsMobile, booking_selector: "1" } };
  for (const answer of await Promise.all([1, 2, 3].map(() => voice.cancel(body)))) spoken(answer);
  assert.equal(await statuses(calendar, ids), "cancelled confirmed confirmed");
});

test("a list is forgotten after a quarter of an hour", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const days = ["2026-03-09", "2026-03-10"];
  const ids = [
    await bookedAt(calendar, "10:00", { date: days[0] }),
    await bookedAt(calendar, "10:00", { date: days[1] }),
  ];
  const first = { args: { phone: annsMobile, booking_selector: "1" } };
  spoken(await voice.cancel(first));
  await frontdesk.advance(15 * 60);
  assert.match(spoken(await voice.cancel(first)), /^Cancelled: .* the 10th/);
  assert.equal(await statuses(calendar, ids), "cancelled cancelled");
});

test("what has begun is no longer upcoming", async () => {
  const calendar = await openCalendar(frontdesk);
  const now = frontdesk.app.clock.now();
  await bookedAt(calendar, "12:00", { date: now.toISOString().slice(0, 10) });
  await frontdesk.advance(4 * 60 * 60);
  failed(await voiceOf(calendar).cancel({ args: { phone: annsMobile } }), uncancelled);
});
