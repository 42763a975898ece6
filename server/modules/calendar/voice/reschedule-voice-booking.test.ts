import assert from "node:assert/strict";
import { sql } from "kysely";
import { test } from "node:test";
import { listOutbox } from "../../../local-outbox.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { insertContact } from "../../crm/contacts/contacts.store.ts";
import { createLead } from "../../receptionist/leads/leads.ts";
import { openCalendar } from "../test-calendar.ts";
import type { TestCalendar } from "../test-calendar.ts";
import { annsMobile, failed, keysIn, spoken, voiceOf } from "./testing.ts";

const frontdesk = await startHarness();
const unmoved = "RESCHEDULE FAILED:";
const ann = { fullName: "Ann Lee", email: "ann@example.com", phone: annsMobile };
const friday = { phone: annsMobile, new_slot: "2026-03-06 14:00" };

async function booked(calendar: TestCalendar, time: string, more: object = {}): Promise<string> {
  const answer = await calendar.book({ ...ann, time, ...more });
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data.booking.id as string;
}

async function all(calendar: TestCalendar): Promise<Json[]> {
  const rows = (await calendar.workspace.call("GET", "/api/v1/scheduling-bookings?limit=100")).body
    .data as Json[];
  return rows.toSorted((a, b) => String(a.starts_at).localeCompare(String(b.starts_at)));
}

/** "confirmed 2026-03-06T14:00" of every booking, by start. */
async function standing(calendar: TestCalendar): Promise<string[]> {
  return (await all(calendar)).map((row) => `${row.status} ${String(row.starts_at).slice(0, 16)}`);
}

test("workspace.reschedule_voice_booking#0 workspace.reschedule_voice_booking#6 the only upcoming booking moves, in words", async () => {
  const calendar = await openCalendar(frontdesk);
  await booked(calendar, "10:00");
  const text = spoken(await voiceOf(calendar).reschedule({ args: friday }));
  const [old, moved] = await all(calendar);
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
  await booked(calendar, "10:00");
  await booked(calendar, "14:00", { date: "2026-03-06", phone: "+447700900111", email: "o@example.com" });
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
  const old = await booked(calendar, "10:00");
  spoken(await voiceOf(calendar).reschedule({ args: friday }));
  const trail = await calendar.inside((ctx) =>
    ctx.db
      .from("events")
      .select(["type", "record_id", "payload"])
      .where("type", "in", ["booking.created", "booking.cancelled"])
      .orderBy("id")
      .execute(),
  );
  const moved = (await all(calendar)).find(({ status }) => status === "confirmed");
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
  const old = await booked(calendar, "10:00");
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
    ctx.db.raw(sql<{ claims: number }>`select count(*)::int as claims from slot_claims`),
  );
  assert.equal(left[0]?.claims, 1, "and its time is free again");
  await owner("drop trigger refuse_cancelling on bookings");
  assert.match(spoken(await voiceOf(calendar).reschedule({ args: friday })), /^Moved!/);
});

test("workspace.reschedule_voice_booking#2 workspace.reschedule_voice_booking#6 with several nothing moves before one is chosen", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  await booked(calendar, "10:00");
  await booked(calendar, "12:00", { date: "2026-03-04" });
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
  await booked(calendar, "10:00");
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
  await booked(calendar, "10:00");
  spoken(await voice.reschedule({ args: { ...friday, new_slot: "2026-03-06 14:00" } }));
  assert.equal((await standing(calendar)).at(-1), "confirmed 2026-03-06T13:00");
  const perth = { ...friday, new_slot: "2026-03-09 22:00", timezone: "Australia/Perth" };
  spoken(await voice.reschedule({ args: perth }));
  assert.equal((await standing(calendar)).at(-1), "confirmed 2026-03-09T14:00");
  // An event type without a zone of its own keeps the workspace's.
  const plain = await openCalendar(frontdesk);
  await booked(plain, "10:00");
  spoken(await voiceOf(plain).reschedule({ args: friday }));
  assert.equal((await standing(plain)).at(-1), "confirmed 2026-03-06T14:00");
});

