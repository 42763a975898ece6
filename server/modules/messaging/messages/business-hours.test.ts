import assert from "node:assert/strict";
import { test } from "node:test";
import { quietUntil } from "./business-hours.ts";

const night = { enabled: true, start: "21:00", end: "08:00" };
const noon = { enabled: true, start: "12:00", end: "13:30" };
const until = (at: string, quiet = night, zone = "Europe/London") =>
  quietUntil(quiet, zone, new Date(at))?.toISOString();

test("quiet hours over midnight begin in the evening and end in the morning, whichever side of it one asks from", () => {
  const winter = "2026-01-11T08:00:00.000Z";
  for (const at of [
    "2026-01-10T21:00:00Z",
    "2026-01-10T23:59:59Z",
    "2026-01-11T00:00:00Z",
    "2026-01-11T07:59:59Z",
  ]) {
    assert.equal(until(at), winter, at);
  }
  for (const at of ["2026-01-10T20:59:59Z", "2026-01-11T08:00:00Z", "2026-01-11T12:00:00Z"]) {
    assert.equal(until(at), undefined, at);
  }
  assert.equal(until("2026-01-10T23:00:00Z", { ...night, enabled: false }), undefined);
});

test("quiet hours within a day; of no length they never are", () => {
  const lunch = "2026-01-10T13:30:00.000Z";
  assert.equal(until("2026-01-10T12:00:00Z", noon), lunch);
  assert.equal(until("2026-01-10T13:29:00Z", noon), lunch);
  assert.equal(until("2026-01-10T13:30:00Z", noon), undefined);
  assert.equal(until("2026-01-10T11:59:00Z", noon), undefined);
  assert.equal(until("2026-01-10T12:00:00Z", { ...noon, end: "12:00" }), undefined);
});

test("quiet hours are wall time: a night with a clock change is an hour shorter or longer", () => {
  assert.equal(until("2026-03-28T22:00:00Z"), "2026-03-29T07:00:00.000Z");
  assert.equal(until("2026-10-24T21:30:00Z"), "2026-10-25T08:00:00.000Z");
  // They end at 02:30, which is skipped that night: the first moment after it.
  const skipped = { enabled: true, start: "22:00", end: "02:30" };
  const afterTheGap = quietUntil(skipped, "Europe/Berlin", new Date("2026-03-28T23:00:00Z"));
  assert.equal(afterTheGap?.toISOString(), "2026-03-29T01:00:00.000Z");
  const pacific = until("2026-01-11T06:00:00Z", night, "America/Los_Angeles");
  assert.equal(pacific, "2026-01-11T16:00:00.000Z");
});
