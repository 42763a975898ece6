import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import {
  type DateOverride,
  type Host,
  type Hours,
  openSlots,
  type Slot,
  type SlotRules,
  type WeeklyHours,
} from "./slots.ts";

/*
 * The reference walks minute by minute and asks Temporal what the wall shows, so it shares no code and no idea
 * (intervals, segments, merging) with the engine.
 */

const MINUTE = 60_000;
const DAY = 86_400_000;
type Input = Parameters<typeof openSlots>[0];
type Shown = { date: string; minute: number; weekday: number };

const shown = new Map<string, Shown[]>();
/** What the wall shows, by Temporal; a quarter of an hour at a time, as no zone here changes its clock within one. */
function shownAt(instant: number, zone: string): Shown {
  const quarter = Math.floor(instant / (15 * MINUTE));
  const key = `${zone} ${quarter}`;
  let minutes = shown.get(key);
  if (!minutes) {
    const at = Temporal.Instant.fromEpochMilliseconds(quarter * 15 * MINUTE).toZonedDateTimeISO(zone);
    const first = {
      date: at.toPlainDate().toString(),
      minute: at.hour * 60 + at.minute,
      weekday: at.dayOfWeek % 7,
    };
    minutes = Array.from({ length: 15 }, (_, more) => ({ ...first, minute: first.minute + more }));
    shown.set(key, minutes);
  }
  return minutes[Math.floor((instant - quarter * 15 * MINUTE) / MINUTE)]!;
}

const minutesOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Is this minute of this date's wall clock within working hours? */
function opensAt({ date, minute, weekday }: Shown, hours: Hours): boolean {
  const special = hours.dateOverrides.filter((override) => override.date === date);
  if (special.some(({ type }) => type === "blocked")) return false;
  const windows = special.length > 0 ? special : hours.weeklyHours.filter(({ day }) => day === weekday);
  return windows.some(({ start, end }) => minutesOf(start!) <= minute && minute < minutesOf(end!));
}

/** For each minute of a date's wall clock, how many minutes it has been open; undefined when it is closed. */
function openFor(day: Shown, hours: Hours): (number | undefined)[] {
  let since: number | undefined;
  return Array.from({ length: 1440 }, (_, minute) => {
    since = opensAt({ ...day, minute }, hours) ? (since ?? minute) : undefined;
    return since === undefined ? undefined : minute - since;
  });
}

/** openFor of each minute's wall time, for the minutes since 1970 from first up to last. */
function minutesOpen({ hours }: Host, first: number, last: number): (number | undefined)[] {
  const days = new Map<string, (number | undefined)[]>();
  return Array.from({ length: last - first }, (_, more) => {
    const wall = shownAt((first + more) * MINUTE, hours.timeZone);
    if (!days.has(wall.date)) days.set(wall.date, openFor(wall, hours));
    return days.get(wall.date)![wall.minute];
  });
}

function slowSlots({ hosts, rules, from, to, now }: Input): Slot[] {
  const slots: Slot[] = [];
  const firstMinute = Math.ceil(from / MINUTE);
  const lastMinute = Math.ceil(to / MINUTE) + rules.durationMinutes;
  const openOf = new Map(hosts.map((host) => [host, minutesOpen(host, firstMinute, lastMinute)]));
  for (let start = firstMinute * MINUTE; start < to; start += MINUTE) {
    if (start < now + rules.minNoticeMinutes * MINUTE || start > now + rules.maxAdvanceDays * DAY) continue;
    const end = start + rules.durationMinutes * MINUTE;
    const free = hosts.filter((host) => {
      const open = openOf.get(host)!;
      const at = start / MINUTE - firstMinute;
      if (open[at] === undefined || open[at] % rules.slotIntervalMinutes !== 0) return false;
      for (let more = 0; more < rules.durationMinutes; more++)
        if (open[at + more] === undefined) return false;
      const needsFrom = start - rules.bufferBeforeMinutes * MINUTE;
      const needsTo = end + rules.bufferAfterMinutes * MINUTE;
      return host.busy.every(
        ([busyFrom, busyTo]) => busyFrom >= busyTo || busyTo <= needsFrom || busyFrom >= needsTo,
      );
    });
    if (free.length > 0)
      slots.push({ start, end, hostIds: free.map(({ id }) => id), seatsLeft: free.length, resourceIds: [] });
  }
  return slots;
}

/** Zones with the UTC days around which their clocks change (or nothing happens). */
const PLACES: [zone: string, dates: string[]][] = [
  ["Europe/London", ["2026-03-29", "2026-10-25"]],
  ["America/New_York", ["2026-03-08", "2026-11-01"]],
  ["Australia/Sydney", ["2026-04-04", "2026-10-03"]],
  ["Australia/Lord_Howe", ["2026-04-04", "2026-10-03"]],
  ["America/Santiago", ["2026-04-05", "2026-09-06"]],
  ["Asia/Beirut", ["2026-03-28", "2026-10-24"]],
  ["Australia/Perth", ["2026-06-10"]],
  ["Asia/Kathmandu", ["2026-06-10"]],
  ["Pacific/Apia", ["2011-12-30"]],
];

