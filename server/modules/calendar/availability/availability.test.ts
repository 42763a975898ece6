import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { invite } from "../../workspace/members/test-people.ts";
import { openCalendar } from "../test-calendar.ts";

const frontdesk = await startHarness();
const path = "/api/v1/scheduling-availability";
const mornings = [1, 2, 3].map((day) => ({ day, start: "08:00", end: "12:00" }));

test("workspace.get_scheduling_availability#0 workspace.get_scheduling_availability#2 the company's hours, zone and overrides, with defaults until they are set", async () => {
  const workspace = await frontdesk.workspace({ timeZone: "Australia/Perth", country: "AU" });
  const fresh = await workspace.call("GET", path);
  assert.equal(fresh.status, 200);
  assert.deepEqual(fresh.body.data, {
    id: null,
    company_id: workspace.id,
    user_id: null,
    weekly_hours: [1, 2, 3, 4, 5].map((day) => ({ day, start: "09:00", end: "17:00" })),
    timezone: "Australia/Perth",
    date_overrides: [],
  });
  const date_overrides = [{ date: "2026-12-25", type: "blocked", reason: "Christmas" }];
  await workspace.call("PUT", path, { weekly_hours: mornings, timezone: "Sydney", date_overrides });
  await workspace.call("PUT", path, { user_id: "me", timezone: "Europe/Paris" });
  const { id, ...company } = (await workspace.call("GET", path)).body.data;
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.deepEqual(company, {
    company_id: workspace.id,
    user_id: null,
    weekly_hours: mornings,
    timezone: "Australia/Sydney",
    date_overrides,
  });
});

test("workspace.get_scheduling_availability#1 workspace.set_scheduling_availability#3 user_id is me or a user, whose own hours come before the company's", async () => {
  const workspace = await frontdesk.workspace();
  await workspace.call("PUT", path, { weekly_hours: mornings, timezone: "Europe/London" });
  const inherited = await workspace.call("GET", `${path}?user_id=${workspace.adminId}`);
  assert.deepEqual(inherited.body.data.weekly_hours, mornings);
  assert.equal(inherited.body.data.user_id, null);
  const evenings = [{ day: 4, start: "17:00", end: "24:00" }];
  const set = await workspace.call("PUT", path, { user_id: workspace.adminId, weekly_hours: evenings });
  assert.equal(set.status, 200);
  assert.equal(set.body.data.user_id, workspace.adminId);
  const mine = await workspace.call("GET", `${path}?user_id=me`);
  assert.deepEqual(mine.body.data, set.body.data);
  assert.deepEqual(mine.body.data.weekly_hours, evenings);
  assert.equal(mine.body.data.timezone, "Europe/London");
  assert.deepEqual((await workspace.call("GET", path)).body.data.weekly_hours, mornings);
  const stranger = await frontdesk.workspace();
  for (const user of [randomUUID(), stranger.adminId, "you"]) {
    assert.equal((await workspace.call("GET", `${path}?user_id=${user}`)).status, 404);
    assert.equal((await workspace.call("PUT", path, { user_id: user, weekly_hours: [] })).status, 404);
  }
});

test("whoever is invited and has not joined yet has hours as any member, until they are removed", async () => {
  const workspace = await frontdesk.workspace();
  await workspace.call("PUT", path, { weekly_hours: mornings });
  const id = await invite(workspace, "new@example.com", "client_viewer");
  const own = `${path}?user_id=${id}`;
  assert.deepEqual((await workspace.call("GET", own)).body.data.weekly_hours, mornings);
  const evenings = [{ day: 4, start: "17:00", end: "20:00" }];
  assert.equal((await workspace.call("PUT", path, { user_id: id, weekly_hours: evenings })).status, 200);
  assert.deepEqual((await workspace.call("GET", own)).body.data.weekly_hours, evenings);
  assert.equal((await workspace.call("DELETE", `/api/v1/company/users/${id}`)).status, 204);
  assert.equal((await workspace.call("GET", own)).status, 404);
});

