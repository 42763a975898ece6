import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { blackoutDates, type DateOverride, type Hours, nearestSlots } from "./slots.ts";

describe("nearestSlots", () => {
  const slots = [10, 20, 30, 50].map((start) => ({
    start,
    end: start + 10,
    hostIds: ["a"],
    seatsLeft: 1,
    resourceIds: [],
  }));
  const cases: [number, number, number | undefined, number | undefined, number[]][] = [
    [30, 3, 20, 50, [30, 20, 10]],
    [25, 3, 20, 30, [20, 30, 10]],
    [41, 2, 30, 50, [50, 30]],
    [5, 2, undefined, 10, [10, 20]],
    [10, 1, undefined, 20, [10]],
    [99, 9, 50, undefined, [50, 30, 20, 10]],
    [50, 0, 30, undefined, []],
  ];
  for (const [wanted, count, before, after, nearest] of cases) {
    it(`${count} around ${wanted}`, () => {
      const found = nearestSlots(slots, wanted, count);
      assert.equal(found.before?.start, before);
      assert.equal(found.after?.start, after);
      assert.deepEqual(
        found.nearest.map(({ start }) => start),
        nearest,
      );
    });
  }
  it("none at all", () => assert.deepEqual(nearestSlots([], 5, 3).nearest, []));
});

describe("blackoutDates", () => {
  const dateOverrides: DateOverride[] = [
    { date: "2026-12-26", type: "blocked", reason: "Boxing Day" },
    { date: "2026-12-25", type: "blocked" },
    { date: "2026-12-25", type: "blocked", reason: "Christmas" },
    { date: "2026-12-24", type: "custom", start: "09:00", end: "12:00", reason: "Half day" },
    { date: "2026-12-31", type: "blocked" },
    { date: "2027-01-01", type: "blocked", reason: "New Year" },
  ];
  const hours: Hours = { weeklyHours: [], dateOverrides, timeZone: "Australia/Perth" };
  it("sorted, once each, both ends included", () => {
    assert.deepEqual(blackoutDates(hours, "2026-12-01", "2026-12-31"), [
      { date: "2026-12-25", reason: "Christmas" },
      { date: "2026-12-26", reason: "Boxing Day" },
      { date: "2026-12-31" },
    ]);
    assert.deepEqual(blackoutDates(hours, "2027-01-01", "2027-01-01"), [
      { date: "2027-01-01", reason: "New Year" },
    ]);
    assert.deepEqual(blackoutDates(hours, "2027-01-02", "2026-01-01"), []);
  });
});
