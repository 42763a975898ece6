import assert from "node:assert/strict";
import { test } from "node:test";
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