test("workspace.set_scheduling_availability#0 the record is made once, and what is not sent stays", async () => {
  const workspace = await frontdesk.workspace();
  const first = await workspace.call("PUT", path, { timezone: "Europe/Paris" });
  const second = await workspace.call("PUT", path, { weekly_hours: mornings });
  assert.equal(second.status, 200);
  assert.equal(second.body.data.id, first.body.data.id);
  assert.equal(second.body.data.timezone, "Europe/Paris");
  const closed = await workspace.call("PUT", path, { weekly_hours: [] });
  assert.deepEqual(closed.body.data.weekly_hours, []);
});

test("workspace.set_scheduling_availability#1 weekly hours are a day from 0 to 6, a start and a later end", async () => {
  const workspace = await frontdesk.workspace();
  for (const [hours, field] of [
    [{ day: 7, start: "09:00", end: "17:00" }, "weekly_hours.0.day"],
    [{ day: -1, start: "09:00", end: "17:00" }, "weekly_hours.0.day"],
    [{ day: 1, start: "9am", end: "17:00" }, "weekly_hours.0.start"],
    [{ day: 1, start: "09:00", end: "24:30" }, "weekly_hours.0.end"],
    [{ day: 1, start: "17:00", end: "09:00" }, "weekly_hours.0.end"],
    [{ day: 1, start: "09:00", end: "09:00" }, "weekly_hours.0.end"],
    [{ day: 1, start: "09:00" }, "weekly_hours.0.end"],
  ] as const) {
    const answer = await workspace.call("PUT", path, { weekly_hours: [hours] });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.error.details.fields[0].field, field);
  }
  // Day 0 is Sunday: 8 March 2026 is one.
  await workspace.call("PUT", path, { weekly_hours: [{ day: 0, start: "09:00", end: "10:00" }] });
  await workspace.call("POST", "/api/v1/scheduled-event-types", { name: "Visit" });
  const slots = await workspace.call("POST", "/api/v1/scheduling-bookings/available-slots", {
    event_type_name: "Visit",
    timezone: "Europe/London",
    date_to: "2026-03-09",
  });
  assert.deepEqual(
    slots.body.data.availability.dates.map((one: { date: string }) => one.date),
    ["2026-03-08"],
  );
});

test("workspace.set_scheduling_availability#2 date overrides block a date or give it hours of its own", async () => {
  const workspace = await frontdesk.workspace();
  for (const [override, field] of [
    [{ date: "2026-02-30", type: "blocked" }, "date_overrides.0.date"],
    [{ date: "2026-03-03", type: "holiday" }, "date_overrides.0.type"],
    [{ date: "2026-03-03", type: "custom" }, "date_overrides.0"],
    [{ date: "2026-03-03", type: "custom", start: "12:00", end: "11:00" }, "date_overrides.0.end"],
  ] as const) {
    const answer = await workspace.call("PUT", path, { date_overrides: [override] });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.error.details.fields[0].field, field);
  }
  const date_overrides = [
    { date: "2026-03-03", type: "blocked", reason: "Away" },
    { date: "2026-03-04", type: "custom", start: "20:00", end: "21:00", reason: "Late" },
  ];
  const set = await workspace.call("PUT", path, { date_overrides });
  assert.deepEqual(set.body.data.date_overrides, date_overrides);
  await workspace.call("POST", "/api/v1/scheduled-event-types", { name: "Visit" });
  const slots = await workspace.call("POST", "/api/v1/scheduling-bookings/available-slots", {
    event_type_name: "Visit",
    timezone: "Europe/London",
    date_from: "2026-03-03",
    date_to: "2026-03-04",
  });
  assert.deepEqual(
    slots.body.data.availability.dates.map((one: { date: string; slots: { time: string }[] }) => [
      one.date,
      one.slots.map((slot) => slot.time),
    ]),
    [["2026-03-04", ["20:00"]]],
  );
});