const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
const timeArb = fc
  .oneof(
    { weight: 3, arbitrary: fc.nat(48).map((halves) => halves * 30) },
    { weight: 1, arbitrary: fc.nat(1440) },
    { weight: 1, arbitrary: fc.constantFrom(0, 1440, 60, 90, 120, 150) },
  )
  .map(clock);
const windowArb = fc
  .tuple(timeArb, timeArb)
  .map(([a, b]) => (a <= b ? { start: a, end: b } : { start: b, end: a }));

function hoursArb(timeZone: string, anchor: number): fc.Arbitrary<Hours> {
  const weekly = fc.record({ day: fc.nat(6), window: windowArb });
  const nearby = fc
    .integer({ min: -1, max: 3 })
    .map((days) => new Date(anchor + days * DAY).toISOString().slice(0, 10));
  const override = fc
    .record({ date: nearby, type: fc.constantFrom("blocked" as const, "custom" as const), window: windowArb })
    .map(({ date, type, window }): DateOverride => ({ date, type, ...(type === "custom" ? window : {}) }));
  const weeklyHours: fc.Arbitrary<WeeklyHours> = fc.oneof(
    fc.array(weekly, { maxLength: 14 }).map((all) => all.map(({ day, window }) => ({ day, ...window }))),
    fc.constant([0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, start: "00:00", end: "24:00" }))),
    windowArb.map((window) => [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, ...window }))),
  );
  const dateOverrides: fc.Arbitrary<DateOverride[]> = fc.oneof(
    { weight: 2, arbitrary: fc.constant<DateOverride[]>([]) },
    { weight: 1, arbitrary: fc.array(override, { maxLength: 4 }) },
  );
  return fc.record({ weeklyHours, dateOverrides, timeZone: fc.constant(timeZone) });
}

/** Mostly whole minutes, now and then some milliseconds off. */
const momentArb = (anchor: number, min: number, max: number) =>
  fc
    .tuple(
      fc.integer({ min, max }),
      fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: -2, max: 2 })),
    )
    .map(([minutes, ms]) => anchor + minutes * MINUTE + ms);

const rulesArb: fc.Arbitrary<SlotRules> = fc.record({
  durationMinutes: fc.oneof(
    fc.constantFrom(15, 30, 60, 90),
    fc.integer({ min: 1, max: 300 }),
    fc.constant(1500),
  ),
  bufferBeforeMinutes: fc.constantFrom(0, 0, 5, 15, 61),
  bufferAfterMinutes: fc.constantFrom(0, 0, 10, 30, 47),
  minNoticeMinutes: fc.constantFrom(0, 0, 60, 1440, 77),
  maxAdvanceDays: fc.constantFrom(30, 30, 1, 2, 0),
  slotIntervalMinutes: fc.oneof(fc.constantFrom(5, 15, 20, 30, 60), fc.integer({ min: 1, max: 200 })),
});

const inputArb: fc.Arbitrary<Input> = fc
  .constantFrom(
    ...PLACES.flatMap(([zone, dates]) => dates.map((date) => ({ zone, anchor: Date.parse(date) }))),
  )
  .chain(({ zone, anchor }) => {
    const hostZone = fc.oneof(
      { weight: 4, arbitrary: fc.constant(zone) },
      fc.constantFrom(...PLACES.map(([other]) => other)),
    );
    const busy = fc
      .tuple(momentArb(anchor, -1440, 4320), fc.constantFrom(0, 1, 15, 30, 60, 100, 600))
      .map(([start, minutes]): [number, number] => [start, start + minutes * MINUTE]);
    const host = hostZone.chain((timeZone) =>
      fc.record({
        id: fc.constant(""),
        hours: hoursArb(timeZone, anchor),
        busy: fc.array(busy, { maxLength: 6 }),
      }),
    );
    return fc.record({
      hosts: fc
        .array(host, { minLength: 1, maxLength: 3 })
        .map((hosts) => hosts.map((each, i) => ({ ...each, id: `host${i}` }))),
      rules: rulesArb,
      from: momentArb(anchor, -720, 720),
      to: momentArb(anchor, 600, 2880),
      now: momentArb(anchor, -2880, 300),
    });
  });

it("openSlots agrees with a walk minute by minute", () => {
  let found = 0;
  fc.assert(
    fc.property(inputArb, (input) => {
      const expected = slowSlots(input);
      found += expected.length;
      assert.deepEqual(openSlots(input), expected);
    }),
    { seed: 20_261_121, numRuns: Number(process.env["SLOT_CASES"] ?? 300) },
  );
  assert.ok(found > 1000, `the cases hold too few slots to tell: ${found}`);
});
