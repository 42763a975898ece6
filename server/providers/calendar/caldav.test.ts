import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { providerErrorOf } from "../loopback.ts";
import { createCalDavCalendar } from "./caldav.ts";
import { contractCases } from "./contract-cases.ts";
import type { CalendarAccount, CalendarEvent } from "./port.ts";
import { noRadicale, startRadicale } from "./radicale.ts";
import type { Radicale } from "./radicale.ts";

const now = () => new Date("2026-03-02T09:00:00Z");
const calendar = createCalDavCalendar({ allowPrivate: true, now });
const range = { from: new Date("2026-03-01T00:00:00Z"), to: new Date("2026-04-01T00:00:00Z") };
const booking: CalendarEvent = {
  uid: "0198c0de-0000-7000-8000-000000000001@frontdesk",
  sequence: 0,
  title: "Leak repair; John, Smith",
  description: "Kitchen sink",
  start: new Date("2026-03-03T10:00:00Z"),
  end: new Date("2026-03-03T11:00:00Z"),
  timeZone: "Europe/London",
  attendees: [{ email: "john@example.com", name: "John Smith" }],
};

function entry(uid: string, ...lines: string[]): string {
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Phone//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20260101T000000Z",
    ...lines,
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}

const perth = [
  "BEGIN:VTIMEZONE",
  "TZID:Australia/Perth",
  "BEGIN:STANDARD",
  "DTSTART:19700101T000000",
  "TZOFFSETFROM:+0800",
  "TZOFFSETTO:+0800",
  "END:STANDARD",
  "END:VTIMEZONE",
  "BEGIN:VEVENT",
].join("\r\n");