test("a zone nobody knows is refused", async () => {
  const workspace = await frontdesk.workspace();
  const answer = await workspace.call("PUT", path, { timezone: "Mars/Olympus" });
  assert.equal(answer.status, 400);
  assert.equal(answer.body.error.details.fields[0].field, "timezone");
});

test("blocking a date says which bookings are on it; they stay", async () => {
  const calendar = await openCalendar(frontdesk);
  const { workspace } = calendar;
  const bea = await calendar.addStaff("Bea");
  const booked = async (date: string, more: object = {}) =>
    (await calendar.book({ date, ...more })).body.data.booking;
  const tuesday = await booked("2026-03-03");
  await booked("2026-03-04");
  const gone = await booked("2026-03-03", { time: "14:00" });
  await workspace.call("POST", `/api/v1/scheduling-bookings/${gone.id}/cancel`);
  const put = async (date: string, more: object = {}) => {
    const date_overrides = [{ date, type: "blocked" }];
    const answer = await workspace.call("PUT", path, { date_overrides, ...more });
    assert.equal(answer.status, 200, answer.text);
    return answer.body.data.affected_bookings;
  };
  assert.deepEqual(await put("2026-03-03"), [
    { id: tuesday.id, title: "Leak repair", starts_at: "2026-03-03T10:00:00.000Z" },
  ]);
  assert.equal(await put("2026-03-05"), undefined);
  // A member's own dates are theirs alone; dates the company is closed on are everybody's who says nothing of them.
  const other = tuesday.user_id === bea ? workspace.adminId : bea;
  assert.equal(await put("2026-03-03", { user_id: other }), undefined);
  assert.equal((await put("2026-03-03", { user_id: tuesday.user_id })).length, 1);
  assert.equal(await put("2026-03-03"), undefined);
  assert.equal((await put("2026-03-04")).length, 1);
  const read = await workspace.call("GET", `/api/v1/scheduling-bookings/${tuesday.id}`);
  assert.equal(read.body.data.status, "confirmed");
});

test("a day the company is closed closes members who have dates of their own, unless they name that day", async () => {
  const calendar = await openCalendar(frontdesk);
  const { workspace } = calendar;
  const closed = "2026-03-04";
  const set = async (date_overrides: object[], more: object = {}) => {
    const answer = await workspace.call("PUT", path, { date_overrides, ...more });
    assert.equal(answer.status, 200, answer.text);
  };
  const daysOpen = async (): Promise<string[]> => {
    const answer = await calendar.slots({ date_from: "2026-03-03", date_to: "2026-03-05" });
    assert.equal(answer.status, 200, answer.text);
    return answer.body.data.availability.dates.map((one: { date: string }) => one.date);
  };
  await set([{ date: closed, type: "blocked", reason: "Bank holiday" }]);
  const own = [{ date: "2026-03-03", type: "blocked" }];
  await set(own, { user_id: "me" });
  assert.deepEqual(await daysOpen(), ["2026-03-05"]);
  const shown = await workspace.call("GET", `${path}?user_id=me`);
  assert.deepEqual(
    shown.body.data.date_overrides.map((one: { date: string }) => one.date),
    ["2026-03-03", closed],
  );
  await set([...own, { date: closed, type: "custom", start: "10:00", end: "12:00" }], { user_id: "me" });
  assert.deepEqual(await daysOpen(), [closed, "2026-03-05"]);
});

test("a member's own zone comes before the company's, whose hours they keep", async () => {
  const calendar = await openCalendar(frontdesk);
  const { workspace } = calendar;
  const weekly_hours = [{ day: 2, start: "09:00", end: "10:00" }];
  await workspace.call("PUT", path, { weekly_hours, timezone: "Europe/London" });
  assert.deepEqual(await calendar.openTimes("2026-03-03"), ["2026-03-03 09:00"]);
  await workspace.call("PUT", path, { user_id: workspace.adminId, timezone: "Europe/Paris" });
  assert.deepEqual(await calendar.openTimes("2026-03-03"), ["2026-03-03 08:00"]);
});
