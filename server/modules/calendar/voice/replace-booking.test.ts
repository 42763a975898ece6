import assert from "node:assert/strict";
import { test } from "node:test";
import { listOutbox } from "../../../local-outbox.ts";
import { startHarness } from "../../../testing/harness.ts";
import { insertContact } from "../../crm/contacts/contacts.store.ts";
import { createLead } from "../../receptionist/leads/leads.ts";
import { openCalendar } from "../test-calendar.ts";
import { annsMobile, bookedAt, bookingsIn, spoken, standing, voiceOf } from "./testing.ts";

const frontdesk = await startHarness();
const friday = { phone: annsMobile, new_slot: "2026-03-06 14:00" };

test("everything comes along: customer, notes, attendees, the member, and the one opportunity", async () => {
  const calendar = await openCalendar(frontdesk, { booking_deal_behavior: "create", duration_minutes: 45 });
  await calendar.addStaff("Bea");
  await bookedAt(calendar, "10:00", {
    message: "Side door",
    attendees: [{ email: "tim@example.com", name: "Tim" }],
    booker_state: "VIC",
  });
  const [before] = await bookingsIn(calendar);
  spoken(await voiceOf(calendar).reschedule({ args: friday }));
  const [, after] = await bookingsIn(calendar);
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
  // Whoever listens can tell a booking that was moved from a new one.
  const created = await calendar.inside((ctx) =>
    ctx.db
      .from("events")
      .select("payload")
      .where("type", "=", "booking.created")
      .orderBy("position")
      .execute(),
  );
  assert.deepEqual(
    created.map(({ payload }) => (payload as { replaces_booking_id?: string }).replaces_booking_id),
    [undefined, before.id],
  );
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
  await bookedAt(calendar, "10:00");
  await bookedAt(calendar, "14:00", { date: "2026-03-06", phone: "+447700900111", email: "o@example.com" });
  const bea = await calendar.addStaff("Bea");
  spoken(await voiceOf(calendar).reschedule({ args: friday }));
  assert.equal((await bookingsIn(calendar)).at(-1).user_id, bea);
});

test("half an hour later runs into the booking itself, and moves it", async () => {
  const calendar = await openCalendar(frontdesk);
  const id = await bookedAt(calendar, "10:00");
  const text = spoken(
    await voiceOf(calendar).reschedule({ args: { ...friday, new_slot: "2026-03-03 10:30" } }),
  );
  assert.match(text, /^Moved! .* to Tuesday the 3rd of March at 10:30 AM/);
  assert.deepEqual(await standing(calendar), ["confirmed 2026-03-03T10:30"]);
  assert.equal((await bookingsIn(calendar))[0].id, id);
});

test("so does one as far away as the time to get ready takes", async () => {
  const calendar = await openCalendar(frontdesk, { buffer_before_minutes: 15, buffer_after_minutes: 15 });
  const id = await bookedAt(calendar, "10:00");
  // From 11:00 to 11:30 lie fifteen minutes after the one and fifteen before the other.
  spoken(await voiceOf(calendar).reschedule({ args: { ...friday, new_slot: "2026-03-03 11:30" } }));
  assert.equal((await bookingsIn(calendar)).at(-1).replaces_booking_id, id);
  const wide = await openCalendar(frontdesk, { buffer_before_minutes: 20, buffer_after_minutes: 20 });
  const same = await bookedAt(wide, "10:00");
  spoken(await voiceOf(wide).reschedule({ args: { ...friday, new_slot: "2026-03-03 11:30" } }));
  assert.deepEqual(await standing(wide), ["confirmed 2026-03-03T11:30"]);
  assert.equal((await bookingsIn(wide))[0].id, same);
});

test("a booking that moved is still known by the id it had", async () => {
  const calendar = await openCalendar(frontdesk);
  const voice = voiceOf(calendar);
  const old = await bookedAt(calendar, "10:00");
  await bookedAt(calendar, "12:00", { date: "2026-03-04" });
  const byId = { phone: annsMobile, booking_selector: old };
  spoken(await voice.reschedule({ args: { ...friday, ...byId } }));
  assert.match(
    spoken(await voice.reschedule({ args: { ...friday, ...byId } })),
    /^It is at that time already: Leak repair is on Friday/,
  );
  assert.match(spoken(await voice.cancel({ args: byId })), /^Cancelled: Leak repair on Friday/);
  assert.deepEqual(await standing(calendar), [
    "cancelled 2026-03-03T10:00",
    "confirmed 2026-03-04T12:00",
    "cancelled 2026-03-06T14:00",
  ]);
});

