/** The times of one event of an iCalendar file, with everything that repeats, leaves out, moves or ends it. */
import ICAL from "ical.js";
import { DAY_MS, occurrences } from "./ical-rule.ts";
import { firstValue, utc, wallOf, zoneNamed } from "./ical-zones.ts";
import type { Zone } from "./ical-zones.ts";
import type { BusyTime } from "./port.ts";

/** What reading one file needs to know. `left` is how many busy times it may still yield, `budget` how long its rules may take. */
export type Reader = {
  from: number;
  to: number;
  floating: Zone;
  zones: Map<string, Zone>;
  left: number;
  budget: { steps: number };
  isBusy(event: ICAL.Component): boolean;
};

/** No rule yields more than this in the range: a meeting every minute is not a meeting. */
const mostOccurrences = 10_000;
/** No zone is further from UTC, and no clock changes by more. */
export const zoneSlackMs = 2 * DAY_MS;

/** The times of a series without those instances that were changed, moved or cancelled one by one. */
export function seriesTimes(
  reader: Reader,
  event: ICAL.Component,
  changed: ReadonlyMap<number, ICAL.Component>,
): BusyTime[] {
  const start = firstValue(event, "dtstart", ICAL.Time);
  if (!start) return [];
  const zone = zoneOf(reader, event.getFirstProperty("dtstart")!, start);
  const length = lengthOf(reader, event, start, zone);
  const dayOf = (wall: number) => Math.floor(wall / DAY_MS);
  const excluded = moments(reader, event, "exdate");
  const excludedDays = new Set(excluded.filter(({ isDate }) => isDate).map(({ wall }) => dayOf(wall)));
  const without = new Set([...excluded.map(({ at }) => at), ...changed.keys()]);
  const future = [...changed].flatMap(([at, one]) => (isForFuture(one) ? [at] : [])).sort((a, b) => a - b);
  const changedDays = new Set(
    [...changed.values()].flatMap((one) => {
      const of = firstValue(one, "recurrence-id", ICAL.Time);
      return of?.isDate ? [dayOf(wallOf(of))] : [];
    }),
  );
  const times: BusyTime[] = [];
  for (const wall of wallsOf(reader, event, start, zone, length)) {
    const at = zone(wall);
    if (without.has(at) || excludedDays.has(dayOf(wall)) || changedDays.has(dayOf(wall))) continue;
    const since = future.findLast((one) => one <= at);
    if (since !== undefined) times.push(...shifted(reader, changed.get(since)!, wall));
    else times.push(span(at, length(wall)));
  }
  for (const { at, end, wall } of moments(reader, event, "rdate")) {
    if (!without.has(at)) times.push(span(at, end ?? at + length(wall) - zone(wall)));
  }
  return bounded(reader, times);
}

export function bounded(reader: Reader, times: BusyTime[]): BusyTime[] {
  const kept = times.slice(0, reader.left);
  reader.left -= kept.length;
  return kept;
}

export function span(start: number, end: number): BusyTime {
  return { start: new Date(start), end: new Date(end) };
}

/** The walls on which a series begins an instance that may touch the range. */
function* wallsOf(
  reader: Reader,
  event: ICAL.Component,
  start: ICAL.Time,
  zone: Zone,
  length: (wall: number) => number,
): Generator<number> {
  const first = wallOf(start);
  const lengthMs = Math.max(0, length(first) - zone(first));
  const range = { from: reader.from - lengthMs - zoneSlackMs, to: reader.to + zoneSlackMs };
  const rules = event.getAllProperties("rrule").map((property) => property.getFirstValue());
  if (rules.length === 0) yield first;
  for (const rule of rules) {
    if (!(rule instanceof ICAL.Recur)) continue;
    const isOver = untilOf(rule, zone);
    let yielded = 0;
    for (const wall of occurrences(rule, first, range, reader.budget)) {
      if (isOver(wall) || ++yielded > Math.min(mostOccurrences, reader.left)) break;
      yield wall;
    }
  }
}

