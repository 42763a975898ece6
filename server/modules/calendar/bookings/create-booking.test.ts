import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { bookings, john, openCalendar } from "../test-calendar.ts";

const frontdesk = await startHarness();

async function contactOf(calendar: Awaited<ReturnType<typeof openCalendar>>, id: string): Promise<Json> {
  return (await calendar.workspace.call("GET", `/api/v1/contacts/${id}`)).body.data;
}

test("workspace.create_scheduling_booking#0 the booking comes with its contact and opportunity", async () => {
  const calendar = await openCalendar(frontdesk, { booking_confirmation_message: "See you then" });
  const answer = await calendar.book({ message: "The tap drips" });
  assert.equal(answer.status, 201, answer.text);
  const { success, booking, crm } = answer.body.data;
  assert.equal(success, true);
  assert.deepEqual(
    { ...booking, id: null },
    {
      id: null,
      event_type_name: "Leak repair",
      date: "2026-03-03",
      time: "10:00",
      formatted: "Tuesday, March 3, 2026 at 10:00 AM",
      timezone: "Europe/London",
      starts_at: "2026-03-03T10:00:00.000Z",
      ends_at: "2026-03-03T11:00:00.000Z",
      duration_minutes: 60,
      status: "confirmed",
      user_id: calendar.workspace.adminId,
      google_meet_link: null,
      confirmation_message: "See you then",
      attendees: [],
    },
  );
  const contact = await contactOf(calendar, crm.contact_id);
  assert.deepEqual(
    [contact.first_name, contact.last_name, contact.email, contact.phone, contact.source],
    ["John", "Smith", "john@example.com", "+447700900123", "booking"],
  );
  const deals = await calendar.inside((ctx) => ctx.db.from("opportunities").selectAll().execute());
  assert.deepEqual(
    deals.map((deal) => [deal.id, deal.contact_id, deal.name, deal.lead_source, deal.status]),
    [[crm.deal_id, crm.contact_id, "Leak repair - John Smith", "booking", "open"]],
  );
  const read = await calendar.workspace.call("GET", `${bookings}/${booking.id}`);
  assert.equal(read.body.data.deal_id, crm.deal_id);
  assert.equal(read.body.data.message, "The tap drips");
  // The same customer again is the same contact.
  const again = await calendar.book({ time: "12:00" });
  assert.equal(again.body.data.crm.contact_id, crm.contact_id);
});

test("a field that holds only blanks is an empty field", async () => {
  const calendar = await openCalendar(frontdesk);
  const blank = { address: "  ", postal_code: " ", message: "\n" };
  const { id } = (await calendar.book(blank)).body.data.booking;
  const { data } = (await calendar.workspace.call("GET", `${bookings}/${id}`)).body;
  assert.deepEqual([data.address, data.postal_code, data.message], [null, null, null]);
});

test("workspace.create_scheduled_event_type#23 the confirmation message is shown after booking", async () => {
  const calendar = await openCalendar(frontdesk, { booking_confirmation_message: "Mind the dog" });
  assert.equal((await calendar.book()).body.data.booking.confirmation_message, "Mind the dog");
});

test("workspace.create_scheduling_booking#1 the body is flat: nested objects are refused", async () => {
  const calendar = await openCalendar(frontdesk);
  const answer = await calendar.book({ customer: { name: "John" } });
  assert.equal(answer.status, 400);
  assert.equal(answer.body.error.details.fields[0].field, "customer");
});

test("workspace.create_scheduling_booking#2 workspace.create_scheduling_booking#14 the event type by id, slug or likely name; one of them is needed", async () => {
  const calendar = await openCalendar(frontdesk, { name: "Boiler service" });
  await calendar.workspace.call("POST", "/api/v1/scheduled-event-types", { name: "Drain unblocking" });
  const nothing = { event_type_id: undefined };
  for (const [hour, ref] of [
    { event_type_id: calendar.eventType.id },
    { ...nothing, event_type_slug: "boiler-service" },
    { ...nothing, event_type_name: "boiler  servise" },
    { ...nothing, event_type_name: "BOILER SERVICE" },
  ].entries()) {
    const answer = await calendar.book({ ...ref, time: `${10 + hour}:00` });
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.body.data.booking.event_type_name, "Boiler service");
  }
  const none = await calendar.book({ ...nothing, date: "2026-03-04" });
  assert.equal(none.status, 400);
  assert.equal(none.body.error.code, "VALIDATION_ERROR");
  const unknown = await calendar.book({ ...nothing, event_type_name: "haircut" });
  assert.equal(unknown.status, 404);
  assert.match(unknown.body.error.fix, /Boiler service \(boiler-service\)/);
  const stranger = await openCalendar(frontdesk);
  assert.equal((await calendar.book({ event_type_id: stranger.eventType.id })).status, 404);
});

