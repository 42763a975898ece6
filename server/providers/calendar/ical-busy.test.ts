import assert from "node:assert/strict";
import { test } from "node:test";
import { readBusy } from "./ical-busy.ts";
import type { ReadOptions } from "./ical-busy.ts";

const range = { from: new Date("2026-03-01T00:00:00Z"), to: new Date("2026-05-01T00:00:00Z") };

function calendar(...lines: string[]): string {
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN", ...lines, "END:VCALENDAR", ""].join("\r\n");
}

function event(...lines: string[]): string {
  return ["BEGIN:VEVENT", ...lines, "END:VEVENT"].join("\r\n");
}

/** "2026-03-02T09:00Z/10:00Z": the end's date is left out when it is the start's. */
function shown(text: string, options: Partial<ReadOptions> = {}): string[] {
  return readBusy(text, { range, timeZone: "Australia/Perth", ...options })
    .entries.flatMap(({ busy }) => busy)
    .sort((one, other) => one.start.getTime() - other.start.getTime())
    .map(({ start, end }) => {
      const [from, to] = [start, end].map((time) => time.toISOString().replace(":00.000Z", "Z"));
      return `${from}/${from!.slice(0, 10) === to!.slice(0, 10) ? to!.slice(11) : to}`;
    });
}

type Case = { name: string; lines: string[]; busy: string[]; options?: Partial<ReadOptions> };

const newYork = [
  "BEGIN:VTIMEZONE",
  "TZID:Office",
  "BEGIN:DAYLIGHT",
  "TZOFFSETFROM:-0500",
  "TZOFFSETTO:-0400",
  "DTSTART:20070311T020000",
  "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
  "END:DAYLIGHT",
  "BEGIN:STANDARD",
  "TZOFFSETFROM:-0400",
  "TZOFFSETTO:-0500",
  "DTSTART:20071104T020000",
  "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU",
  "END:STANDARD",
  "END:VTIMEZONE",
];