test("workspace.reschedule_voice_booking#5 workspace.reschedule_voice_booking#7 args hold what is documented, and the call names the caller", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  await booked(calendar, "10:00");
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

test("everything comes along: customer, notes, attendees, the member, and the one opportunity", async () => {
  const calendar = await openCalendar(frontdesk, { booking_deal_behavior: "create", duration_minutes: 45 });
  await calendar.addStaff("Bea");
  await booked(calendar, "10:00", {
    message: "Side door",
    attendees: [{ email: "tim@example.com", name: "Tim" }],
    booker_state: "VIC",
  });
  const [before] = await all(calendar);
  spoken(await voiceOf(calendar).reschedule({ args: friday }));
  const [, after] = await all(calendar);
  for (const field of [
    "event_type_id", "title", "contact_id", "deal_id", "user_id", "booker_name", "booker_email", "booker_phone",
    "booker_state", "message", "attendees", "timezone",
  ]) {
    assert.deepEqual(after[field], before[field], field);
  } // prettier-ignore
  assert.ok(before.deal_id);
  assert.equal(after.source, "voice");
  const deals = await calendar.inside((ctx) => ctx.db.from("opportunities").select("id").execute());
  assert.equal(deals.length, 1);
});

test("on the timeline of its lead a move is a move", async () => {
  const calendar = await openCalendar(frontdesk);
  const { workspace } = calendar;
  const phone = annsMobile;
  const leadId = await calendar.inside(async (ctx) => {
    const contact = await insertContact(ctx, { first_name: "Ann", phone });
    const event = { kind: "missed_call", providerId: "CA1" } as const;
    const wanted = { contactId: contact.id, phoneNumberId: null, customerE164: phone, event };
    return (await createLead(ctx, wanted)).lead.id;
  });
  const token = await workspace.privateToken(["WRITE_BOOKINGS"]);
  const made = await frontdesk.call("POST", "/api/private/v1/bookings", {
    key: token,
    body: {
      customerPhone: phone,
      scheduledStartAt: "2026-03-03T10:00:00Z",
      scheduledEndAt: "2026-03-03T11:00:00Z",
      serviceLabel: "Leak repair",
      leadId,
    },
  });
  assert.equal(made.status, 201, made.text);
  spoken(await voiceOf(calendar).reschedule({ args: friday }));
  await frontdesk.settle();
  const told = await calendar.inside((ctx) =>
    ctx.db.from("lead_events").select("type").where("lead_id", "=", leadId).orderBy("id").execute(),
  );
  assert.deepEqual(
    told.map(({ type }) => type).filter((type) => type.startsWith("book")),
    ["booked", "booked", "booking_rescheduled"],
  );
});

test("another member takes it when the one before is not free", async () => {
  const calendar = await openCalendar(frontdesk);
  await booked(calendar, "10:00");
  await booked(calendar, "14:00", { date: "2026-03-06", phone: "+447700900111", email: "o@example.com" });
  const bea = await calendar.addStaff("Bea");
  spoken(await voiceOf(calendar).reschedule({ args: friday }));
  assert.equal((await all(calendar)).at(-1).user_id, bea);
});

test("half an hour later runs into the booking itself, and moves it", async () => {
  const calendar = await openCalendar(frontdesk);
  const id = await booked(calendar, "10:00");
  const text = spoken(
    await voiceOf(calendar).reschedule({ args: { ...friday, new_slot: "2026-03-03 10:30" } }),
  );
  assert.match(text, /^Moved! .* to Tuesday the 3rd of March at 10:30 AM/);
  assert.deepEqual(await standing(calendar), ["confirmed 2026-03-03T10:30"]);
  assert.equal((await all(calendar))[0].id, id);
});

test("the customer hears of the move once: no cancellation, one confirmation a channel, one mail that mends the calendar", async () => {
  const calendar = await openCalendar(frontdesk);
  const email = `ann-${calendar.workspace.slug}@example.com`;
  const old = await booked(calendar, "10:00", { email });
  await frontdesk.settle();
  const mailsTo = async () => (await listOutbox(frontdesk.app.database)).filter(({ to }) => to === email);
  const before = new Set((await mailsTo()).map(({ key }) => key));
  spoken(await voiceOf(calendar).reschedule({ args: friday }));
  await frontdesk.settle();
  const moved = (await all(calendar)).find(({ status }) => status === "confirmed");
  const messages = await calendar.inside((ctx) =>
    ctx.db.from("booking_messages").select(["kind", "channel", "status", "booking_id"]).execute(),
  );
  const said = messages.filter(({ booking_id: id }) => id === moved.id);
  assert.deepEqual(
    said
      .filter(({ kind }) => kind === "confirmation")
      .map(({ channel }) => channel)
      .toSorted(),
    ["email", "sms"],
  );
  const ofOld = messages.filter(({ booking_id: id }) => id === old);
  assert.ok(ofOld.length > 0);
  assert.deepEqual(
    ofOld.filter(({ kind, status }) => kind === "cancellation" || status === "pending"),
    [],
  );
  const news = (await mailsTo()).filter(({ key }) => !before.has(key));
  const withFiles = news.filter(({ attachments = [] }) => attachments.length > 0);
  assert.equal(withFiles.length, 1);
  assert.match(withFiles[0]!.subject ?? "", /Leak repair.*(March 6|6 Mar)/);
  const files = (withFiles[0]!.attachments ?? []).map(({ content }) => new TextDecoder().decode(content));
  assert.match(files[0] ?? "", new RegExp(`METHOD:REQUEST[^]*UID:${moved.id}[^]*DTSTART:20260306T140000Z`));
  assert.match(files[1] ?? "", new RegExp(`METHOD:CANCEL[^]*UID:${old}[^]*SEQUENCE:1[^]*STATUS:CANCELLED`));
  for (const { subject = "", body } of news) assert.doesNotMatch(subject + body, /cancelled/i);
});

test("the same request sent twice moves once, and never somebody else's turn in the list", async () => {
  const calendar = await openCalendar(frontdesk);
  await calendar.addStaff("Bea");
  const voice = voiceOf(calendar);
  await booked(calendar, "10:00");
  await booked(calendar, "12:00", { date: "2026-03-04" });
  const body = { call: { call_id: "call_1" }, args: { ...friday, booking_selector: "1" } };
  assert.match(spoken(await voice.reschedule(body)), /^Moved!/);
  const after = await standing(calendar);
  assert.match(
    spoken(await voice.reschedule(body)),
    /^Moved already, nothing was moved twice: Leak repair is on Friday/,
  );
  assert.deepEqual(await standing(calendar), after);
});

test("to the time it has, a booking does not move", async () => {
  const calendar = await openCalendar(frontdesk);
  await booked(calendar, "10:00");
  const text = spoken(
    await voiceOf(calendar).reschedule({ args: { ...friday, new_slot: "2026-03-03 10:00" } }),
  );
  assert.match(text, /^It is at that time already: Leak repair is on Tuesday the 3rd of March at 10 AM/);
  assert.deepEqual(await standing(calendar), ["confirmed 2026-03-03T10:00"]);
});
