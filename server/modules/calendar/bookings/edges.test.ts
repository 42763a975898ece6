/** What a booking is made of when little, much or something odd is known of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { insertContact } from "../../crm/contacts/contacts.store.ts";
import { findService } from "../services/services.store.ts";
import { openCalendar } from "../test-calendar.ts";
import type { TestCalendar } from "../test-calendar.ts";
import { book } from "./book.ts";
import type { BookRequest } from "./book.ts";
import { markAttended } from "./mark.ts";
import { openSlotsFor } from "./slots-for.ts";

const frontdesk = await startHarness();
const availability = "/api/v1/scheduling-availability";
const day = 24 * 3600_000;
const tuesday = (clock: string) => new Date(`2026-03-03T${clock}:00Z`);

const serviceOf = (calendar: TestCalendar) =>
  calendar.inside(async (ctx) => (await findService(ctx, { id: calendar.eventType.id }))!);

/** Books as the program itself does; with the calendar's service unless `service` says otherwise. */
async function make(calendar: TestCalendar, request: Partial<BookRequest>) {
  const service = await serviceOf(calendar);
  return calendar.inside((ctx) =>
    book(ctx, { service, startsAt: tuesday("10:00"), customer: {}, source: "console", ...request }),
  );
}

const without = { service: undefined } as Partial<BookRequest>;

test("a booking has a start and a later end, three days at most", async () => {
  const calendar = await openCalendar(frontdesk);
  const startsAt = tuesday("10:00");
  const ends = (ms: number) =>
    make(calendar, { ...without, startsAt, endsAt: new Date(startsAt.getTime() + ms) });
  for (const [request, mistake] of [
    [{ ...without, startsAt: new Date(Number.NaN), endsAt: startsAt }, /is not an instant/],
    [{ ...without, startsAt, endsAt: new Date(Number.NaN) }, /is not an instant/],
  ] as const) {
    await assert.rejects(make(calendar, request), mistake);
  }
  await assert.rejects(ends(0), /must be after the start/);
  await assert.rejects(ends(-1), /must be after the start/);
  await assert.rejects(ends(3 * day + 1), /three days at most/);
  const booking = await ends(3 * day);
  assert.deepEqual([booking.title, booking.contact_id, booking.deal_id], ["Appointment", null, null]);
  assert.equal(booking.management_token_expires_at?.getTime(), booking.ends_at.getTime() + day);
});

test("of a known contact name, address and number are theirs, unless the booker says otherwise", async () => {
  const calendar = await openCalendar(frontdesk);
  const contact = await calendar.inside((ctx) =>
    insertContact(ctx, {
      first_name: "Ann",
      last_name: "Lee",
      email: "ann@example.com",
      landline: "+442079460123",
    }),
  );
  const own = await make(calendar, { customer: { contactId: contact.id } });
  assert.deepEqual(
    [own.booker_name, own.booker_email, own.booker_phone],
    ["Ann Lee", "ann@example.com", "+442079460123"],
  );
  const said = await make(calendar, {
    startsAt: tuesday("12:00"),
    customer: { contactId: contact.id, name: " Annie ", email: " a@example.com ", phone: "07700 900321" },
    title: "  ",
    notes: " ",
    address: " 1 High St ",
    postalCode: "",
  });
  assert.deepEqual(
    [
      said.booker_name,
      said.booker_email,
      said.booker_phone,
      said.title,
      said.notes,
      said.address,
      said.postal_code,
    ],
    ["Annie", "a@example.com", "+447700900321", "Leak repair", null, "1 High St", null],
  );
  const kept = await calendar.inside((ctx) => ctx.db.from("contacts").selectAll().executeTakeFirstOrThrow());
  assert.deepEqual([kept.first_name, kept.email, kept.phone], ["Ann", "ann@example.com", "+447700900321"]);
  const first = await calendar.inside((ctx) =>
    insertContact(ctx, { first_name: "Solo", email: "s@example.com" }),
  );
  const solo = await make(calendar, { startsAt: tuesday("14:00"), customer: { contactId: first.id } });
  assert.deepEqual([solo.booker_name, solo.booker_phone], ["Solo", null]);
  const nobody = { contactId: "01890000-0000-7000-8000-000000000000" };
  await assert.rejects(make(calendar, { startsAt: tuesday("15:00"), customer: nobody }), {
    code: "NOT_FOUND",
  });
});