const cases: Case[] = [
  {
    name: "a time in UTC",
    lines: [event("UID:1", "DTSTART:20260302T090000Z", "DTEND:20260302T100000Z")],
    busy: ["2026-03-02T09:00Z/10:00Z"],
  },
  {
    name: "a time in an IANA zone",
    lines: [
      event(
        "UID:1",
        "DTSTART;TZID=Europe/London:20260401T090000",
        "DTEND;TZID=Europe/London:20260401T100000",
      ),
    ],
    busy: ["2026-04-01T08:00Z/09:00Z"],
  },
  {
    name: "a zone with its maker's path before it",
    lines: [
      event("UID:1", "DTSTART;TZID=/mozilla.org/20070129_1/Europe/London:20260401T090000", "DURATION:PT1H"),
    ],
    busy: ["2026-04-01T08:00Z/09:00Z"],
  },
  {
    name: "a Windows zone",
    lines: [event("UID:1", 'DTSTART;TZID="AUS Eastern Standard Time":20260302T090000', "DURATION:PT30M")],
    busy: ["2026-03-01T22:00Z/22:30Z"],
  },
  {
    name: "a zone the file defines, before and after its clock changes",
    lines: [
      ...newYork,
      event("UID:1", "DTSTART;TZID=Office:20260306T090000", "DURATION:PT1H"),
      event("UID:2", "DTSTART;TZID=Office:20260309T090000", "DURATION:PT1H"),
    ],
    busy: ["2026-03-06T14:00Z/15:00Z", "2026-03-09T13:00Z/14:00Z"],
  },
  {
    name: "the first of a time that a defined zone's clock repeats, and the time after one it skips",
    lines: [
      ...newYork,
      event("UID:1", "DTSTART;TZID=Office:20251102T013000", "DURATION:PT1H"),
      event("UID:2", "DTSTART;TZID=Office:20260308T023000", "DURATION:PT1H"),
    ],
    options: { range: { from: new Date("2025-11-01T00:00:00Z"), to: range.to } },
    busy: ["2025-11-02T05:30Z/06:30Z", "2026-03-08T07:30Z/08:30Z"],
  },
  {
    name: "a floating time and a whole day in the calendar's zone",
    lines: [
      event("UID:1", "DTSTART:20260302T090000", "DTEND:20260302T100000"),
      event("UID:2", "DTSTART;VALUE=DATE:20260304"),
    ],
    busy: ["2026-03-02T01:00Z/02:00Z", "2026-03-03T16:00Z/2026-03-04T16:00Z"],
  },
  {
    name: "the file's own zone before the caller's",
    lines: ["X-WR-TIMEZONE:Asia/Tokyo", event("UID:1", "DTSTART:20260302T090000", "DTEND:20260302T100000")],
    busy: ["2026-03-02T00:00Z/01:00Z"],
  },
  {
    name: "several whole days, and one that ends on the day it begins",
    lines: [
      event("UID:1", "DTSTART;VALUE=DATE:20260304", "DTEND;VALUE=DATE:20260306"),
      event("UID:2", "DTSTART;VALUE=DATE:20260310", "DTEND;VALUE=DATE:20260310"),
      event("UID:3", "DTSTART;VALUE=DATE:20260315", "DURATION:P1W"),
    ],
    options: { timeZone: "UTC" },
    busy: [
      "2026-03-04T00:00Z/2026-03-06T00:00Z",
      "2026-03-10T00:00Z/2026-03-11T00:00Z",
      "2026-03-15T00:00Z/2026-03-22T00:00Z",
    ],
  },
  {
    name: "a whole day of 23 hours",
    lines: [event("UID:1", "DTSTART;VALUE=DATE:20260329")],
    options: { timeZone: "Europe/Berlin" },
    busy: ["2026-03-28T23:00Z/2026-03-29T22:00Z"],
  },
  {
    name: "a duration of a day over a clock change, and one of 24 hours",
    lines: [
      event("UID:1", "DTSTART;TZID=Europe/Berlin:20260328T090000", "DURATION:P1D"),
      event("UID:2", "DTSTART;TZID=Europe/Berlin:20260428T090000", "DURATION:PT24H"),
    ],
    busy: ["2026-03-28T08:00Z/2026-03-29T07:00Z", "2026-04-28T07:00Z/2026-04-29T07:00Z"],
  },
  {
    name: "nothing for an event without a length",
    lines: [
      event("UID:1", "DTSTART:20260302T090000Z"),
      event("UID:2", "DTSTART:20260302T090000Z", "DTEND:20260302T080000Z"),
    ],
    busy: [],
  },
  {
    name: "a weekly event at the same time on the wall over a clock change",
    lines: [
      event(
        "UID:1",
        "DTSTART;TZID=Europe/Berlin:20260323T090000",
        "DTEND;TZID=Europe/Berlin:20260323T100000",
        "RRULE:FREQ=WEEKLY;COUNT=2",
      ),
    ],
    busy: ["2026-03-23T08:00Z/09:00Z", "2026-03-30T07:00Z/08:00Z"],
  },
  {
    name: "an endless rule only where the range is",
    lines: [
      event("UID:1", "DTSTART:19700101T090000Z", "DTEND:19700101T093000Z", "RRULE:FREQ=MONTHLY;BYDAY=-1FR"),
    ],
    busy: ["2026-03-27T09:00Z/09:30Z", "2026-04-24T09:00Z/09:30Z"],
  },
  {
    name: "UNTIL as an instant, as a time of the zone and as a day, the last one included",
    lines: [
      event(
        "UID:1",
        "DTSTART;TZID=Australia/Perth:20260302T070000",
        "DURATION:PT1H",
        "RRULE:FREQ=DAILY;UNTIL=20260302T230000Z",
      ),
      event(
        "UID:2",
        "DTSTART;TZID=Australia/Perth:20260310T070000",
        "DURATION:PT1H",
        "RRULE:FREQ=DAILY;UNTIL=20260311T070000",
      ),
      event("UID:3", "DTSTART;VALUE=DATE:20260320", "RRULE:FREQ=DAILY;UNTIL=20260321"),
    ],
    busy: [
      "2026-03-01T23:00Z/2026-03-02T00:00Z",
      "2026-03-02T23:00Z/2026-03-03T00:00Z",
      "2026-03-09T23:00Z/2026-03-10T00:00Z",
      "2026-03-10T23:00Z/2026-03-11T00:00Z",
      "2026-03-19T16:00Z/2026-03-21T16:00Z",
    ],
  },
  {
    name: "dates added and left out, in any zone and as whole days",
    lines: [
      event(
        "UID:1",
        "DTSTART;TZID=Australia/Perth:20260302T090000",
        "DURATION:PT1H",
        "RRULE:FREQ=DAILY;COUNT=6",
        "EXDATE:20260303T010000Z,20260201T010000Z",
        "EXDATE;TZID=Australia/Perth:20260304T090000",
        "EXDATE;VALUE=DATE:20260305",
        "RDATE:20260310T010000Z",
        "RDATE;VALUE=PERIOD:20260311T010000Z/PT2H",
      ),
    ],
    busy: [
      "2026-03-02T01:00Z/02:00Z",
      "2026-03-06T01:00Z/02:00Z",
      "2026-03-07T01:00Z/02:00Z",
      "2026-03-10T01:00Z/02:00Z",
      "2026-03-11T01:00Z/03:00Z",
    ],
  },
  {
    name: "instances moved, cancelled and made free, named in another zone",
    lines: [
      event("UID:1", "RECURRENCE-ID:20260303T010000Z", "DTSTART:20260303T050000Z", "DTEND:20260303T060000Z"),
      event(
        "UID:1",
        "DTSTART;TZID=Australia/Perth:20260302T090000",
        "DURATION:PT1H",
        "RRULE:FREQ=DAILY;COUNT=4",
      ),
      event(
        "UID:1",
        "RECURRENCE-ID;TZID=Australia/Perth:20260304T090000",
        "DTSTART;TZID=Australia/Perth:20260304T090000",
        "DURATION:PT1H",
        "STATUS:CANCELLED",
      ),
      event(
        "UID:1",
        "RECURRENCE-ID:20260305T010000Z",
        "DTSTART:20260305T010000Z",
        "DURATION:PT1H",
        "TRANSP:TRANSPARENT",
      ),
    ],
    busy: ["2026-03-02T01:00Z/02:00Z", "2026-03-03T05:00Z/06:00Z"],
  },
  {
    name: "an instance moved into the range from outside, and one whose series is not in the file",
    lines: [
      event("UID:1", "DTSTART:20260105T090000Z", "DTEND:20260105T100000Z", "RRULE:FREQ=WEEKLY;COUNT=2"),
      event("UID:1", "RECURRENCE-ID:20260112T090000Z", "DTSTART:20260305T090000Z", "DTEND:20260305T100000Z"),
      event("UID:2", "RECURRENCE-ID:20260306T090000Z", "DTSTART:20260306T110000Z", "DTEND:20260306T120000Z"),
    ],
    busy: ["2026-03-05T09:00Z/10:00Z", "2026-03-06T11:00Z/12:00Z"],
  },
  {
    name: "a series changed from one instance on",
    lines: [
      event("UID:1", "DTSTART:20260302T090000Z", "DTEND:20260302T100000Z", "RRULE:FREQ=DAILY;COUNT=4"),
      event(
        "UID:1",
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20260304T090000Z",
        "DTSTART:20260304T140000Z",
        "DTEND:20260304T143000Z",
      ),
    ],
    busy: [
      "2026-03-02T09:00Z/10:00Z",
      "2026-03-03T09:00Z/10:00Z",
      "2026-03-04T14:00Z/14:30Z",
      "2026-03-05T14:00Z/14:30Z",
    ],
  },
  {
    name: "a series changed twice, the later change first in the file",
    lines: [
      event(
        "UID:1",
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20260304T090000Z",
        "DTSTART:20260304T150000Z",
        "DURATION:PT1H",
      ),
      event(
        "UID:1",
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20260303T090000Z",
        "DTSTART:20260303T120000Z",
        "DURATION:PT1H",
      ),
      event("UID:1", "DTSTART:20260302T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4"),
    ],
    busy: [
      "2026-03-02T09:00Z/10:00Z",
      "2026-03-03T12:00Z/13:00Z",
      "2026-03-04T15:00Z/16:00Z",
      "2026-03-05T15:00Z/16:00Z",
    ],
  },
  {
    name: "a tentative event but not a cancelled, a transparent, or one Outlook calls free",
    lines: [
      event("UID:1", "DTSTART:20260302T090000Z", "DURATION:PT1H", "STATUS:TENTATIVE"),
      event("UID:2", "DTSTART:20260303T090000Z", "DURATION:PT1H", "STATUS:CANCELLED"),
      event("UID:3", "DTSTART:20260304T090000Z", "DURATION:PT1H", "TRANSP:TRANSPARENT"),
      event("UID:4", "DTSTART:20260305T090000Z", "DURATION:PT1H", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"),
    ],
    busy: ["2026-03-02T09:00Z/10:00Z"],
  },
  {
    name: "what others declined but not what the owner did",
    lines: [
      event(
        "UID:1",
        "DTSTART:20260302T090000Z",
        "DURATION:PT1H",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:other@shop.test",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:sam@shop.test",
      ),
      event(
        "UID:2",
        "DTSTART:20260303T090000Z",
        "DURATION:PT1H",
        "ATTENDEE;PARTSTAT=DECLINED:MAILTO:Sam@Shop.test",
      ),
    ],
    options: { owners: ["sam@shop.test"] },
    busy: ["2026-03-02T09:00Z/10:00Z"],
  },
  {
    name: "published free-busy times",
    lines: [
      "BEGIN:VFREEBUSY",
      "FREEBUSY;FBTYPE=BUSY:20260302T090000Z/PT1H,20260303T090000Z/20260303T100000Z",
      "FREEBUSY;FBTYPE=FREE:20260304T090000Z/PT1H",
      "END:VFREEBUSY",
    ],
    busy: ["2026-03-02T09:00Z/10:00Z", "2026-03-03T09:00Z/10:00Z"],
  },
  {
    name: "the newest of two versions of an event",
    lines: [
      event("UID:1", "SEQUENCE:2", "DTSTART:20260303T090000Z", "DURATION:PT1H"),
      event("UID:1", "SEQUENCE:1", "DTSTART:20260302T090000Z", "DURATION:PT1H"),
    ],
    busy: ["2026-03-03T09:00Z/10:00Z"],
  },
  {
    name: "an event that began before the range and lasts into it",
    lines: [event("UID:1", "DTSTART:20260201T090000Z", "DTEND:20260302T100000Z")],
    busy: ["2026-02-01T09:00Z/2026-03-02T10:00Z"],
  },
  {
    name: "the first time of an event whose rule makes no sense",
    lines: [event("UID:1", "DTSTART:20260302T090000Z", "DURATION:PT1H", "RRULE:FREQ=SOMETIMES")],
    busy: ["2026-03-02T09:00Z/10:00Z"],
  },
  {
    name: "nothing but its start for a rule that no day fulfils",
    lines: [
      event("UID:1", "DTSTART:20260302T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"),
      event(
        "UID:2",
        "DTSTART:20260303T090000Z",
        "DURATION:PT1H",
        "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
      ),
    ],
    busy: ["2026-03-02T09:00Z/10:00Z", "2026-03-03T09:00Z/10:00Z"],
  },
];

for (const { name, lines, busy, options } of cases) {
  test(`a calendar file says: ${name}`, () => assert.deepEqual(shown(calendar(...lines), options), busy));
}

const good = event("UID:good", "DTSTART:20260302T090000Z", "DTEND:20260302T100000Z");
const broken: [string, string][] = [
  ["a start that is no time", event("UID:bad", "DTSTART:soon", "DTEND:20260302T100000Z")],
  ["no start", event("UID:bad", "SUMMARY:Nothing")],
  [
    "a line without a colon",
    event("UID:bad", "DTSTART:20260301T090000Z", "SUMMARY no colon", "DURATION:PT1"),
  ],
  ["an event that is not closed", "BEGIN:VEVENT\r\nUID:bad\r\nDTSTART:20260302T090000Z"],
  ["an alarm that is not closed", event("UID:bad", "BEGIN:VALARM", "TRIGGER:-PT5M")],
  ["a zone that defines nothing", "BEGIN:VTIMEZONE\r\nTZID:Nowhere\r\nEND:VTIMEZONE"],
];

for (const [name, bad] of broken) {
  test(`a file with ${name} keeps its other events`, () => {
    for (const lines of [
      [bad, good],
      [good, bad],
    ]) {
      const entries = readBusy(calendar(...lines), { range }).entries.filter(({ uid }) => uid === "good");
      assert.equal(entries[0]?.busy.length, 1, lines.join("\n"));
    }
  });
}

test("a description that goes on without an indent, an alarm and an attachment do not get in the way", () => {
  const text = calendar(
    event(
      "UID:1",
      "DTSTART:20260302T090000Z",
      "DESCRIPTION:First line",
      "of a text nobody folded",
      `ATTACH;ENCODING=BASE64;VALUE=BINARY:${"A".repeat(300_000)}`,
      "BEGIN:VALARM",
      "DURATION:PT5M",
      "TRIGGER:-PT5M",
      "END:VALARM",
      "SUMMARY:Folded",
      "  here",
      "DTEND:20260302T100000Z",
    ),
  );
  const { entries, broken: lost } = readBusy(text, { range });
  assert.deepEqual(entries, [
    {
      uid: "1",
      title: "Folded here",
      busy: [{ start: new Date("2026-03-02T09:00:00Z"), end: new Date("2026-03-02T10:00:00Z") }],
    },
  ]);
  assert.equal(lost, 0);
});

test("lines may end without a return, and what is private has no title", () => {
  const text = calendar(
    event("UID:1", "CLASS:PRIVATE", "SUMMARY:Doctor", "DTSTART:20260302T090000Z", "DURATION:PT1H"),
  );
  const { entries } = readBusy(`\uFEFF${text.replaceAll("\r\n", "\n")}`, { range });
  assert.equal(entries[0]?.busy.length, 1);
  assert.equal(entries[0]?.title, undefined);
});

test("a file of endless rules by the second yields a bounded number of times", () => {
  const text = calendar(
    ...Array.from({ length: 30 }, (_, index) =>
      event(`UID:${index}`, "DTSTART:20260302T090000Z", "DURATION:PT0.5S", "RRULE:FREQ=SECONDLY;INTERVAL=2"),
    ),
  );
  const counted = readBusy(text, { range }).entries.flatMap(({ busy }) => busy).length;
  assert.ok(counted <= 200_000, `${counted} times`);
});

test("a file of rules that never come true is read to its end", () => {
  const text = calendar(
    ...Array.from({ length: 5_000 }, (_, index) =>
      event(
        `UID:${index}`,
        "DTSTART:20260302T090000Z",
        "DURATION:PT1H",
        "RRULE:FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=31",
      ),
    ),
  );
  const { entries, broken: lost } = readBusy(text, { range });
  assert.deepEqual([entries.filter(({ busy }) => busy.length === 1).length, lost], [5_000, 0]);
});

test("what is not a calendar has no events", () => {
  for (const text of [
    "",
    "<html></html>",
    "BEGIN:VCALENDAR",
    "\u0000\u0001",
    "BEGIN:VEVENT\r\nBEGIN:VEVENT",
  ]) {
    assert.deepEqual(readBusy(text, { range }).entries, []);
  }
});
