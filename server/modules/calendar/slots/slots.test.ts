import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Case, daily, RULES, startsOf, ZONE } from "./slots.cases.ts";
import { type Host, type Hours, openSlots, type SlotRules } from "./slots.ts";
import { DAY_MS, dayBounds, instantOf, wallTimeAt } from "./wall-clock.ts";

describe("openSlots for one host", () => {
  const wednesday = (start: string, end: string) => ({ day: 3, start, end });
  const custom = (start: string, end: string) => ({
    date: "2026-06-10",
    type: "custom" as const,
    start,
    end,
  });
  // prettier-ignore
  const cases: [string, Case, string][] = [
    ["fill the window, the last ends with it", {}, "9:00 10:00 11:00"],
    ["no hours on the weekday", { weekly: [{ day: 2, start: "09:00", end: "12:00" }] }, ""],
    ["finer grid", { rules: { slotIntervalMinutes: 30 } }, "9:00 9:30 10:00 10:30 11:00"],
    ["grid from the window's start", { weekly: daily("09:20-12:00") }, "9:20 10:20"],
    ["slot shorter than the step", { rules: { durationMinutes: 15 } }, "9:00 10:00 11:00"],
    ["slot longer than the window", { rules: { durationMinutes: 181 } }, ""],
    ["two windows", { weekly: daily("09:00-10:30", "13:15-15:15") }, "9:00 13:15 14:15"],
    ["windows in any order", { weekly: daily("13:15-15:15", "09:00-10:30") }, "9:00 13:15 14:15"],
    ["overlapping windows merge", { weekly: daily("09:00-10:30", "10:15-12:00") }, "9:00 10:00 11:00"],
    ["touching windows merge", { weekly: daily("09:00-10:30", "10:30-12:00") }, "9:00 10:00 11:00"],
    ["empty and backward windows", { weekly: [wednesday("09:00", "09:00"), wednesday("12:00", "09:00")] }, ""],
    ["until midnight", { weekly: [wednesday("22:00", "24:00")] }, "22:00 23:00"],
    [
      "over midnight in two entries",
      { weekly: [wednesday("22:30", "24:00"), { day: 4, start: "00:00", end: "02:00" }], days: 2 },
      "22:30 23:30 11/0:00 11/1:00",
    ],
    ["over midnight from the day before", { weekly: daily("23:30-24:00", "00:00-00:30") }, "23:30"],
    ["longer than a day", { weekly: daily("00:00-24:00"), rules: { durationMinutes: 3000, slotIntervalMinutes: 720 } }, "0:00 12:00"],
    ["busy", { busy: ["10:00-11:00"] }, "9:00 11:00"],
    ["busy one minute in", { busy: ["10:59-11:01"] }, "9:00"],
    ["busy out of order and overlapping", { busy: ["11:30-12:30", "08:00-09:01", "11:45-11:50"] }, "10:00"],
    ["busy for no time", { busy: ["10:30-10:30"] }, "9:00 10:00 11:00"],
    ["buffer before", { busy: ["08:00-09:00"], rules: { bufferBeforeMinutes: 10 } }, "10:00 11:00"],
    ["buffer after", { busy: ["10:00-10:30"], rules: { bufferAfterMinutes: 1 } }, "11:00"],
    ["buffers that just fit", { busy: ["08:00-08:50", "12:10-13:00"], rules: { bufferBeforeMinutes: 10, bufferAfterMinutes: 10 } }, "9:00 10:00 11:00"],
    ["buffers may leave the hours", { rules: { bufferBeforeMinutes: 90, bufferAfterMinutes: 90 } }, "9:00 10:00 11:00"],
    ["notice, to the minute", { now: "08:30", rules: { minNoticeMinutes: 90 } }, "10:00 11:00"],
    ["notice, just missed", { now: "08:31", rules: { minNoticeMinutes: 90 } }, "11:00"],
    ["a start at this moment", { now: "10:00" }, "10:00 11:00"],
    ["furthest, to the minute", { now: "10:00", rules: { maxAdvanceDays: 1 }, days: 3 }, "10:00 11:00 11/9:00 11/10:00"],
    ["no advance at all", { now: "10:00", rules: { maxAdvanceDays: 0 } }, "10:00"],
    ["blocked", { overrides: [{ date: "2026-06-10", type: "blocked" }] }, ""],
    ["blocked elsewhere", { overrides: [{ date: "2026-06-11", type: "blocked" }] }, "9:00 10:00 11:00"],
    ["custom replaces", { overrides: [custom("14:00", "16:00")] }, "14:00 15:00"],
    ["customs add up", { overrides: [custom("14:00", "15:00"), custom("07:00", "08:00"), custom("15:00", "16:30")] }, "7:00 14:00 15:00"],
    ["custom opens a closed day", { weekly: [], overrides: [custom("14:00", "16:00")] }, "14:00 15:00"],
    ["custom without hours", { overrides: [{ date: "2026-06-10", type: "custom" }] }, ""],
    ["blocked beats custom", { overrides: [{ date: "2026-06-10", type: "blocked" }, custom("14:00", "16:00")] }, ""],
  ];
  for (const [name, test, expected] of cases) it(name, () => assert.equal(startsOf(test), expected));

  it("starts from `from` and before `to`", () => {
    const [from, to] = [instantOf("2026-06-10", "10:00", ZONE)!, instantOf("2026-06-10", "11:00", ZONE)!];
    const hosts = [
      { id: "a", hours: { weeklyHours: daily("09:00-12:00"), dateOverrides: [], timeZone: ZONE }, busy: [] },
    ];
    const slots = openSlots({ hosts, rules: RULES, from, to, now: 0 + from - DAY_MS });
    assert.deepEqual(slots, [{ start: from, end: to, hostIds: ["a"], seatsLeft: 1, resourceIds: [] }]);
    assert.deepEqual(openSlots({ hosts, rules: RULES, from: to, to: from, now: from }), []);
  });
});