/** UNTIL is a day for all-day series, and an instant or a wall time of the series' own zone for the others. */
function untilOf({ until }: ICAL.Recur, zone: Zone): (wall: number) => boolean {
  if (!until) return () => false;
  const last = wallOf(until);
  if (until.isDate) return (wall) => wall >= last + DAY_MS;
  return until.zone?.tzid === "UTC" ? (wall) => zone(wall) > last : (wall) => wall > last;
}

/** When an instance that begins on a wall time ends: DURATION's days are the wall's, everything else is exact. */
function lengthOf(
  reader: Reader,
  event: ICAL.Component,
  start: ICAL.Time,
  zone: Zone,
): (wall: number) => number {
  const end = firstValue(event, "dtend", ICAL.Time);
  const duration = firstValue(event, "duration", ICAL.Duration);
  if (start.isDate) {
    const days = end ? (wallOf(end) - wallOf(start)) / DAY_MS : duration ? duration.toSeconds() / 86_400 : 1;
    return (wall) => zone(wall + Math.max(1, Math.ceil(days)) * DAY_MS);
  }
  if (end) {
    const exact = zoneOf(reader, event.getFirstProperty("dtend")!, end)(wallOf(end)) - zone(wallOf(start));
    return (wall) => zone(wall) + exact;
  }
  if (!duration || duration.isNegative) return zone;
  const days = duration.weeks * 7 + duration.days;
  const exact = ((duration.hours * 60 + duration.minutes) * 60 + duration.seconds) * 1000;
  return (wall) => zone(wall + days * DAY_MS) + exact;
}

export function ownTime(reader: Reader, event: ICAL.Component): BusyTime[] {
  const start = firstValue(event, "dtstart", ICAL.Time);
  if (!start) return [];
  const zone = zoneOf(reader, event.getFirstProperty("dtstart")!, start);
  return bounded(reader, [span(zone(wallOf(start)), lengthOf(reader, event, start, zone)(wallOf(start)))]);
}

function isForFuture(event: ICAL.Component): boolean {
  return event.getFirstProperty("recurrence-id")?.getFirstParameter("range") === "THISANDFUTURE";
}

/** An instance of a series that was changed from some instance on: moved by as much as that one was. */
function shifted(reader: Reader, change: ICAL.Component, wall: number): BusyTime[] {
  const of = firstValue(change, "recurrence-id", ICAL.Time);
  const start = firstValue(change, "dtstart", ICAL.Time);
  if (!of || !start || !reader.isBusy(change)) return [];
  const zone = zoneOf(reader, change.getFirstProperty("dtstart")!, start);
  const moved = wall + wallOf(start) - wallOf(of);
  return [span(zone(moved), lengthOf(reader, change, start, zone)(moved))];
}

type Moment = { at: number; wall: number; isDate: boolean; end?: number };

function moments(reader: Reader, event: ICAL.Component, name: string): Moment[] {
  return event.getAllProperties(name).flatMap((property) =>
    property.getValues().flatMap((value: unknown): Moment[] => {
      const time = value instanceof ICAL.Period ? value.start : value;
      if (!(time instanceof ICAL.Time)) return [];
      const zone = zoneOf(reader, property, time);
      const moment = { at: zone(wallOf(time)), wall: wallOf(time), isDate: time.isDate };
      if (!(value instanceof ICAL.Period)) return [moment];
      return [{ ...moment, end: moment.at + value.getDuration().toSeconds() * 1000 }];
    }),
  );
}

export function instantOf(reader: Reader, event: ICAL.Component, name: string): number | undefined {
  const time = firstValue(event, name, ICAL.Time);
  return time ? zoneOf(reader, event.getFirstProperty(name)!, time)(wallOf(time)) : undefined;
}

function zoneOf({ zones, floating }: Reader, property: ICAL.Property, time: ICAL.Time): Zone {
  if (time.zone?.tzid === "UTC") return utc;
  const name = property.getFirstParameter("tzid");
  return (name ? (zones.get(name) ?? zoneNamed(name)) : undefined) ?? floating;
}
