import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Temporal } from "temporal-polyfill";
import {
  DAY_MS,
  dayBounds,
  daySegments,
  dateOf,
  epochDayOf,
  formatDate,
  formatDateTime,
  formatTime,
  instantOf,
  instantsOf,
  minuteOfDay,
  offsetAt,
  resolveZone,
  wallTimeAt,
  weekdayOf,
} from "./wall-clock.ts";

const utc = (...instants: string[]) => instants.map((text) => Date.parse(text));

describe("wall time to instants", () => {
  const cases: [string, string, string, string[]][] = [
    ["Europe/London", "2026-01-15", "09:00", ["2026-01-15T09:00Z"]],
    ["Europe/London", "2026-07-15", "09:00", ["2026-07-15T08:00Z"]],
    ["Europe/London", "2026-07-15", "24:00", ["2026-07-15T23:00Z"]],
    ["Europe/London", "2026-03-29", "00:59", ["2026-03-29T00:59Z"]],
    ["Europe/London", "2026-03-29", "01:00", []],
    ["Europe/London", "2026-03-29", "01:59", []],
    ["Europe/London", "2026-03-29", "02:00", ["2026-03-29T01:00Z"]],
    ["Europe/London", "2026-10-25", "01:30", ["2026-10-25T00:30Z", "2026-10-25T01:30Z"]],
    ["Europe/London", "2026-10-25", "02:00", ["2026-10-25T02:00Z"]],
    ["America/New_York", "2026-03-08", "02:30", []],
    ["America/New_York", "2026-03-08", "03:00", ["2026-03-08T07:00Z"]],
    ["America/New_York", "2026-11-01", "01:00", ["2026-11-01T05:00Z", "2026-11-01T06:00Z"]],
    ["Australia/Sydney", "2026-04-05", "02:30", ["2026-04-04T15:30Z", "2026-04-04T16:30Z"]],
    ["Australia/Sydney", "2026-10-04", "02:30", []],
    ["Australia/Sydney", "2026-10-04", "03:00", ["2026-10-03T16:00Z"]],
    ["Australia/Lord_Howe", "2026-04-05", "01:29", ["2026-04-04T14:29Z"]],
    ["Australia/Lord_Howe", "2026-04-05", "01:30", ["2026-04-04T14:30Z", "2026-04-04T15:00Z"]],
    ["Australia/Lord_Howe", "2026-10-04", "02:15", []],
    ["Australia/Lord_Howe", "2026-10-04", "02:30", ["2026-10-03T15:30Z"]],
    ["America/Santiago", "2026-09-06", "00:30", []],
    ["America/Santiago", "2026-09-05", "24:00", []],
    ["America/Santiago", "2026-09-06", "01:00", ["2026-09-06T04:00Z"]],
    ["America/Santiago", "2026-04-04", "23:30", ["2026-04-05T02:30Z", "2026-04-05T03:30Z"]],
    ["Asia/Beirut", "2026-03-29", "00:00", []],
    ["Asia/Beirut", "2026-03-29", "01:00", ["2026-03-28T22:00Z"]],
    ["Pacific/Apia", "2011-12-30", "12:00", []],
    ["Pacific/Apia", "2011-12-31", "00:00", ["2011-12-30T10:00Z"]],
    ["Asia/Kathmandu", "2026-06-01", "00:00", ["2026-05-31T18:15Z"]],
    ["Africa/Monrovia", "1971-06-01", "00:00", ["1971-06-01T00:44:30Z"]],
  ];
  for (const [zone, date, time, expected] of cases) {
    it(`${zone} ${date} ${time}: ${expected.join(" and ") || "never"}`, () => {
      assert.deepEqual(instantsOf(date, time, zone), utc(...expected));
      assert.equal(instantOf(date, time, zone), utc(...expected)[0]);
    });
  }

  const days: [string, string, string, string][] = [
    ["Europe/London", "2026-06-01", "2026-05-31T23:00Z", "2026-06-01T23:00Z"],
    ["Australia/Sydney", "2026-10-04", "2026-10-03T14:00Z", "2026-10-04T13:00Z"],
    ["Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00Z", "2026-04-05T13:30Z"],
    ["America/Santiago", "2026-09-06", "2026-09-06T04:00Z", "2026-09-07T03:00Z"],
    ["America/Santiago", "2026-04-04", "2026-04-04T03:00Z", "2026-04-05T04:00Z"],
    ["Pacific/Apia", "2011-12-30", "2011-12-30T10:00Z", "2011-12-30T10:00Z"],
  ];
  for (const [zone, date, start, end] of days) {
    it(`day bounds ${zone} ${date}`, () => assert.deepEqual(dayBounds(date, zone), utc(start, end)));
  }

  it("agrees with Temporal on offsets and wall times, also at the edges of every change", () => {
    const zones =
      "Europe/London America/New_York Australia/Sydney Australia/Lord_Howe America/Santiago Asia/Beirut " +
      "Africa/Casablanca Pacific/Apia America/St_Johns Pacific/Chatham Antarctica/Troll Asia/Tehran UTC";
    for (const zone of zones.split(" ")) {
      const instants: number[] = [];
      let at = Temporal.Instant.from("2009-12-31T22:07:00Z").toZonedDateTimeISO(zone);
      for (let change = at.getTimeZoneTransition("next"); change; change = at.getTimeZoneTransition("next")) {
        if (change.epochMilliseconds > Date.parse("2028-01-01")) break;
        for (const nearMs of [-7_200_000, -1, 0, 1, 7_200_000])
          instants.push(change.epochMilliseconds + nearMs);
        at = change;
      }
      for (let instant = Date.parse("2025-12-28T05:00Z"); instants.length < 250; instant += 3.3 * DAY_MS) {
        instants.push(instant);
      }
      for (const instant of instants) {
        const expected = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
        assert.equal(offsetAt(instant, zone) * 1e6, expected.offsetNanoseconds, `${zone} ${instant}`);
        const wall = wallTimeAt(instant, zone);
        const { year, month, day, hour, minute, second } = expected;
        assert.equal(wall.date, expected.toPlainDate().toString());
        assert.deepEqual({ ...wall }, { ...wall, year, month, day, hour, minute, second });
        assert.equal(wall.weekday, expected.dayOfWeek % 7);
        const time = expected.toPlainTime().toString({ smallestUnit: "minute" });
        const wholeMinute = instant - (((instant % 60_000) + 60_000) % 60_000);
        assert.ok(instantsOf(wall.date, time, zone).includes(wholeMinute), `${zone} ${instant}`);
      }
    }
  });

  it("segments cover each day once in order", () => {
    assert.equal(daySegments(epochDayOf("2026-06-01"), "Australia/Sydney").length, 1);
    assert.equal(daySegments(epochDayOf("2026-04-05"), "Australia/Sydney").length, 2);
    assert.equal(daySegments(epochDayOf("2011-12-30"), "Pacific/Apia").length, 0);
  });

  it("refuses what is no date, time or zone", () => {
    for (const date of ["2026-02-29", "2026-06-31", "2026-6-1", "tomorrow", ""]) {
      assert.throws(() => epochDayOf(date), RangeError, date);
    }
    for (const time of ["24:01", "25:00", "9", "09:60", "09:00:30", "9am", ""]) {
      assert.throws(() => minuteOfDay(time), RangeError, time);
    }
    assert.throws(() => offsetAt(0, "Mars/Olympus"), RangeError);
    assert.equal(minuteOfDay("9:05"), 545);
    assert.equal(minuteOfDay("09:05:00"), 545);
    assert.equal(dateOf(epochDayOf("1969-07-20")), "1969-07-20");
    assert.equal(weekdayOf(epochDayOf("1969-07-20")), 0);
  });
});