describe("openSlots for several hosts", () => {
  const host = (id: string, timeZone: string, window: string, busy: [number, number][] = []): Host => ({
    id,
    hours: { weeklyHours: daily(window), dateOverrides: [], timeZone },
    busy,
  });
  const [from, to] = dayBounds("2026-06-10", ZONE);
  const at = (time: string) => instantOf("2026-06-10", time, ZONE)!;
  const find = (hosts: Host[]) =>
    openSlots({ hosts, rules: RULES, from, to, now: from - DAY_MS }).map(
      ({ start, hostIds }) => `${wallTimeAt(start, ZONE).hour}${hostIds.join("")}`,
    );

  it("names who is free, in the given order", () => {
    const busy: [number, number][] = [[at("10:15"), at("10:30")]];
    const hosts = [host("b", ZONE, "09:00-12:00", busy), host("a", ZONE, "10:00-13:00")];
    assert.deepEqual(find(hosts), ["9b", "10a", "11ba", "12a"]);
  });
  it("each in the host's own zone", () => {
    const hosts = [host("p", ZONE, "09:00-12:00"), host("s", "Australia/Sydney", "09:00-12:00")];
    assert.deepEqual(find(hosts), ["7s", "8s", "9ps", "10p", "11p"]);
  });
  it("keeps apart starts that differ", () => {
    const hosts = [host("p", ZONE, "09:00-10:30"), host("q", ZONE, "09:30-10:30")];
    assert.deepEqual(find(hosts), ["9p", "9q"]);
  });
  it("nobody", () => assert.deepEqual(find([]), []));
});

describe("openSlots refuses", () => {
  const run = (rules: Partial<SlotRules>, hours: Partial<Hours> = {}, to = DAY_MS) =>
    openSlots({
      hosts: [
        {
          id: "a",
          hours: { weeklyHours: daily("09:00-12:00"), dateOverrides: [], timeZone: ZONE, ...hours },
          busy: [],
        },
      ],
      rules: { ...RULES, ...rules },
      from: 0,
      to,
      now: 0,
    });
  const cases: [string, () => unknown][] = [
    ["no step", () => run({ slotIntervalMinutes: 0 })],
    ["no duration", () => run({ durationMinutes: 0 })],
    ["parts of minutes", () => run({ slotIntervalMinutes: 0.5 })],
    ["negative buffers", () => run({ bufferBeforeMinutes: -1 })],
    ["NaN", () => run({ minNoticeMinutes: NaN })],
    ["an endless range", () => run({ maxAdvanceDays: Infinity }, {}, Infinity)],
    ["an unknown zone", () => run({}, { timeZone: "Mars/Olympus" })],
    ["an eighth weekday", () => run({}, { weeklyHours: [{ day: 7, start: "09:00", end: "10:00" }] })],
    ["a bad time", () => run({}, { weeklyHours: [{ day: 1, start: "9am", end: "10:00" }] })],
    ["a bad date", () => run({}, { dateOverrides: [{ date: "2026-02-30", type: "blocked" }] })],
  ];
  for (const [name, call] of cases) it(name, () => assert.throws(call, RangeError));
});
