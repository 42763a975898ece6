import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import type { ResourceRequirement } from "../../../modules/calendar/slots/resources.ts";
import type {
  Assignment,
  DateOverride,
  Host,
  Hours,
  SlotRules,
  SlotSearch,
  WeeklyHours,
} from "../../../modules/calendar/slots/slots.ts";
import { type Place, placesOf, wallMinutes } from "./places.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];

/** A search without functions, so that one that fails can be written down. */
export type SlotCase = {
  place: Place;
  search: Omit<SlotSearch, "travel">;
  /** Minutes from one postal code to another. */
  ways: Record<string, number> | null;
};

/** The search of a case. */
export function searchOf({ search, ways }: SlotCase): SlotSearch {
  if (!ways) return search;
  return { ...search, travel: { to: "here", minutesBetween: (from, to) => ways[`${from} ${to}`]! } };
}

const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

/** Times of the day: half hours as a rule, and often those around which the wall jumps. */
function timeArb(place: Place): fc.Arbitrary<string> {
  const near = wallMinutes(place).flatMap((minute) =>
    [-120, -60, -30, -1, 0, 1, 15, 30, 45, 60, 120].map((more) => minute + more),
  );
  return fc
    .oneof(
      { weight: 3, arbitrary: fc.nat(48).map((halves) => halves * 30) },
      { weight: 3, arbitrary: fc.constantFrom(...near.filter((minute) => minute >= 0 && minute <= 1440)) },
      { weight: 1, arbitrary: fc.nat(1440) },
      { weight: 1, arbitrary: fc.constantFrom(0, 1440, 60, 90, 120, 150) },
    )
    .map(clock);
}

function hoursArb(timeZone: string, place: Place): fc.Arbitrary<Hours> {
  const time = timeArb(place);
  const window = fc.tuple(time, time).map(([a, b]) => (a <= b ? { start: a, end: b } : { start: b, end: a }));
  const nearby = fc
    .integer({ min: -1, max: 3 })
    .map((days) => new Date(place.anchor + days * DAY).toISOString().slice(0, 10));
  const type = fc.constantFrom("blocked" as const, "custom" as const);
  const override = fc.record({ date: nearby, type, window }).map((one): DateOverride => ({
    date: one.date,
    type: one.type,
    ...(one.type === "custom" && one.window),
  }));
  const weekly = fc.record({ day: fc.nat(6), window });
  const weeklyHours: fc.Arbitrary<WeeklyHours> = fc.oneof(
    fc.array(weekly, { maxLength: 14 }).map((all) => all.map((one) => ({ day: one.day, ...one.window }))),
    fc.constant(EVERY_DAY.map((day) => ({ day, start: "00:00", end: "24:00" }))),
    window.map((one) => EVERY_DAY.map((day) => ({ day, ...one }))),
  );
  const dateOverrides: fc.Arbitrary<DateOverride[]> = fc.oneof(
    { weight: 2, arbitrary: fc.constant<DateOverride[]>([]) },
    { weight: 1, arbitrary: fc.array(override, { maxLength: 4 }) },
  );
  return fc.record({ weeklyHours, dateOverrides, timeZone: fc.constant(timeZone) });
}

/** Minutes from the anchor, anywhere or close to it; now and then some milliseconds off. */
function momentArb(anchor: number, min: number, max: number): fc.Arbitrary<number> {
  const minutes = fc.oneof(
    { weight: 2, arbitrary: fc.integer({ min, max }) },
    { weight: 1, arbitrary: fc.integer({ min: -8, max: 8 }).map((quarters) => Math.max(min, quarters * 15)) },
  );
  const ms = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: -2, max: 2 }));
  return fc.tuple(minutes, ms).map(([some, more]) => anchor + some * MINUTE + more);
}

const rulesArb: fc.Arbitrary<SlotRules> = fc.record({
  durationMinutes: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(15, 30, 60, 90) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 300 }) },
    { weight: 1, arbitrary: fc.constant(1500) },
  ),
  bufferBeforeMinutes: fc.constantFrom(0, 0, 5, 15, 61),
  bufferAfterMinutes: fc.constantFrom(0, 0, 10, 30, 47),
  minNoticeMinutes: fc.constantFrom(0, 0, 0, 60, 1440, 77),
  maxAdvanceDays: fc.constantFrom(30, 30, 30, 30, 1, 2, 0),
  slotIntervalMinutes: fc.oneof(fc.constantFrom(5, 15, 20, 30, 60), fc.integer({ min: 1, max: 200 })),
});

const busyArb = (anchor: number, maxLength: number): fc.Arbitrary<[number, number][]> =>
  fc.array(
    fc
      .tuple(momentArb(anchor, -1440, 4320), fc.constantFrom(0, 1, 15, 30, 60, 100, 600))
      .map(([start, minutes]): [number, number] => [start, start + minutes * MINUTE]),
    { maxLength },
  );

const CODES = ["here", "near", "far"];
const waysArb: fc.Arbitrary<Record<string, number> | null> = fc.option(
  fc.array(fc.constantFrom(0, 0, 1, 15, 30, 45, 90), { minLength: 6, maxLength: 6 }).map((minutes) =>
    Object.fromEntries(
      CODES.flatMap((code, i) => [
        [`${code} here`, minutes[i]!],
        [`here ${code}`, minutes[i + 3]!],
      ]),
    ),
  ),
  { freq: 2 },
);