test("who a booking is for: by address, else by number, unless somebody else has it; else somebody new", async () => {
  const calendar = await openCalendar(frontdesk);
  const contactOf = async (customer: BookRequest["customer"]) => {
    const booking = await make(calendar, {
      ...without,
      startsAt: tuesday("10:00"),
      endsAt: tuesday("10:05"),
      customer,
    });
    await calendar.inside((ctx) => ctx.db.remove("bookings").execute());
    if (booking.contact_id === null) return undefined;
    const id = booking.contact_id;
    return calendar.inside((ctx) =>
      ctx.db.from("contacts").selectAll().where("id", "=", id).executeTakeFirstOrThrow(),
    );
  };
  assert.equal(await contactOf({}), undefined);
  assert.equal(await contactOf({ name: " ", email: " " }), undefined);
  const byMail = await contactOf({ email: "mary.jane@example.com" });
  assert.deepEqual([byMail?.first_name, byMail?.last_name], ["mary.jane", null]);
  const byPhone = await contactOf({ phone: "+447700900444" });
  assert.deepEqual(
    [byPhone?.first_name, byPhone?.phone, byPhone?.landline],
    ["+447700900444", "+447700900444", null],
  );
  const office = await contactOf({ name: "Mary Jane Smith", phone: "+442079460444" });
  assert.deepEqual(
    [office?.first_name, office?.last_name, office?.phone, office?.landline],
    ["Mary", "Jane Smith", null, "+442079460444"],
  );
  // The number is known and has no address yet: the same person. With one: somebody else.
  const filled = await contactOf({
    email: "new@example.com",
    phone: "+447700900444",
    state: "VIC",
    timeZone: "Australia/Perth",
  });
  assert.deepEqual(
    [filled?.id, filled?.email, filled?.state, filled?.timezone],
    [byPhone?.id, "new@example.com", "VIC", "Australia/Perth"],
  );
  const other = await contactOf({ email: "other@example.com", phone: "+447700900444", state: "NSW" });
  assert.notEqual(other?.id, byPhone?.id);
  const again = await contactOf({ phone: "+447700900444", state: "NSW" });
  assert.deepEqual([again?.id, again?.state], [byPhone?.id, "VIC"]);
  // What is known as a landline does not become the mobile as well.
  const rang = await contactOf({ email: "o@example.com", phone: "+442079460444" });
  assert.deepEqual([rang?.id, rang?.phone, rang?.landline], [office?.id, null, "+442079460444"]);
  await assert.rejects(contactOf({ phone: "12" }), /phone: is not a valid phone number/);
});

test("a booking for nobody known opens an opportunity of its own, and can be marked without one", async () => {
  const calendar = await openCalendar(frontdesk);
  const activities = () => calendar.inside((ctx) => ctx.db.from("activities").select("subject").execute());
  const bare = await make(calendar, { ...without, startsAt: tuesday("15:00"), endsAt: tuesday("15:30") });
  await calendar.inside((ctx) => markAttended(ctx, bare.id));
  assert.deepEqual(await activities(), [], "there is nothing to write it down on");
  const one = await make(calendar, {});
  const other = await make(calendar, { startsAt: tuesday("12:00") });
  assert.ok(one.deal_id && other.deal_id && one.deal_id !== other.deal_id);
  const deal = await calendar.inside((ctx) =>
    ctx.db.from("opportunities").selectAll().where("id", "=", one.deal_id!).executeTakeFirstOrThrow(),
  );
  assert.deepEqual([deal.contact_id, deal.name], [null, "Leak repair -"]);
  assert.deepEqual(
    (await activities()).map(({ subject }) => subject),
    ["Booked: Leak repair", "Booked: Leak repair"],
  );
});

