import assert from "node:assert/strict";
import { test } from "node:test";
import { addMonths, firstWeekdayOf, isMonth, monthBounds, weeksOf } from "./month.ts";

test("months follow one another over the turn of the year", () => {
  assert.equal(addMonths("2026-12", 1), "2027-01");
  assert.equal(addMonths("2026-01", -1), "2025-12");
  assert.equal(addMonths("2026-03", 14), "2027-05");
  for (const odd of ["2026-13", "2026-00", "2026-3", "26-03", undefined]) assert.equal(isMonth(odd), false);
});

test("every date stands once, under its weekday", () => {
  const monday = weeksOf("2026-03", 1);
  assert.deepEqual(monday[0], [
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    "2026-03-01",
  ]);
  assert.equal(monday.length, 6);
  assert.equal(weeksOf("2026-03", 0)[0]?.[0], "2026-03-01");
  assert.equal(weeksOf("2026-02", 0).length, 4);
  for (const firstWeekday of [0, 1, 6]) {
    const dates = weeksOf("2028-02", firstWeekday).flat().filter(Boolean);
    assert.deepEqual([dates.length, dates[0], dates.at(-1)], [29, "2028-02-01", "2028-02-29"]);
  }
});

test("weeks begin as people are used to", () => {
  assert.deepEqual(["en-GB", "en-US", "de", "es"].map(firstWeekdayOf), [1, 0, 1, 1]);
});

test("a month's bounds are those of the wall, clock changes and all", () => {
  const [from, to] = monthBounds("2026-03", "Europe/London");
  assert.deepEqual([from, to], [Date.parse("2026-03-01T00:00Z"), Date.parse("2026-03-31T23:00Z")]);
});