test("workspace.create_scheduling_booking#3 a malformed e-mail is INVALID_EMAIL, before slots are looked at", async () => {
  const calendar = await openCalendar(frontdesk);
  for (const email of [
    "doug@resolvency.",
    "doug@resolvency",
    "doug",
    "doug@",
    "@example.com",
    "a b@example.com",
  ]) {
    const answer = await calendar.book({ email, time: "03:00" });
    assert.equal(answer.status, 400);
    assert.equal(answer.body.error.code, "INVALID_EMAIL");
    assert.equal(answer.body.error.details.fields[0].field, "email");
  }
});

test("workspace.create_scheduling_booking#4 a malformed attendee's e-mail is INVALID_ATTENDEE_EMAIL", async () => {
  const calendar = await openCalendar(frontdesk);
  const attendees = [{ email: "ann@example.com" }, { email: "bob@example" }];
  const answer = await calendar.book({ attendees, time: "03:00" });
  assert.equal(answer.status, 400);
  assert.equal(answer.body.error.code, "INVALID_ATTENDEE_EMAIL");
  assert.equal(answer.body.error.details.fields[0].field, "attendees.1.email");
});

test("workspace.create_scheduling_booking#5 a taken slot is SLOT_UNAVAILABLE with the nearest alternatives", async () => {
  const calendar = await openCalendar(frontdesk);
  await calendar.book();
  const answer = await calendar.book({ fullName: "Ann Other", email: "ann@example.com", phone: undefined });
  assert.equal(answer.status, 409);
  const { code, fix, details } = answer.body.error;
  assert.equal(code, "SLOT_UNAVAILABLE");
  assert.deepEqual(
    details.alternatives.map((one: Json) => `${one.date} ${one.time}`),
    ["2026-03-03 09:00", "2026-03-03 11:00", "2026-03-03 11:30"],
  );
  assert.equal(details.nearest_before.time, "09:00");
  assert.deepEqual(details.nearest_after, {
    date: "2026-03-03",
    time: "11:00",
    formatted: "Tuesday, March 3, 2026 at 11:00 AM",
    starts_at: "2026-03-03T11:00:00.000Z",
    ends_at: "2026-03-03T12:00:00.000Z",
  });
  assert.match(fix, /2026-03-03 09:00/);
  // The refused booker left nothing behind.
  const found = await calendar.workspace.call("GET", "/api/v1/contacts?search=ann");
  assert.equal(found.body.data.length, 0);
  for (const [date, time] of [
    ["2026-03-03", "10:10"],
    ["2026-03-07", "10:00"],
    ["2026-03-02", "08:00"],
    ["2026-06-02", "10:00"],
    ["2026-03-03", "16:30"],
  ]) {
    assert.equal((await calendar.book({ date, time })).body.error.code, "SLOT_UNAVAILABLE");
  }
});

test("workspace.create_scheduling_booking#6 workspace.create_scheduling_booking#7 date and time are the wall clock of timezone, Sydney's by default, shorthands too", async () => {
  const calendar = await openCalendar(frontdesk);
  // 09:00 in London is 20:00 in Sydney and 17:00 in Perth on that day.
  const sydney = await calendar.book({ timezone: undefined, time: "20:00" });
  assert.equal(sydney.body.data.booking.starts_at, "2026-03-03T09:00:00.000Z");
  assert.equal(sydney.body.data.booking.timezone, "Australia/Sydney");
  for (const [hour, timezone] of ["Perth", "AWST", "WA", "Australia/Perth"].entries()) {
    const answer = await calendar.book({ timezone, time: `${18 + hour}:00` });
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.body.data.booking.starts_at, `2026-03-03T${10 + hour}:00:00.000Z`);
    assert.equal(answer.body.data.booking.timezone, "Australia/Perth");
  }
  for (const [fields, field] of [
    [{ timezone: "Nowhere" }, "timezone"],
    [{ date: "03/03/2026" }, "date"],
    [{ date: "2026-02-30" }, "date"],
    [{ time: "9:00" }, "time"],
    [{ time: "10:00 AM" }, "time"],
    [{ time: "24:00" }, "time"],
  ] as const) {
    const answer = await calendar.book(fields);
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.error.details.fields[0].field, field);
  }
});

test("workspace.create_scheduling_booking#13 a name that says nothing is none, whatever it is made of", async () => {
  const calendar = await openCalendar(frontdesk);
  for (const fullName of ["   ", "\u200b\u2060", "\n\t", "--"]) {
    const answer = await calendar.book({ fullName });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.error.details.fields[0].field, "fullName");
  }
  const type = await calendar.workspace.call("POST", "/api/v1/scheduled-event-types", { name: "\u200b " });
  assert.equal(type.status, 400);
  const made = await calendar.book({ fullName: "  李小龍 " });
  const { data } = (await calendar.workspace.call("GET", `${bookings}/${made.body.data.booking.id}`)).body;
  assert.equal(data.booker_name, "李小龍");
});

