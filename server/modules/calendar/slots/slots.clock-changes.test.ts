import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Case, daily, startsOf } from "./slots.cases.ts";

describe("openSlots when the clocks change", () => {
  const night = daily("00:00-05:00");
  // prettier-ignore
  const cases: [string, Case, string][] = [
    ["London forward", { zone: "Europe/London", date: "2026-03-29", weekly: night }, "0:00 2:00 3:00 4:00"],
    ["London back", { zone: "Europe/London", date: "2026-10-25", weekly: night }, "0:00 1:00 1:00 2:00 3:00 4:00"],
    ["New York forward", { zone: "America/New_York", date: "2026-03-08", weekly: night }, "0:00 1:00 3:00 4:00"],
    ["New York back", { zone: "America/New_York", date: "2026-11-01", weekly: night }, "0:00 1:00 1:00 2:00 3:00 4:00"],
    ["Sydney forward", { zone: "Australia/Sydney", date: "2026-10-04", weekly: night }, "0:00 1:00 3:00 4:00"],
    ["Sydney back", { zone: "Australia/Sydney", date: "2026-04-05", weekly: night }, "0:00 1:00 2:00 2:00 3:00 4:00"],
    // 2:00 to 2:30 is skipped: the grid's 2:00 is gone, and 3:00 still is on the hour.
    ["Lord Howe forward", { zone: "Australia/Lord_Howe", date: "2026-10-04", weekly: night }, "0:00 1:00 3:00 4:00"],
    // 1:30 to 2:00 comes twice; the hours go on unbroken, so half past fits both times.
    [
      "Lord Howe back",
      { zone: "Australia/Lord_Howe", date: "2026-04-05", weekly: night, rules: { slotIntervalMinutes: 30 } },
      "0:00 0:30 1:00 1:30 1:30 2:00 2:30 3:00 3:30 4:00",
    ],
    ["Santiago skips midnight", { zone: "America/Santiago", date: "2026-09-06", weekly: night }, "1:00 2:00 3:00 4:00"],
    [
      "Santiago repeats the hour before midnight",
      { zone: "America/Santiago", date: "2026-04-04", weekly: daily("22:00-24:00"), days: 2 },
      "22:00 23:00 23:00 5/22:00 5/23:00",
    ],
    ["Beirut skips midnight", { zone: "Asia/Beirut", date: "2026-03-29", weekly: night }, "1:00 2:00 3:00 4:00"],
    [
      "St John's went back over midnight and both dates came round twice",
      {
        zone: "America/St_Johns",
        date: "2010-11-06",
        weekly: daily("23:00-24:00", "00:00-00:30"),
        days: 2,
        rules: { durationMinutes: 30, slotIntervalMinutes: 30 },
      },
      "0:00 23:00 23:30 7/0:00 23:30 7/0:00",
    ],
    ["a date that never was", { zone: "Pacific/Apia", date: "2011-12-29", weekly: daily("09:00-10:00"), days: 2 }, "9:00 31/9:00"],
    // From 1:30 to 3:30 only one hour passes, so a slot of an hour fits once, not twice.
    ["a window over the gap is short", { zone: "Europe/London", date: "2026-03-29", weekly: daily("00:30-02:30"), rules: { slotIntervalMinutes: 30 } }, "0:30"],
    ["a window inside the gap is nothing", { zone: "Europe/London", date: "2026-03-29", weekly: daily("01:00-02:00") }, ""],
    ["a window that opens in the gap keeps its grid", { zone: "Europe/London", date: "2026-03-29", weekly: daily("01:30-05:00") }, "2:30 3:30"],
    ["a window that opens in the repeated hour opens twice", { zone: "Europe/London", date: "2026-10-25", weekly: daily("01:30-03:00"), rules: { durationMinutes: 30, slotIntervalMinutes: 30 } }, "1:30 1:30 2:00 2:30"],
    ["busy in the first of two", { zone: "Europe/London", date: "2026-10-25", weekly: night, busy: ["01:10-01:20"] }, "0:00 1:00 2:00 3:00 4:00"],
    ["on the hour the day after", { zone: "Australia/Sydney", date: "2026-10-05" }, "9:00 10:00 11:00"],
  ];
  for (const [name, test, expected] of cases) it(name, () => assert.equal(startsOf(test), expected));

  it("keeps wall times over a change within the range", () => {
    const expected = [3, 4, 5].flatMap((day) =>
      [9, 10, 11].map((hour) => (day === 3 ? "" : `${day}/`) + `${hour}:00`),
    );
    assert.equal(startsOf({ zone: "Australia/Sydney", date: "2026-10-03", days: 3 }), expected.join(" "));
  });
});