test("the customer hears of the move once: no cancellation, one confirmation a channel, one mail that mends the calendar", async () => {
  const calendar = await openCalendar(frontdesk);
  const email = `ann-${calendar.workspace.slug}@example.com`;
  const old = await bookedAt(calendar, "10:00", { email });
  await frontdesk.settle();
  const mailsTo = async () => (await listOutbox(frontdesk.app)).filter(({ to }) => to === email);
  const before = new Set((await mailsTo()).map(({ key }) => key));
  spoken(await voiceOf(calendar).reschedule({ args: friday }));
  await frontdesk.settle();
  const moved = (await bookingsIn(calendar)).find(({ status }) => status === "confirmed");
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
  // One object, which moves the appointment that is in their calendars already.
  assert.equal(files.length, 1);
  assert.match(
    files[0] ?? "",
    new RegExp(`METHOD:REQUEST[^]*UID:${old}@[^]*SEQUENCE:1\r[^]*DTSTART:20260306T140000Z`),
  );
  for (const { subject = "", body } of news) assert.doesNotMatch(subject + body, /cancelled/i);
});

test("after a move the customer's own link shows the new time, and so does whoever asks for the old booking", async () => {
  const calendar = await openCalendar(frontdesk);
  const { workspace } = calendar;
  const old = await bookedAt(calendar, "10:00");
  const read = async (id: string) =>
    (await workspace.call("GET", `/api/v1/scheduling-bookings/${id}`)).body.data;
  const token = (await read(old)).management_token as string;
  const link = `/book/${workspace.slug}/manage/${token}`;
  // Moved twice: the first link follows to the last.
  for (const new_slot of ["2026-03-05 11:00", "2026-03-06 14:00"]) {
    spoken(await voiceOf(calendar).reschedule({ args: { ...friday, new_slot } }));
  }
  const moved = (await bookingsIn(calendar)).find(({ status }) => status === "confirmed");
  const page = await frontdesk.call("GET", link);
  assert.match(page.text, /Friday, 6 March 2026, 14:00/);
  assert.match(page.text, /Confirmed/);
  assert.doesNotMatch(page.text, /Cancelled|Book it again/);
  const file = await frontdesk.call("GET", `${link}/booking.ics`);
  assert.match(
    file.text,
    new RegExp(`METHOD:PUBLISH[^]*UID:${old}@[^]*SEQUENCE:2\r[^]*DTSTART:20260306T140000Z`),
  );
  const between = (await read(old)).replaced_by_booking_id;
  assert.equal((await read(between)).replaced_by_booking_id, moved.id);
  assert.equal((await read(moved.id)).replaced_by_booking_id, null);
  const privately = await workspace.privateToken(["READ_BOOKINGS", "WRITE_BOOKINGS"]);
  const priv = (method: string, path: string, body?: unknown) =>
    frontdesk.call(method, `/api/private/v1${path}`, { key: privately, body });
  assert.equal((await priv("GET", `/bookings/${between}`)).body.booking.replacedByBookingId, moved.id);
  const listed = (await priv("GET", "/bookings")).body.bookings;
  assert.deepEqual(
    listed.map((one: { replacedByBookingId: string | null }) => one.replacedByBookingId),
    [between, moved.id, null],
  );
  // Nobody who changes the old one is told that it is off, or done, while the appointment stands.
  for (const answer of [
    await workspace.call("POST", `/api/v1/scheduling-bookings/${old}/cancel`),
    await workspace.call("POST", `/api/v1/scheduling-bookings/${old}/mark-attended`),
    await priv("PATCH", `/bookings/${old}`, { scheduledStartAt: "2026-03-09T10:00:00Z" }),
    await priv("PATCH", `/bookings/${old}`, { notes: "Side door" }),
    await priv("PATCH", `/bookings/${old}`, { status: "CANCELED" }),
  ]) {
    assert.equal(answer.status, 409, answer.text);
    assert.match(answer.text, new RegExp(moved.id));
  }
  assert.equal((await read(moved.id)).status, "confirmed");
  const form = { action: "cancel" };
  const cancelled = await frontdesk.call("POST", link, {
    form,
    headers: { origin: "http://frontdesk.test" },
  });
  assert.equal(cancelled.status, 303, cancelled.text);
  assert.equal((await read(moved.id)).status, "cancelled");
});

test("an agent's booking that was moved by phone is still the agent's to cancel", async () => {
  const calendar = await openCalendar(frontdesk, { is_bookable: true });
  const { workspace } = calendar;
  const path = `/providers/${workspace.slug}/capabilities`;
  const made = await workspace.call("POST", `${path}/booking.create_booking`, {
    service_id: calendar.eventType.id,
    start_at: "2026-03-03T10:00:00Z",
    customer: { name: "Ann Lee", email: "ann@example.com", phone: annsMobile },
  });
  assert.equal(made.status, 200, made.text);
  spoken(await voiceOf(calendar).reschedule({ args: friday }));
  const { booking_id } = made.body;
  const gone = await workspace.call("POST", `${path}/booking.cancel_booking`, { booking_id });
  assert.equal(gone.status, 200, gone.text);
  assert.equal(gone.body.freed_slot.start_at, "2026-03-06T14:00:00.000Z");
  assert.deepEqual(await standing(calendar), ["cancelled 2026-03-03T10:00", "cancelled 2026-03-06T14:00"]);
});