describe("resolveZone", () => {
  const named: Record<string, string> = {
    Perth: "Australia/Perth",
    WA: "Australia/Perth",
    awst: "Australia/Perth",
    "Western Australia": "Australia/Perth",
    Sydney: "Australia/Sydney",
    AEST: "Australia/Sydney",
    AEDT: "Australia/Sydney",
    "N.S.W": "Australia/Sydney",
    " new  south wales ": "Australia/Sydney",
    "Sydney time": "Australia/Sydney",
    "Newcastle, NSW": "Australia/Sydney",
    "Dubbo, NSW": "Australia/Sydney",
    VIC: "Australia/Melbourne",
    Melbourne: "Australia/Melbourne",
    QLD: "Australia/Brisbane",
    "Brisbane QLD": "Australia/Brisbane",
    SA: "Australia/Adelaide",
    ACST: "Australia/Adelaide",
    ACDT: "Australia/Adelaide",
    Adelaide: "Australia/Adelaide",
    NT: "Australia/Darwin",
    Darwin: "Australia/Darwin",
    TAS: "Australia/Hobart",
    Hobart: "Australia/Hobart",
    ACT: "Australia/Canberra",
    Canberra: "Australia/Canberra",
    "Australia/Perth": "Australia/Perth",
    "australia/lord_howe": "Australia/Lord_Howe",
    "Australia/Lord Howe": "Australia/Lord_Howe",
    "america/new_york": "America/New_York",
    "America/Port-au-Prince": "America/Port-au-Prince",
    "Asia/Kolkata": "Asia/Kolkata",
    "US/Eastern": "US/Eastern",
    "Etc/GMT+10": "Etc/GMT+10",
    utc: "UTC",
    GMT: "UTC",
    NZ: "Pacific/Auckland",
  };
  for (const [name, zone] of Object.entries(named)) {
    it(`"${name}" is ${zone}`, () => {
      assert.equal(resolveZone(name), zone);
      assert.doesNotThrow(() => offsetAt(0, zone));
    });
  }
  for (const nonsense of [
    "",
    " ",
    "Mars/Olympus",
    "Europe/",
    "BST",
    "PST",
    "+10:00",
    "constructor",
    "see you WA",
    "12",
  ]) {
    it(`"${nonsense}" is nothing`, () => assert.equal(resolveZone(nonsense), undefined));
  }
});

describe("formats", () => {
  it("for people", () => {
    const at = Date.parse("2026-04-02T02:00Z");
    assert.equal(formatDate(at, "Australia/Perth"), "Thu 2 Apr");
    assert.equal(formatTime(at, "Australia/Perth"), "10:00 AM");
    assert.equal(formatDateTime(at, "Australia/Perth"), "Thursday, April 2, 2026 at 10:00 AM");
    assert.equal(formatDateTime(at, "America/New_York"), "Wednesday, April 1, 2026 at 10:00 PM");
  });
  it("noon and midnight", () => {
    assert.equal(formatTime(Date.parse("2026-04-02T12:05Z"), "UTC"), "12:05 PM");
    assert.equal(formatTime(Date.parse("2026-04-02T00:00Z"), "UTC"), "12:00 AM");
  });
});
