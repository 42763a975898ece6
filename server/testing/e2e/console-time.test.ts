import assert from "node:assert/strict";
import { test } from "node:test";
import { addDays, dateKey, instantOf, minuteOfDay, wallText, whenOf } from "../../../console/src/time.ts";

const newYork = "America/New_York";

test("the page reads instants off the shop's wall", () => {
  const at = new Date("2026-03-03T04:30:00Z");
  assert.equal(dateKey(at, newYork), "2026-03-02");
  assert.equal(minuteOfDay(at, newYork), 23 * 60 + 30);
  assert.equal(wallText(at, newYork), "2026-03-02 23:30:00");
  assert.equal(whenOf(at, newYork, new Date("2026-03-02T12:00:00Z")), "23:30");
  assert.match(whenOf(at, newYork, new Date("2026-03-03T12:00:00Z")), /Mon.* 2 Mar, 23:30/);
  assert.equal(addDays("2026-03-08", 1), "2026-03-09");
  assert.equal(addDays("2026-03-01", -1), "2026-02-28");
});

test("a wall clock time is the right instant on both sides of a clock change", () => {
  assert.equal(instantOf("2026-03-07 12:00:00", newYork).toISOString(), "2026-03-07T17:00:00.000Z");
  assert.equal(instantOf("2026-03-08 12:00:00", newYork).toISOString(), "2026-03-08T16:00:00.000Z");
  assert.equal(instantOf("2026-03-08 00:30:00", newYork).toISOString(), "2026-03-08T05:30:00.000Z");
  assert.equal(instantOf("2026-11-01 12:00:00", newYork).toISOString(), "2026-11-01T17:00:00.000Z");
  assert.equal(instantOf("2026-03-02 09:00:00", "Asia/Kolkata").toISOString(), "2026-03-02T03:30:00.000Z");
});
