/** A member's own calendar on a real CalDAV server: what keeps them busy there closes times here, what is booked here stands there. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { bookings, openCalendar } from "../../modules/calendar/test-calendar.ts";
import { readBusy } from "../../providers/calendar/ical-busy.ts";
import { noRadicale, startRadicale } from "../../providers/calendar/radicale.ts";
import type { Radicale } from "../../providers/calendar/radicale.ts";
import { startHarness } from "../harness.ts";
import type { Json } from "../harness.ts";

const connections = "/api/v1/calendar-connections";
const tuesday = "2026-03-03";

function entry(uid: string, from: string, to: string, ...more: string[]): string {
  const at = (time: string) => `20260303T${time.replace(":", "")}00Z`;
  const lines = [`UID:${uid}`, "DTSTAMP:20260101T000000Z", `DTSTART:${at(from)}`, `DTEND:${at(to)}`, ...more];
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Phone//EN",
    "BEGIN:VEVENT",
    ...lines,
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}

test(
  "a plumber's calendar at home and the shop's diary keep up with each other",
  { skip: noRadicale },
  async () => {
    const frontdesk = await startHarness({ environment: { FRONTDESK_ALLOW_PRIVATE_CALENDARS: "1" } });
    const radicale = await startRadicale();
    after(() => radicale.close());
    const home = await radicale.makeCalendar("Home");
    const shop = await openCalendar(frontdesk);
    const { workspace } = shop;
    const put = (name: string, text: string) =>
      radicale.send("PUT", `${new URL(home).pathname}${name}.ics`, text, { "content-type": "text/calendar" });
    await put("dentist", entry("dentist", "10:00", "11:00", "SUMMARY:Dentist"));

    // The password is tried before anything is kept; the calendar is then chosen among those it opens.
    const { url: serverUrl, username, password } = radicale;
    const credentials = { serverUrl, username, password };
    const tried = await workspace.call("POST", `${connections}/remote-calendars`, {
      provider: "caldav",
      credentials: { ...credentials, password: "guess" },
    });
    assert.equal(tried.status, 409, tried.text);
    const offered = await workspace.call("POST", `${connections}/remote-calendars`, {
      provider: "caldav",
      credentials,
    });
    assert.equal(offered.status, 200, offered.text);
    const [calendar] = offered.body.data.calendars;
    assert.deepEqual(calendar, { calendar_id: home, name: "Home", is_primary: true, can_write: true });
    const made = await workspace.call("POST", connections, {
      member_id: workspace.adminId,
      provider: "caldav",
      calendar_id: calendar.calendar_id,
      name: calendar.name,
      credentials,
      writes_bookings: true,
    });
    assert.equal(made.status, 201, made.text);
    await frontdesk.settle();
    const current = async () =>
      (await workspace.call("GET", `${connections}/${made.body.data.id}`)).body.data;
    assert.equal((await current()).status, "active");

    // What keeps the plumber busy closes the time.
    assert.ok(!(await shop.openTimes(tuesday)).includes(`${tuesday} 10:00`));
    assert.equal((await shop.book()).status, 409);

    // What is booked stands in the calendar, is not busy a second time, moves and disappears.
    const booked = await shop.book({ time: "14:00" });
    assert.equal(booked.status, 201, booked.text);
    const { id } = booked.body.data.booking as Json;
    await frontdesk.settle();
    const [written, ...others] = await entriesOf(radicale, home, id);
    assert.deepEqual(others, []);
    assert.deepEqual(written, { title: "Leak repair: John Smith", start: "2026-03-03T14:00:00.000Z" });
    await frontdesk.advance(600);
    assert.deepEqual((await workspace.call("GET", "/api/v1/calendar-conflicts")).body.data, []);

    const token = await workspace.privateToken(["READ_BOOKINGS", "WRITE_BOOKINGS"]);
    const moved = await frontdesk.call("PATCH", `/api/private/v1/bookings/${id}`, {
      key: token,
      body: { scheduledStartAt: "2026-03-03T15:00:00Z" },
    });
    assert.equal(moved.status, 200, moved.text);
    await frontdesk.settle();
    assert.deepEqual(await entriesOf(radicale, home, id), [
      { ...written, start: "2026-03-03T15:00:00.000Z" },
    ]);

    // The plumber's day changes at home: the dentist is off, the school play is on.
    await radicale.send("DELETE", `${new URL(home).pathname}dentist.ics`);
    await put("play", entry("play", "12:00", "13:00"));
    // Entered without a zone, on a day of summer time: it means the shop's.
    await put("hair", entry("hair", "10:00", "11:00").replaceAll(/20260303(T\d+)Z/g, "20260407$1"));
    await frontdesk.advance(600);
    const times = await shop.openTimes(tuesday);
    assert.ok(times.includes(`${tuesday} 10:00`) && !times.includes(`${tuesday} 12:00`), times.join());

    const summer = await shop.openTimes("2026-04-07");
    assert.ok(!summer.includes("2026-04-07 10:00") && summer.includes("2026-04-07 11:00"), summer.join());

    await workspace.call("POST", `${bookings}/${id}/cancel`, {});
    await frontdesk.settle();
    assert.deepEqual(await entriesOf(radicale, home, id), []);

    // The calendar is thrown away: nobody is any freer for it, and its owner is told.
    await radicale.send("DELETE", new URL(home).pathname);
    await frontdesk.advance(600);
    const lost = await current();
    assert.deepEqual([lost.status, lost.last_error], ["failing", "The calendar is not there any more."]);
    assert.ok(!(await shop.openTimes(tuesday)).includes(`${tuesday} 12:00`));
  },
);

test("a feed of ours is a calendar others can connect: one shop's bookings keep a member of another busy", async () => {
  const frontdesk = await startHarness({ environment: { FRONTDESK_ALLOW_PRIVATE_CALENDARS: "1" } });
  const url = await frontdesk.http.listen({ host: "127.0.0.1", port: 0 });
  const [first, second] = [await openCalendar(frontdesk), await openCalendar(frontdesk)];
  const feed = await first.workspace.call("POST", "/api/v1/calendar-feeds", {
    member_id: first.workspace.adminId,
    shows: "busy",
  });
  const address = `${url}${new URL(feed.body.data.url).pathname}`;
  assert.equal((await first.book()).status, 201);
  const looked = await second.workspace.call("POST", `${connections}/remote-calendars`, {
    provider: "ics",
    credentials: { serverUrl: address },
  });
  const [{ calendar_id: calendarId, can_write: canWrite }] = looked.body.data.calendars;
  assert.deepEqual([calendarId, canWrite], [address, false]);
  const made = await second.workspace.call("POST", connections, {
    member_id: second.workspace.adminId,
    provider: "ics",
    calendar_id: calendarId,
  });
  assert.equal(made.status, 201, made.text);
  await frontdesk.settle();
  assert.ok(!(await second.openTimes(tuesday)).includes(`${tuesday} 10:00`));
  assert.equal((await second.book()).status, 409);
});

async function entriesOf(radicale: Radicale, home: string, bookingId: string) {
  const response = await radicale.send("GET", new URL(home).pathname);
  const range = { from: new Date("2026-03-01T00:00:00Z"), to: new Date("2026-04-01T00:00:00Z") };
  return readBusy(await response.text(), { range })
    .entries.filter(({ uid }) => uid === `${bookingId}@frontdesk`)
    .map(({ title, busy }) => ({ title, start: busy[0]?.start.toISOString() }));
}