describe("CalDAV, against Radicale", { skip: noRadicale }, () => {
  let radicale: Radicale;
  let made = 0;
  before(async () => {
    radicale = await startRadicale();
  });
  after(() => radicale?.close());

  async function account(): Promise<CalendarAccount & { path: string }> {
    const calendarId = await radicale.makeCalendar(`Work ${made++}`);
    const { username, password, url: serverUrl } = radicale;
    return {
      calendarId,
      path: new URL(calendarId).pathname,
      credentials: { serverUrl, username, password },
      timeZone: "Europe/London",
    };
  }

  async function put(path: string, name: string, text: string): Promise<void> {
    const response = await radicale.send("PUT", `${path}${name}.ics`, text, {
      "content-type": "text/calendar",
    });
    assert.ok(response.ok, `${response.status} ${await response.text()}`);
  }

  for (const [title, check] of Object.entries(contractCases)) {
    it(`contract: ${title}`, async () => {
      const own = await account();
      await check({
        calendar,
        account: own,
        addForeign: ({ id, title: summary, start, end }) =>
          put(
            own.path,
            id,
            entry(id, `SUMMARY:${summary}`, `DTSTART:${stamp(start)}`, `DTEND:${stamp(end)}`),
          ),
        close: async () => {},
      });
    });
  }

  it("finds the calendars from the server's address alone, those for events only", async () => {
    const own = await account();
    await radicale.makeCalendar("Chores", "VTODO");
    const found = await calendar.listCalendars(own.credentials);
    assert.equal(found.filter(({ isPrimary }) => isPrimary).length, 1);
    assert.deepEqual(
      found.filter(({ id }) => id === own.calendarId).map(({ name, canWrite }) => ({ name, canWrite })),
      [{ name: decodeURIComponent(own.path.split("/")[2]!), canWrite: true }],
    );
    assert.ok(!found.some(({ name }) => name === "Chores"));
  });

  it("writes what a calendar program can read, inviting nobody", async () => {
    const own = await account();
    const { externalId } = await calendar.insertEvent(own, booking);
    const text = await (await radicale.send("GET", new URL(externalId).pathname)).text();
    assert.match(text, /SUMMARY:Leak repair\\; John\\, Smith/);
    assert.match(text, /UID:0198c0de-0000-7000-8000-000000000001@frontdesk/);
    assert.match(text, /DESCRIPTION:Kitchen sink\\nJohn Smith <john@example.com>/);
    assert.doesNotMatch(text, /ATTENDEE|ORGANIZER|METHOD/);
  });

  it("moves an event without losing what its owner added to it", async () => {
    const own = await account();
    const { externalId } = await calendar.insertEvent(own, booking);
    const path = new URL(externalId).pathname;
    const text = await (await radicale.send("GET", path)).text();
    const noted = text.replace(
      "END:VEVENT",
      "CATEGORIES:Important\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Go\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT",
    );
    await radicale.send("PUT", path, noted, { "content-type": "text/calendar" });
    const start = new Date("2026-03-04T14:00:00Z");
    const end = new Date("2026-03-04T15:00:00Z");
    await calendar.updateEvent(own, externalId, { ...booking, sequence: 1, start, end });
    const moved = await (await radicale.send("GET", path)).text();
    assert.match(moved, /DTSTART:20260304T140000Z/);
    assert.match(moved, /SEQUENCE:1/);
    assert.match(moved, /CATEGORIES:Important/);
    assert.match(moved, /TRIGGER:-PT15M/);
    assert.deepEqual(await calendar.busy(own, range), [{ start, end }]);
  });

  it("brings back an event its owner deleted when the booking moves", async () => {
    const own = await account();
    const { externalId } = await calendar.insertEvent(own, booking);
    await radicale.send("DELETE", new URL(externalId).pathname);
    await calendar.updateEvent(own, externalId, { ...booking, sequence: 1 });
    assert.equal((await calendar.busy(own, range)).length, 1);
  });

  it("brings the event there is up to date, were it older than what is written, and never the other way", async () => {
    const own = await account();
    const start = new Date("2026-03-05T10:00:00Z");
    const moved = { ...booking, sequence: 1, start, end: new Date("2026-03-05T11:00:00Z") };
    const { externalId } = await calendar.insertEvent(own, booking);
    assert.deepEqual(await calendar.insertEvent(own, moved), { externalId });
    assert.deepEqual(await calendar.busy(own, range), [{ start, end: moved.end }]);
    assert.deepEqual(await calendar.insertEvent(own, booking), { externalId });
    assert.deepEqual(await calendar.busy(own, range), [{ start, end: moved.end }]);
  });

  it("takes up an entry with the same uid that its owner has added from the invitation", async () => {
    const own = await account();
    await put(
      own.path,
      "from-mail",
      entry(booking.uid, "DTSTART:20260303T100000Z", "DTEND:20260303T110000Z"),
    );
    const { externalId } = await calendar.insertEvent(own, booking);
    assert.equal(externalId, `${own.calendarId}from-mail.ics`);
    const { changes } = await calendar.changes(own, range);
    assert.deepEqual(
      changes.map((change) => !change.removed && change.title),
      [booking.title],
    );
  });

  it("answers the event there is, and refuses one written for something else", async () => {
    const own = await account();
    const first = await calendar.insertEvent(own, { ...booking, reference: "one" });
    assert.deepEqual(await calendar.insertEvent(own, { ...booking, reference: "one" }), first);
    const refusal = await providerErrorOf(calendar.insertEvent(own, { ...booking, reference: "two" }));
    assert.equal(refusal.code, "conflict");
  });

  it("reads series, their changed instances, whole days and other zones", async () => {
    const own = await account();
    const weekly = entry(
      "weekly",
      "DTSTART;TZID=Australia/Perth:20260302T090000",
      "DTEND;TZID=Australia/Perth:20260302T100000",
      "RRULE:FREQ=WEEKLY;COUNT=3",
      "EXDATE;TZID=Australia/Perth:20260309T090000",
    );
    const instance = [
      "BEGIN:VEVENT",
      "UID:weekly",
      "DTSTAMP:20260101T000000Z",
      "RECURRENCE-ID;TZID=Australia/Perth:20260316T090000",
      "DTSTART;TZID=Australia/Perth:20260317T110000",
      "DTEND;TZID=Australia/Perth:20260317T120000",
      "END:VEVENT",
      "END:VCALENDAR",
    ];
    await put(
      own.path,
      "weekly",
      weekly.replace("END:VCALENDAR", instance.join("\r\n")).replace("BEGIN:VEVENT", perth),
    );
    await put(
      own.path,
      "holiday",
      entry("holiday", "DTSTART;VALUE=DATE:20260320", "DTEND;VALUE=DATE:20260321"),
    );
    await put(
      own.path,
      "free",
      entry("free", "DTSTART:20260322T090000Z", "DTEND:20260322T100000Z", "TRANSP:TRANSPARENT"),
    );
    await put(
      own.path,
      "endless",
      entry(
        "endless",
        "DTSTART:20200101T080000Z",
        "DTEND:20200101T083000Z",
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=25",
      ),
    );
    assert.deepEqual(
      (await calendar.busy(own, range)).map(({ start, end }) => [start.toISOString(), end.toISOString()]),
      [
        ["2026-03-02T01:00:00.000Z", "2026-03-02T02:00:00.000Z"],
        ["2026-03-17T03:00:00.000Z", "2026-03-17T04:00:00.000Z"],
        ["2026-03-20T00:00:00.000Z", "2026-03-21T00:00:00.000Z"],
        ["2026-03-25T08:00:00.000Z", "2026-03-25T08:30:00.000Z"],
      ],
    );
  });

  it("takes times without a zone as the calendar's, else as the caller's", async () => {
    const own = await account();
    await put(own.path, "one", entry("one", "DTSTART:20260305T090000", "DTEND:20260305T100000"));
    const starts = async (timeZone: string) =>
      (await calendar.busy({ ...own, timeZone }, range)).map(({ start }) => start.toISOString());
    assert.deepEqual(await starts("Asia/Tokyo"), ["2026-03-05T00:00:00.000Z"]);
    const zone = perth.replace("BEGIN:VEVENT", "");
    const body = `<?xml version="1.0"?><propertyupdate xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>
<C:calendar-timezone>BEGIN:VCALENDAR\r\n${zone}END:VCALENDAR</C:calendar-timezone></prop></set></propertyupdate>`;
    assert.ok((await radicale.send("PROPPATCH", own.path, body)).ok);
    assert.deepEqual(await starts("Asia/Tokyo"), ["2026-03-05T01:00:00.000Z"]);
  });

  it("tells with a token only what changed since, and everything when the token is over", async () => {
    const own = await account();
    await put(own.path, "one", entry("one", "DTSTART:20260305T090000Z", "DTEND:20260305T100000Z"));
    await put(own.path, "two", entry("two", "DTSTART:20260306T090000Z", "DTEND:20260306T100000Z"));
    const first = await calendar.changes(own, range);
    assert.deepEqual([first.full, first.changes.length], [true, 2]);
    assert.deepEqual((await calendar.changes(own, range, first.syncToken)).changes, []);

    await put(
      own.path,
      "one",
      entry("one", "DTSTART:20260305T120000Z", "DTEND:20260305T130000Z", "SUMMARY:Moved"),
    );
    await radicale.send("DELETE", `${own.path}two.ics`);
    await put(
      own.path,
      "three",
      entry("three", "DTSTART:20260307T090000Z", "DTEND:20260307T100000Z", "STATUS:CANCELLED"),
    );
    const next = await calendar.changes(own, range, first.syncToken);
    assert.equal(next.full, false);
    const byName = Object.fromEntries(
      next.changes.map((change) => [change.externalId.split("/").at(-1), change]),
    );
    assert.deepEqual(byName["one.ics"], {
      externalId: `${own.calendarId}one.ics`,
      uid: "one",
      title: "Moved",
      busy: [{ start: new Date("2026-03-05T12:00:00Z"), end: new Date("2026-03-05T13:00:00Z") }],
    });
    assert.equal(byName["two.ics"]?.removed, true);
    assert.equal(byName["three.ics"]?.removed, true);

    const stale = JSON.stringify({
      ...JSON.parse(next.syncToken!),
      token: "http://radicale.org/ns/sync/0123456789abcdef",
    });
    for (const over of [stale, "nonsense", ""]) {
      const again = await calendar.changes(own, range, over);
      assert.deepEqual([again.full, again.changes.length], [true, 1], over);
    }
  });

  it("tells what a range that has grown now touches, although nothing changed", async () => {
    const own = await account();
    await put(own.path, "later", entry("later", "DTSTART:20260410T090000Z", "DTEND:20260410T100000Z"));
    const { syncToken } = await calendar.changes(own, range);
    const longer = { from: range.from, to: new Date("2026-05-01T00:00:00Z") };
    const { full, changes, syncToken: next } = await calendar.changes(own, longer, syncToken);
    assert.deepEqual([full, changes.map((change) => !change.removed && change.uid)], [false, ["later"]]);
    assert.deepEqual((await calendar.changes(own, longer, next)).changes, []);
  });

  it("says that a wrong password was revoked, and that a calendar is gone", async () => {
    const own = await account();
    const wrong = { ...own, credentials: { ...own.credentials, password: "guess" } };
    for (const attempt of [
      () => calendar.listCalendars(wrong.credentials),
      () => calendar.busy(wrong, range),
      () => calendar.changes(wrong, range),
      () => calendar.insertEvent(wrong, booking),
      () => calendar.deleteEvent(wrong, `${own.calendarId}x.ics`),
    ]) {
      const refusal = await providerErrorOf(attempt());
      assert.deepEqual([refusal.code, refusal.retryable], ["revoked", false]);
    }
    const { syncToken } = await calendar.changes(own, range);
    await radicale.send("DELETE", own.path);
    for (const attempt of [
      () => calendar.busy(own, range),
      () => calendar.changes(own, range),
      () => calendar.changes(own, range, syncToken),
      () => calendar.insertEvent(own, booking),
      () => calendar.updateEvent(own, `${own.calendarId}x.ics`, booking),
    ]) {
      const refusal = await providerErrorOf(attempt());
      assert.deepEqual([refusal.code, refusal.retryable], ["not-found", false]);
    }
    await calendar.deleteEvent(own, `${own.calendarId}x.ics`);
  });

  it("goes nowhere inside our network unless the installation allows it", async () => {
    const careful = createCalDavCalendar({ allowPrivate: false, now });
    const own = await account();
    const refusal = await providerErrorOf(careful.listCalendars(own.credentials));
    assert.deepEqual([refusal.code, refusal.retryable], ["address-refused", false]);
  });
});

function stamp(at: string): string {
  return `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}
