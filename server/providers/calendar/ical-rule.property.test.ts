import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import ICAL from "ical.js";
import { DAY_MS, occurrences } from "./ical-rule.ts";

const start = fc
  .integer({ min: Date.UTC(2019, 0, 1) / 60_000, max: Date.UTC(2026, 0, 1) / 60_000 })
  .map((at) => at * 60_000);
const days = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const someOf = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
const range = { from: Date.UTC(2026, 1, 1), to: Date.UTC(2028, 5, 1) };

type Plain = { freq: string; interval: number; days?: string[]; monthDays?: number[]; months?: number[] };

const plain: fc.Arbitrary<Plain> = fc.oneof(
  fc.record({ freq: fc.constant("DAILY"), interval: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ freq: fc.constant("WEEKLY"), interval: fc.integer({ min: 1, max: 9 }), days: someOf(days) }),
  fc.record({
    freq: fc.constant("MONTHLY"),
    interval: fc.integer({ min: 1, max: 14 }),
    monthDays: someOf([1, 2, 15, 28, 29, 30, 31, -1, -2, -31]),
  }),
  fc.record({
    freq: fc.constant("YEARLY"),
    interval: fc.integer({ min: 1, max: 3 }),
    months: someOf([1, 2, 6, 12]),
    monthDays: someOf([1, 28, 29, 30, -1]),
  }),
);

function textOf({ freq, interval, days: names, monthDays, months }: Plain): string {
  return [
    `FREQ=${freq};INTERVAL=${interval}`,
    ...(names ? [`BYDAY=${names.join(",")}`] : []),
    ...(monthDays ? [`BYMONTHDAY=${monthDays.join(",")}`] : []),
    ...(months ? [`BYMONTH=${months.join(",")}`] : []),
  ].join(";");
}

/** Every day from the start to the end of the range, asked one by one whether the rule means it. */
function walked({ freq, interval, days: names, monthDays, months }: Plain, from: number): number[] {
  const first = new Date(from);
  const found: number[] = [];
  for (let time = from; time < range.to; time += DAY_MS) {
    const date = new Date(time);
    const length = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
    const weeks =
      Math.floor((Math.floor(time / DAY_MS) + 3) / 7) - Math.floor((Math.floor(from / DAY_MS) + 3) / 7);
    const years = date.getUTCFullYear() - first.getUTCFullYear();
    const passed = {
      DAILY: Math.round((time - from) / DAY_MS),
      WEEKLY: weeks,
      MONTHLY: years * 12 + date.getUTCMonth() - first.getUTCMonth(),
      YEARLY: years,
    }[freq]!;
    const fits =
      passed % interval === 0 &&
      (!names || names.includes(days[date.getUTCDay()]!)) &&
      (!monthDays || monthDays.some((day) => (day > 0 ? day : length + 1 + day) === date.getUTCDate())) &&
      (!months || months.includes(date.getUTCMonth() + 1));
    if (time >= range.from && (fits || time === from)) found.push(time);
  }
  return found;
}

const shown = (times: Iterable<number>) => [...times].map((time) => new Date(time).toISOString());

test("a rule means the days a walk through the calendar finds, wherever the range lies", () => {
  fc.assert(
    fc.property(plain, start, (rule, from) => {
      const recur = ICAL.Recur.fromString(textOf(rule));
      assert.deepEqual(shown(occurrences(recur, from, range)), shown(walked(rule, from)));
    }),
    { numRuns: 300 },
  );
});

test("counting stops after as many as the rule says, its start included", () => {
  fc.assert(
    fc.property(plain, start, fc.integer({ min: 1, max: 60 }), (rule, from, count) => {
      const whole = { from, to: range.to };
      const endless = [...occurrences(ICAL.Recur.fromString(textOf(rule)), from, whole)];
      const counted = occurrences(ICAL.Recur.fromString(`${textOf(rule)};COUNT=${count}`), from, whole);
      assert.deepEqual(shown(counted), shown(endless.slice(0, count)));
    }),
    { numRuns: 200 },
  );
});

