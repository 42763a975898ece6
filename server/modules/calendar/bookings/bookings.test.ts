import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { bookings, openCalendar } from "../test-calendar.ts";

const frontdesk = await startHarness();

type Calendar = Awaited<ReturnType<typeof openCalendar>>;

async function booked(calendar: Calendar, fields: Record<string, unknown> = {}): Promise<string> {
  const answer = await calendar.book(fields);
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data.booking.id;
}

async function starts(calendar: Calendar, query: string): Promise<string[]> {
  const answer = await calendar.workspace.call("GET", `${bookings}${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data.map((row: Json) => row.starts_at.slice(0, 16));
}

/** A confirmed booking that is over, with no management link: as one from before there were any. */
async function addPast(calendar: Calendar, day: string, status = "attended"): Promise<void> {
  const id = await booked(calendar, { date: "2026-03-20", time: "09:00" });
  await calendar.inside((ctx) =>
    ctx.db
      .update("bookings")
      .set({
        starts_at: new Date(`${day}T10:00:00Z`),
        ends_at: new Date(`${day}T11:00:00Z`),
        blocked_from: new Date(`${day}T10:00:00Z`),
        blocked_until: new Date(`${day}T11:00:00Z`),
        status: status as "attended",
        management_token: null,
        management_token_expires_at: null,
      })
      .where("id", "=", id)
      .execute(),
  );
}

test("workspace.list_scheduling_bookings#0 workspace.list_scheduling_bookings#1 past and coming bookings by start, each with its token or null", async () => {
  const calendar = await openCalendar(frontdesk);
  await booked(calendar, { date: "2026-03-05" });
  await booked(calendar, { date: "2026-03-03" });
  await addPast(calendar, "2026-02-10");
  assert.deepEqual(await starts(calendar, ""), ["2026-02-10T10:00", "2026-03-03T10:00", "2026-03-05T10:00"]);
  const { data } = (await calendar.workspace.call("GET", bookings)).body;
  assert.deepEqual([data[0].management_token, data[0].management_token_expires_at], [null, null]);
  assert.match(data[1].management_token, /^[0-9a-f-]{36}$/);
  assert.equal(data[1].management_token_expires_at, "2026-03-04T11:00:00.000Z");
  assert.equal(data[1].event_type_name, "Leak repair");
});

test("workspace.list_scheduling_bookings#2 filters by status, event type and inclusive dates of the workspace's zone", async () => {
  const calendar = await openCalendar(frontdesk);
  const gone = await booked(calendar, { date: "2026-03-03" });
  await booked(calendar, { date: "2026-03-04" });
  await booked(calendar, { date: "2026-03-05" });
  await calendar.workspace.call("POST", `${bookings}/${gone}/cancel`, {});
  for (const [day, status] of [
    ["2026-02-03", "attended"],
    ["2026-02-04", "late"],
    ["2026-02-05", "no_show"],
  ] as const) {
    await addPast(calendar, day, status);
    assert.deepEqual(await starts(calendar, `?status=${status}`), [`${day}T10:00`]);
  }
  assert.deepEqual(await starts(calendar, "?status=cancelled"), ["2026-03-03T10:00"]);
  assert.deepEqual(await starts(calendar, "?status=confirmed"), ["2026-03-04T10:00", "2026-03-05T10:00"]);
  assert.deepEqual(await starts(calendar, "?date_from=2026-03-04"), ["2026-03-04T10:00", "2026-03-05T10:00"]);
  assert.deepEqual(await starts(calendar, "?date_to=2026-02-03"), ["2026-02-03T10:00"]);
  assert.deepEqual(await starts(calendar, "?date_from=2026-03-03&date_to=2026-03-03"), ["2026-03-03T10:00"]);
  assert.equal((await starts(calendar, `?event_type_id=${calendar.eventType.id}`)).length, 6);
  assert.deepEqual(await starts(calendar, `?event_type_id=${randomUUID()}`), []);
  for (const query of ["?status=maybe", "?date_from=tomorrow", "?date_from=2026-03-04&date_to=2026-03-01"]) {
    assert.equal((await calendar.workspace.call("GET", `${bookings}${query}`)).status, 400);
  }
});

test("workspace.list_scheduling_bookings#2 a booking over several days is on each of them, up to the moment it ends", async () => {
  const calendar = await openCalendar(frontdesk);
  const token = await calendar.workspace.privateToken(["WRITE_BOOKINGS", "READ_BOOKINGS"]);
  const body = (scheduledStartAt: string, scheduledEndAt: string) => ({
    customerPhone: "+447700900123",
    scheduledStartAt,
    scheduledEndAt,
  });
  const path = "/api/private/v1/bookings";
  for (const times of [
    body("2026-03-04T22:00:00Z", "2026-03-06T10:00:00Z"),
    body("2026-03-08T21:00:00Z", "2026-03-09T00:00:00Z"),
  ]) {
    const made = await frontdesk.call("POST", path, { key: token, body: times });
    assert.equal(made.status, 201, made.text);
  }
  const [long, late] = ["2026-03-04T22:00", "2026-03-08T21:00"];
  const onDay = (day: string) => starts(calendar, `?date_from=${day}&date_to=${day}`);
  for (const day of ["2026-03-04", "2026-03-05", "2026-03-06"])
    assert.deepEqual(await onDay(day), [long], day);
  for (const day of ["2026-03-03", "2026-03-07", "2026-03-09"]) assert.deepEqual(await onDay(day), [], day);
  assert.deepEqual(await onDay("2026-03-08"), [late]);
  const privately = async (day: string) =>
    (await frontdesk.call("GET", `${path}?from=${day}&to=${day}`, { key: token })).body.bookings.length;
  assert.deepEqual([await privately("2026-03-05"), await privately("2026-03-07")], [1, 0]);
});

test("workspace.list_scheduling_bookings#2 a day of the filter is the workspace's own, wherever the booker's clock stands", async () => {
  const calendar = await openCalendar(frontdesk);
  const zone = { timezone: "Pacific/Auckland" };
  assert.equal((await calendar.workspace.call("PATCH", "/api/v1/company", zone)).status, 200);
  await booked(calendar, { date: "2026-03-03", time: "20:30" }); // 09:30 on the 4th in Auckland
  await booked(calendar, { date: "2026-03-04", time: "02:30" }); // 15:30 on the 4th in Auckland
  for (const query of [
    "?date_from=2026-03-04&date_to=2026-03-04",
    "?date_from=2026-03-04",
    "?date_to=2026-03-04",
  ]) {
    assert.deepEqual(await starts(calendar, query), ["2026-03-03T20:30", "2026-03-04T02:30"], query);
  }
  for (const query of ["?date_to=2026-03-03", "?date_from=2026-03-05", "?status=no_show"]) {
    assert.deepEqual(await starts(calendar, query), [], query);
  }
  const nothing = (await calendar.workspace.call("GET", `${bookings}?status=no_show`)).body;
  assert.deepEqual(
    [nothing.data, nothing.pagination.has_more, nothing.pagination.next_cursor],
    [[], false, null],
  );
});

test("workspace.list_scheduling_bookings#4 cursor and after are one thing; a row's id works, nonsense does not", async () => {
  const calendar = await openCalendar(frontdesk);
  const ids = [];
  for (const time of ["09:00", "11:00", "13:00"]) ids.push(await booked(calendar, { time }));
  const [first] = (await calendar.workspace.call("GET", `${bookings}?limit=1`)).body.data;
  assert.equal(first.id, ids[0]);
  const { pagination } = (await calendar.workspace.call("GET", `${bookings}?limit=1`)).body;
  for (const query of [
    `after=${encodeURIComponent(pagination.next_cursor)}`,
    `cursor=${encodeURIComponent(pagination.next_cursor)}`,
    `after=${ids[0]}`,
  ]) {
    assert.deepEqual(await starts(calendar, `?${query}`), ["2026-03-03T11:00", "2026-03-03T13:00"], query);
  }
  for (const query of ["after=nonsense", "cursor=nonsense", `after=${ids[0]}&cursor=${ids[1]}`]) {
    assert.equal((await calendar.workspace.call("GET", `${bookings}?${query}`)).status, 400, query);
  }
});

test("workspace.list_scheduling_bookings#3 workspace.list_scheduling_bookings#4 25 a page by default, 100 at most, onwards with after", async () => {
  const calendar = await openCalendar(frontdesk, { duration_minutes: 30 });
  for (let n = 0; n < 27; n += 1) {
    const date = `2026-03-0${3 + Math.floor(n / 14)}`;
    const minute = 9 * 60 + (n % 14) * 30;
    const time = `${String(Math.floor(minute / 60)).padStart(2, "0")}:${minute % 60 ? "30" : "00"}`;
    await booked(calendar, { date, time });
  }
  const first = (await calendar.workspace.call("GET", bookings)).body;
  assert.equal(first.data.length, 25);
  const rest = await starts(calendar, `?after=${encodeURIComponent(first.pagination.next_cursor)}`);
  assert.deepEqual(rest, ["2026-03-04T14:30", "2026-03-04T15:00"]);
  assert.equal((await starts(calendar, "?limit=100")).length, 27);
  assert.equal((await calendar.workspace.call("GET", `${bookings}?limit=101`)).status, 400);
});

test("workspace.get_scheduling_booking#0 workspace.get_scheduling_booking#2 one booking with its event type's name and a token for 24 hours after its end", async () => {
  const calendar = await openCalendar(frontdesk);
  const id = await booked(calendar);
  const { data } = (await calendar.workspace.call("GET", `${bookings}/${id}`)).body;
  assert.equal(data.event_type_name, "Leak repair");
  assert.equal(data.ends_at, "2026-03-03T11:00:00.000Z");
  assert.equal(data.management_token_expires_at, "2026-03-04T11:00:00.000Z");
  await addPast(calendar, "2026-02-10");
  const [old] = (await calendar.workspace.call("GET", bookings)).body.data;
  const shown = (await calendar.workspace.call("GET", `${bookings}/${old.id}`)).body.data;
  assert.deepEqual([shown.management_token, shown.management_token_expires_at], [null, null]);
  const stranger = await openCalendar(frontdesk);
  for (const missing of [randomUUID(), await booked(stranger)]) {
    assert.equal((await calendar.workspace.call("GET", `${bookings}/${missing}`)).status, 404);
  }
  // The booking outlives its event type.
  await calendar.workspace.call("DELETE", `/api/v1/scheduled-event-types/${calendar.eventType.id}`);
  const orphan = (await calendar.workspace.call("GET", `${bookings}/${id}`)).body.data;
  assert.deepEqual([orphan.event_type_id, orphan.event_type_name, orphan.title], [null, null, "Leak repair"]);
});

test("workspace.cancel_scheduling_booking#0 workspace.cancel_scheduling_booking#1 cancelling frees the time and leaves the opportunity's next action alone", async () => {
  const calendar = await openCalendar(frontdesk);
  const made = (await calendar.book()).body.data;
  const next = { next_action: "Call back", next_action_date: new Date("2026-03-10T09:00:00Z") };
  await calendar.inside((ctx) =>
    ctx.db.update("opportunities").set(next).where("id", "=", made.crm.deal_id).execute(),
  );
  const path = `${bookings}/${made.booking.id}/cancel`;
  const answer = await calendar.workspace.call("POST", path, { cancellation_reason: "Fixed itself" });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.data.success, true);
  assert.deepEqual(
    [answer.body.data.status, answer.body.data.cancellation_reason, answer.body.data.cancelled_at],
    ["cancelled", "Fixed itself", "2026-03-02T09:00:00.000Z"],
  );
  const unsent = await calendar.inside((ctx) =>
    ctx.db.from("booking_messages").select(["kind", "status"]).where("kind", "=", "reminder").execute(),
  );
  assert.ok(unsent.length > 0 && unsent.every((message) => message.status === "cancelled"));
  const [deal, told] = await calendar.inside(async (ctx) => [
    await ctx.db.from("opportunities").selectAll().executeTakeFirstOrThrow(),
    await ctx.db.from("events").select(["type", "payload"]).where("type", "=", "booking.cancelled").execute(),
  ]);
  assert.deepEqual(
    [deal.next_action, deal.next_action_date, deal.status],
    [next.next_action, next.next_action_date, "open"],
  );
  assert.deepEqual(
    told.map((event) => event.payload),
    [{ id: made.booking.id, contact_id: made.crm.contact_id, lead_id: null }],
  );
  // Again: nothing changes. And the time is free.
  const again = await calendar.workspace.call("POST", path, { cancellation_reason: "Other" });
  assert.equal(again.body.data.cancellation_reason, "Fixed itself");
  await booked(calendar);
  assert.equal((await calendar.workspace.call("POST", `${bookings}/${randomUUID()}/cancel`, {})).status, 404);
  await addPast(calendar, "2026-02-10");
  const [past] = (await calendar.workspace.call("GET", bookings)).body.data;
  assert.equal((await calendar.workspace.call("POST", `${bookings}/${past.id}/cancel`, {})).status, 409);
});

test("reading needs company:read, writing company:write", async () => {
  const calendar = await openCalendar(frontdesk);
  const reader = await calendar.workspace.keyWith(["company:read"]);
  const writer = await calendar.workspace.keyWith(["company:write"]);
  assert.equal((await frontdesk.call("GET", bookings, { key: reader })).status, 200);
  assert.equal((await frontdesk.call("GET", bookings, { key: writer })).status, 403);
  const refused = await frontdesk.call("POST", bookings, { key: reader, body: {} });
  assert.equal(refused.body.error.code, "INSUFFICIENT_SCOPE");
});
