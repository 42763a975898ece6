import assert from "node:assert/strict";
import { test } from "node:test";
import ICAL from "ical.js";
import { calendarFile } from "./calendar-file.ts";

const entry = {
  method: "REQUEST",
  uid: "b1@frontdesk",
  sequence: 3,
  stampedAt: new Date("2026-03-02T09:00:00Z"),
  startsAt: new Date("2026-03-03T10:00:00Z"),
  endsAt: new Date("2026-03-03T11:00:00Z"),
  summary: "Tap, drain; more\\less",
  description: `First line\r\nSecond ${"äöü€😀".repeat(30)}`,
  organizer: { name: 'Pipe "n" Drain\r\nX:evil', email: "hello@example.com" },
  attendees: [{ email: "a@example.com\r\nX-EVIL:1", name: "Ann" }],
} as const;

test("lines are at most 75 octets and unfold to what was put in", () => {
  const file = calendarFile(entry);
  const lines = file.split("\r\n");
  assert.ok(lines.every((line) => Buffer.byteLength(line) <= 75));
  assert.ok(!file.replaceAll("\r\n", "").includes("\n"));
  const unfolded = file.replaceAll("\r\n ", "");
  assert.match(unfolded, /SUMMARY:Tap\\, drain\\; more\\\\less\r\n/);
  assert.ok(unfolded.includes(`First line\\nSecond ${"äöü€😀".repeat(30)}\r\n`));
});

test("no name or address can add a line of its own", () => {
  const lines = calendarFile(entry).replaceAll("\r\n ", "").split("\r\n");
  assert.deepEqual(
    lines.filter((line) => /^X/i.test(line)),
    [],
  );
  assert.ok(lines.includes('ORGANIZER;CN="Pipe  n  Drain X:evil":mailto:hello@example.com'));
});

/** A file as another program reads it: the method, the event's properties, and the attendees with their parameters. */
function read(file: string) {
  const calendar = new ICAL.Component(ICAL.parse(file) as never);
  const event = calendar.getFirstSubcomponent("vevent");
  assert.ok(event);
  const value = (name: string) => event.getFirstPropertyValue(name)?.toString();
  return { method: calendar.getFirstPropertyValue("method"), event, value };
}

test("another program reads what was written", () => {
  const { method, event, value } = read(calendarFile(entry));
  assert.equal(method, "REQUEST");
  assert.equal(value("summary"), "Tap, drain; more\\less");
  assert.equal(value("description"), `First line\nSecond ${"äöü€😀".repeat(30)}`);
  assert.deepEqual(["uid", "sequence", "dtstart", "dtend", "dtstamp", "status"].map(value), [
    "b1@frontdesk",
    "3",
    "2026-03-03T10:00:00Z",
    "2026-03-03T11:00:00Z",
    "2026-03-02T09:00:00Z",
    "CONFIRMED",
  ]);
  assert.equal(event.getFirstProperty("organizer")?.getParameter("cn"), "Pipe  n  Drain X:evil");
});

test("an online meeting is where every program looks for one; an address stays the place", () => {
  const meetingUrl = "https://meet.example/abc?pwd=1;2";
  const online = read(calendarFile({ ...entry, meetingUrl }));
  assert.deepEqual(["location", "url", "conference"].map(online.value), [meetingUrl, meetingUrl, meetingUrl]);
  assert.deepEqual(online.event.getFirstProperty("conference")?.getParameter("feature"), "AUDIO,VIDEO");
  const both = read(calendarFile({ ...entry, meetingUrl, location: "1 High St, AB1" }));
  assert.deepEqual(["location", "url"].map(both.value), ["1 High St, AB1", meetingUrl]);
});

test("who asked for the appointment has accepted it, the others are asked; our address sends for the business", () => {
  const { event } = read(
    calendarFile({
      ...entry,
      organizer: { name: "Pipe", email: "hello@pipe.example", sentBy: "desk@frontdesk.example" },
      attendees: [{ email: "a@example.com", accepted: true }, { email: "b@example.com" }],
    }),
  );
  assert.equal(event.getFirstPropertyValue("organizer"), "mailto:hello@pipe.example");
  assert.equal(event.getFirstProperty("organizer")?.getParameter("sent-by"), "mailto:desk@frontdesk.example");
  assert.deepEqual(
    event.getAllProperties("attendee").map((one) => [one.getParameter("partstat"), one.getParameter("rsvp")]),
    [
      ["ACCEPTED", "FALSE"],
      ["NEEDS-ACTION", "TRUE"],
    ],
  );
});

test("a cancellation says so; one that only uninvites says nothing of the appointment's own state", () => {
  const cancelled = read(calendarFile({ ...entry, method: "CANCEL" }));
  assert.deepEqual([cancelled.method, cancelled.value("status")], ["CANCEL", "CANCELLED"]);
  const uninvited = read(calendarFile({ ...entry, method: "CANCEL", uninvites: true }));
  assert.deepEqual([uninvited.method, uninvited.value("status")], ["CANCEL", undefined]);
});