test("workspace.create_scheduling_booking#8 workspace.create_scheduling_booking#9 state and zone go to the contact only where it has none", async () => {
  const calendar = await openCalendar(frontdesk);
  const first = await calendar.book({ booker_state: "WA", booker_timezone: "Perth" });
  const id = first.body.data.crm.contact_id;
  let contact = await contactOf(calendar, id);
  assert.deepEqual([contact.state, contact.timezone], ["WA", "Australia/Perth"]);
  await calendar.book({ time: "12:00", booker_state: "NSW", booker_timezone: "Sydney" });
  contact = await contactOf(calendar, id);
  assert.deepEqual([contact.state, contact.timezone], ["WA", "Australia/Perth"]);
  const known = await calendar.workspace.call("POST", "/api/v1/contacts", {
    first_name: "Kay",
    email: "kay@example.com",
  });
  await calendar.book({ time: "14:00", email: "KAY@example.com", phone: undefined, booker_state: "VIC" });
  contact = await contactOf(calendar, known.body.data.id);
  assert.deepEqual([contact.state, contact.timezone], ["VIC", "Europe/London"]);
});

test("workspace.create_scheduling_booking#11 the company becomes the account and the contact's employer", async () => {
  const calendar = await openCalendar(frontdesk);
  const first = await calendar.book({ company_name: "Acme Ltd" });
  const second = await calendar.book({ time: "12:00", company_name: "ACME ltd" });
  const { customer_id: account, contact_id, deal_id } = first.body.data.crm;
  assert.ok(account);
  assert.equal(second.body.data.crm.customer_id, account);
  const [companies, employers, deal] = await calendar.inside(async (ctx) => [
    await ctx.db.from("companies").selectAll().execute(),
    await ctx.db.from("contact_employers").selectAll().execute(),
    await ctx.db.from("opportunities").selectAll().where("id", "=", deal_id).executeTakeFirstOrThrow(),
  ]);
  assert.deepEqual(
    companies.map((one) => [one.id, one.name]),
    [[account, "Acme Ltd"]],
  );
  assert.deepEqual(
    employers.map((one) => [one.contact_id, one.company_id]),
    [[contact_id, account]],
  );
  assert.equal(deal.company_id, account);
});

test("workspace.create_scheduling_booking#12 workspace.get_scheduling_booking#3 the answer never has the management token", async () => {
  const calendar = await openCalendar(frontdesk);
  const answer = await calendar.book();
  const { management_token: token } = (
    await calendar.workspace.call("GET", `${bookings}/${answer.body.data.booking.id}`)
  ).body.data;
  assert.match(token, /^[0-9a-f-]{36}$/);
  assert.ok(!answer.text.includes(token) && !answer.text.includes("manage"));
  // Nor has the answer a repeated request gets.
  const headers = { "idempotency-key": randomUUID() };
  const body = {
    event_type_id: calendar.eventType.id,
    date: "2026-03-04",
    time: "10:00",
    timezone: "Europe/London",
    ...john,
  };
  const once = await calendar.workspace.call("POST", bookings, body, headers);
  const twice = await calendar.workspace.call("POST", bookings, body, headers);
  assert.deepEqual(twice.body.data, once.body.data);
  assert.equal(twice.headers["idempotent-replayed"], "true");
});

test("workspace.create_scheduling_booking#13 date, time, fullName and email are required", async () => {
  const calendar = await openCalendar(frontdesk);
  for (const field of ["date", "time", "fullName", "email"]) {
    const answer = await calendar.book({ [field]: undefined });
    assert.equal(answer.status, 400);
    assert.equal(answer.body.error.details.fields[0].field, field);
  }
});

test("the business books an event type that is not active by its id or slug; by name it is not found", async () => {
  const calendar = await openCalendar(frontdesk);
  const { id, slug } = calendar.eventType;
  const off = await calendar.workspace.call("PATCH", `/api/v1/scheduled-event-types/${id}`, {
    is_active: false,
  });
  assert.equal(off.status, 200, off.text);
  const ask = (type: object, time: string) =>
    calendar.workspace.call("POST", bookings, {
      ...type,
      date: "2026-03-03",
      time,
      timezone: "Europe/London",
      fullName: "Ann Lee",
      email: "ann@example.com",
    });
  assert.equal((await ask({ event_type_id: id }, "10:00")).status, 201);
  assert.equal((await ask({ event_type_slug: slug }, "14:00")).status, 201);
  assert.equal((await ask({ event_type_name: calendar.eventType.name }, "16:00")).status, 404);
});
