import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readBusy } from "./ical-busy.ts";

const range = { from: new Date("2026-03-01T00:00:00Z"), to: new Date("2026-05-01T00:00:00Z") };

// Lines as files have them, and as they should not.
const line = fc.oneof(
  fc.constantFrom(
    "BEGIN:VEVENT",
    "END:VEVENT",
    "BEGIN:VTIMEZONE",
    "END:VTIMEZONE",
    "BEGIN:STANDARD",
    "END:STANDARD",
    "BEGIN:VALARM",
    "END:VALARM",
    "BEGIN:VFREEBUSY",
    "END:VFREEBUSY",
    "TZID:Here",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:-0800",
    "TZOFFSETTO:nonsense",
    "UID:1",
    "UID:2",
    "SEQUENCE:soon",
    "DTSTART:20260302T090000",
    "DTSTART;TZID=Here:20260302T090000",
    "DTSTART;TZID=Nowhere:20260302T090000Z",
    "DTSTART;VALUE=DATE:20260230",
    "DTSTART;VALUE=DATE:00000000",
    "DTSTART:99991231T235959Z",
    "DTSTART:20260302",
    "DTEND:20260302T100000Z",
    "DTEND;VALUE=DATE:20260310",
    "DURATION:P1D",
    "DURATION:-PT9999999999H",
    "DURATION:P99999999W",
    "RECURRENCE-ID:20260304T090000Z",
    "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Here:20260304T090000",
    "EXDATE:20260303T090000Z,,20260304",
    "RDATE;VALUE=PERIOD:20260305T090000Z/PT1H",
    "RDATE:20260306T090000Z",
    "FREEBUSY:20260305T090000Z/PT1H",
    "STATUS:CANCELLED",
    "ATTENDEE;PARTSTAT=DECLINED:mailto:a@b.test",
    " folded",
    ":",
    ";=",
    "",
  ),
  fc
    .record({
      freq: fc.constantFrom("SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"),
      interval: fc.constantFrom(0, 1, 2, 7, 1e9),
      part: fc.constantFrom(
        "",
        ";BYMONTH=2;BYMONTHDAY=30",
        ";BYDAY=-5MO,TU",
        ";BYSETPOS=-1",
        ";BYWEEKNO=53",
        ";BYYEARDAY=-366",
        ";BYHOUR=25",
        ";COUNT=99999999",
        ";UNTIL=20260401",
        ";UNTIL=20260401T000000Z",
        ";WKST=SU;BYDAY=SU",
      ),
    })
    .map(({ freq, interval, part }) => `RRULE:FREQ=${freq};INTERVAL=${interval}${part}`),
  fc.string({ maxLength: 60 }),
);

test("whatever a file says, its reading ends, and every time it tells is a time that touches the range", () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), fc.boolean(), (lines, wrapped) => {
      const body = wrapped
        ? ["BEGIN:VEVENT", "UID:1", "DTSTART:20260302T090000Z", ...lines, "END:VEVENT"]
        : lines;
      const text = ["BEGIN:VCALENDAR", ...body, "END:VCALENDAR"].join("\r\n");
      const { entries } = readBusy(text, { range, owners: ["a@b.test"], timeZone: "Europe/London" });
      for (const { start, end } of entries.flatMap(({ busy }) => busy)) {
        assert.ok(start < end && start < range.to && end > range.from, `${String(start)} ${String(end)}`);
      }
    }),
    { numRuns: 400 },
  );
});