// The examples of RFC 5545, 3.8.5.3, as dates of the wall; each begins at 09:00.
const examples: [string, string, string[]][] = [
  ["FREQ=MONTHLY;COUNT=4;BYDAY=1FR", "1997-09-05", ["1997-09-05", "1997-10-03", "1997-11-07", "1997-12-05"]],
  [
    "FREQ=MONTHLY;INTERVAL=2;COUNT=5;BYDAY=1SU,-1SU",
    "1997-09-07",
    ["1997-09-07", "1997-09-28", "1997-11-02", "1997-11-30", "1998-01-04"],
  ],
  ["FREQ=MONTHLY;COUNT=3;BYDAY=-2MO", "1997-09-22", ["1997-09-22", "1997-10-20", "1997-11-17"]],
  [
    "FREQ=YEARLY;INTERVAL=3;COUNT=4;BYYEARDAY=1,100,200",
    "1997-01-01",
    ["1997-01-01", "1997-04-10", "1997-07-19", "2000-01-01"],
  ],
  ["FREQ=YEARLY;BYDAY=20MO;COUNT=3", "1997-05-19", ["1997-05-19", "1998-05-18", "1999-05-17"]],
  ["FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=3", "1997-05-12", ["1997-05-12", "1998-05-11", "1999-05-17"]],
  [
    "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8;COUNT=3",
    "1996-11-05",
    ["1996-11-05", "2000-11-07", "2004-11-02"],
  ],
  [
    "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
    "1997-09-04",
    ["1997-09-04", "1997-10-07", "1997-11-06"],
  ],
  [
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=4",
    "1997-09-29",
    ["1997-09-29", "1997-10-30", "1997-11-27", "1997-12-30"],
  ],
  [
    "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
    "1997-08-05",
    ["1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"],
  ],
  [
    "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
    "1997-08-05",
    ["1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"],
  ],
  [
    "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
    "2007-01-15",
    ["2007-01-15", "2007-01-30", "2007-02-15", "2007-03-15", "2007-03-30"],
  ],
  ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=2", "2024-02-29", ["2024-02-29", "2028-02-29"]],
  ["FREQ=YEARLY;COUNT=2", "2024-02-29", ["2024-02-29", "2028-02-29"]],
  ["FREQ=MONTHLY;COUNT=3", "2026-01-31", ["2026-01-31", "2026-03-31", "2026-05-31"]],
];

for (const [rule, first, dates] of examples) {
  test(`${rule} from ${first}`, () => {
    const from = Date.parse(`${first}T09:00:00Z`);
    const found = occurrences(ICAL.Recur.fromString(rule), from, { from, to: Date.UTC(2040, 0, 1) });
    assert.deepEqual(
      shown(found),
      dates.map((date) => `${date}T09:00:00.000Z`),
    );
  });
}

const withinDay: [string, string[]][] = [
  ["FREQ=HOURLY;INTERVAL=3;COUNT=3", ["09:00", "12:00", "15:00"]],
  ["FREQ=MINUTELY;INTERVAL=90;COUNT=4", ["09:00", "10:30", "12:00", "13:30"]],
  ["FREQ=DAILY;BYHOUR=9,10;BYMINUTE=0,20,40;COUNT=5", ["09:00", "09:20", "09:40", "10:00", "10:20"]],
  ["FREQ=HOURLY;BYMINUTE=0,45;BYHOUR=9,11;COUNT=4", ["09:00", "09:45", "11:00", "11:45"]],
];

for (const [rule, times] of withinDay) {
  test(`${rule} from 09:00`, () => {
    const from = Date.UTC(1997, 8, 2, 9);
    const found = shown(occurrences(ICAL.Recur.fromString(rule), from, { from, to: from + 30 * DAY_MS }));
    assert.deepEqual(
      found.map((at) => at.slice(11, 16)),
      times,
    );
  });
}

test("a rule that matches nothing and one that began a thousand years ago end", () => {
  for (const rule of [
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=31",
    "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6;COUNT=9",
  ]) {
    const from = Date.UTC(1026, 0, 1);
    const found = [...occurrences(ICAL.Recur.fromString(rule), from, { from: range.from, to: range.to })];
    assert.deepEqual(found, [], rule);
  }
});