type DrawnSession = {
  days: number;
  window: number;
  steps: number;
  taken: number;
  resourceIds: string[];
  copies: number;
};
const sessionArb: fc.Arbitrary<DrawnSession> = fc.record({
  days: fc.integer({ min: -1, max: 1 }),
  window: fc.nat(20),
  steps: fc.nat(5),
  taken: fc.nat(2),
  resourceIds: fc.constantFrom<string[]>([], ["r0"], ["r1", "r2"]),
  copies: fc.nat(2),
});

/** A start some steps after one of the host's windows opens, on a day near the place's. */
function startOf(
  { days, window, steps }: DrawnSession,
  hours: Hours,
  place: Place,
  rules: SlotRules,
): number {
  const date = Temporal.Instant.fromEpochMilliseconds(place.anchor)
    .toZonedDateTimeISO(hours.timeZone)
    .toPlainDate()
    .add({ days });
  const windows = hours.weeklyHours.filter(({ day }) => day === date.dayOfWeek % 7);
  const [hour, minute] = (windows[window % windows.length]?.start ?? "09:00").split(":").map(Number);
  const minutes = hour! * 60 + minute! + steps * rules.slotIntervalMinutes;
  return date.toPlainDateTime().add({ minutes }).toZonedDateTime(hours.timeZone).epochMilliseconds;
}

/** A session and, as often as it has copies, its own time. */
function placed(drawn: DrawnSession, hours: Hours, place: Place, rules: SlotRules) {
  const start = startOf(drawn, hours, place, rules);
  const from = start - rules.bufferBeforeMinutes * MINUTE;
  const until = start + (rules.durationMinutes + rules.bufferAfterMinutes) * MINUTE;
  const { taken, resourceIds, copies } = drawn;
  return {
    session: { start, taken, resourceIds },
    own: Array.from({ length: copies }, (): [number, number] => [from, until]),
  };
}

function hostArb(place: Place, zone: fc.Arbitrary<string>, rules: SlotRules): fc.Arbitrary<Host> {
  const visit = fc
    .tuple(fc.integer({ min: -48, max: 144 }), fc.constantFrom(0, 30, 60, 90), fc.constantFrom(...CODES))
    .map(([halves, minutes, postalCode]) => {
      const start = place.anchor + halves * 30 * MINUTE;
      return { start, end: start + minutes * MINUTE, postalCode };
    });
  return fc
    .record({
      hours: zone.chain((timeZone) => hoursArb(timeZone, place)),
      busy: fc.oneof(busyArb(place.anchor, 1), busyArb(place.anchor, 6)),
      drawn: fc.array(sessionArb, { maxLength: 3 }),
      visits: fc.array(visit, { maxLength: 5 }),
    })
    .map(({ hours, busy, drawn, visits }) => {
      const all = drawn.map((one) => placed(one, hours, place, rules));
      // One session per start: the first drawn.
      const once = all.filter(
        (one, i) => all.findIndex((other) => other.session.start === one.session.start) === i,
      );
      return {
        id: "",
        hours,
        busy: [...busy, ...once.flatMap(({ own }) => own)],
        sessions: once.map(({ session }) => session),
        visits,
      };
    });
}

/** Requirements that want the same few resources in different orders. */
function resourcesArb(anchor: number): fc.Arbitrary<ResourceRequirement[]> {
  const wanted = fc.shuffledSubarray([0, 1, 2, 3]);
  return fc.oneof(
    fc.constant<ResourceRequirement[]>([]),
    fc
      .tuple(fc.array(busyArb(anchor, 2), { minLength: 4, maxLength: 4 }), fc.array(wanted, { maxLength: 3 }))
      .map(([busy, requirements]) =>
        requirements.map((ids) => ({ anyOf: ids.map((id) => ({ id: `r${id}`, busy: busy[id]! })) })),
      ),
  );
}

const places = placesOf();
const zones = [...new Set(places.map(({ zone }) => zone))];

/** Cases drawn near the places where clocks and calendars trip. */
export const caseArb: fc.Arbitrary<SlotCase> = fc
  .tuple(fc.constantFrom(...places), rulesArb)
  .chain(([place, rules]) => {
    const { anchor } = place;
    const zone = fc.oneof({ weight: 4, arbitrary: fc.constant(place.zone) }, fc.constantFrom(...zones));
    return fc.record({
      place: fc.constant(place),
      ways: waysArb,
      search: fc.record({
        hosts: fc
          .array(hostArb(place, zone, rules), { minLength: 1, maxLength: 3 })
          .map((hosts) => hosts.map((host, i) => ({ ...host, id: `host${i}` }))),
        rules: fc.constant(rules),
        from: momentArb(anchor, -720, 720),
        to: momentArb(anchor, 600, 2160),
        now: momentArb(anchor, -2880, 300),
        assignment: fc.constantFrom<Assignment>("any", "all", "round_robin"),
        capacity: fc.constantFrom(1, 2, 3),
        resources: resourcesArb(anchor),
      }),
    });
  });