test("hours are on the clock of whoever gives them: their own zone, else the company's, else the workspace's", async () => {
  const calendar = await openCalendar(frontdesk);
  const { workspace } = calendar;
  const first = async () => (await calendar.openTimes("2026-03-03"))[0]?.slice(11);
  assert.equal(await first(), "09:00");
  await workspace.call("PUT", availability, { timezone: "America/New_York" });
  assert.equal(await first(), "14:00");
  await workspace.call("PUT", availability, { user_id: workspace.adminId, timezone: "Europe/Paris" });
  assert.equal(await first(), "08:00");
  await workspace.call("PUT", availability, { weekly_hours: [{ day: 2, start: "10:00", end: "12:00" }] });
  assert.equal(await first(), "09:00", "the company's hours, on their own clock");
  const weekly_hours = [{ day: 2, start: "11:00", end: "12:00" }];
  await workspace.call("PUT", availability, { user_id: workspace.adminId, weekly_hours });
  assert.equal(await first(), "10:00");
});

test("an expired hold is no promise: who brings it is refused what the notice forbids by now", async () => {
  const calendar = await openCalendar(frontdesk, { min_notice_hours: 24 });
  const wanted = { date: "2026-03-03", time: "09:00", timezone: "Europe/London" };
  const body = { event_type_id: calendar.eventType.id, ...wanted, minutes: 1 };
  const held = await calendar.workspace.call("POST", "/api/v1/scheduling-bookings/holds", body);
  assert.equal(held.status, 201, held.text);
  const hold_id = held.body.data.id;
  await frontdesk.advance(60);
  const late = await calendar.book({ ...wanted, hold_id });
  assert.deepEqual([late.status, late.body.error?.code], [409, "SLOT_UNAVAILABLE"]);
  const rows = await calendar.inside((ctx) => ctx.db.from("bookings").select("id").execute());
  assert.deepEqual(rows, []);
});

test("off the grid, everybody of a team has to be free all the same", async () => {
  const calendar = await openCalendar(frontdesk, { host_assignment: "all" });
  const { adminId } = calendar.workspace;
  const sam = await calendar.addStaff("Sam");
  const path = `/api/v1/scheduled-event-types/${calendar.eventType.id}`;
  await calendar.workspace.call("PATCH", path, { booking_assigned_user_ids: [adminId, sam] });
  await make(calendar, { ...without, startsAt: tuesday("20:00"), endsAt: tuesday("21:00"), memberId: sam });
  const evening = (clock: string) => make(calendar, { startsAt: tuesday(clock), offGrid: true });
  await assert.rejects(evening("20:30"), { code: "SLOT_UNAVAILABLE" });
  await assert.rejects(evening("19:30"), { code: "SLOT_UNAVAILABLE" });
  assert.deepEqual((await evening("21:00")).host_ids.toSorted(), [adminId, sam].toSorted());
  assert.equal((await evening("19:00")).host_ids.length, 2);
});

test("no more slots than were asked for, the earliest first", async () => {
  const calendar = await openCalendar(frontdesk);
  const service = await serviceOf(calendar);
  const range = { service, from: tuesday("00:00"), to: tuesday("23:00") };
  const clocks = async (limit?: number) =>
    (await calendar.inside((ctx) => openSlotsFor(ctx, { ...range, ...(limit ? { limit } : {}) }))).map(
      ({ startsAt }) => startsAt.toISOString().slice(11, 16),
    );
  assert.deepEqual(await clocks(2), ["09:00", "09:30"]);
  assert.equal((await clocks()).length, 15);
});
