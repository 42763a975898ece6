/** From the wall times of an iCalendar file to instants. */
import ICAL from "ical.js";
import { Temporal } from "temporal-polyfill";
import { DAY_MS, occurrences } from "./ical-rule.ts";
import { windowsZone } from "./windows-zones.ts";

/**
 * The instant at which a zone's wall shows a wall time; both in epoch milliseconds (see ical-rule.ts). A time the clock repeats
 * is its first, one the clock skips is counted with the offset before the change, as RFC 5545 wants it.
 */
export type Zone = (wall: number) => number;

export const utc: Zone = (wall) => wall;

/** The IANA zone a name means: IANA's own, one of Windows, or one with a maker's path before it. */
export function zoneNamed(name: string): Zone | undefined {
  const parts = name.trim().split("/").filter(Boolean);
  const ends = [name.trim(), parts.slice(-3).join("/"), parts.slice(-2).join("/"), parts.at(-1) ?? ""];
  for (const candidate of [windowsZone(name.trim()), ...ends]) {
    const zone = candidate === undefined ? undefined : ianaZone(candidate);
    if (zone) return zone;
  }
  return undefined;
}

const known = new Map<string, Zone | undefined>();
const knownAtMost = 2_000;

function ianaZone(name: string): Zone | undefined {
  if (known.has(name)) return known.get(name);
  const zone = lookUp(name);
  if (known.size < knownAtMost) known.set(name, zone);
  return zone;
}

// Names without an area are Java's old abbreviations ("BST" is Dhaka there), but for those of UTC and Greenwich.
function lookUp(name: string): Zone | undefined {
  if (/^(utc|gmt|z|zulu|etc\/(utc|gmt|zulu))$/i.test(name)) return utc;
  if (!/^[a-z_]+\/[a-z0-9_+/-]+$/i.test(name)) return undefined;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
  } catch {
    return undefined;
  }
  return rememberingDays((wall) => {
    const shown = Temporal.Instant.fromEpochMilliseconds(wall).toZonedDateTimeISO("UTC").toPlainDateTime();
    return shown.toZonedDateTime(name).epochMilliseconds;
  });
}

const daysAtMost = 20_000;

/** The same zone, asked twice for each day only: between two midnights with one offset there is no other. */
function rememberingDays(zone: Zone): Zone {
  const offsets = new Map<number, number | undefined>();
  return (wall) => {
    const day = Math.floor(wall / DAY_MS);
    if (!offsets.has(day)) {
      const [before, after] = [day, day + 1].map((one) => one * DAY_MS - zone(one * DAY_MS));
      if (offsets.size > daysAtMost) offsets.clear();
      offsets.set(day, before === after ? before : undefined);
    }
    const offset = offsets.get(day);
    return offset === undefined ? zone(wall) : wall - offset;
  };
}

type Change = { at: number; before: number; after: number };

/**
 * A zone as a file defines it itself (VTIMEZONE), for times up to `until`; `budget` as for occurrences. Undefined when it defines
 * nothing usable.
 */
export function zoneDefinedBy(
  component: ICAL.Component,
  until: number,
  budget: { steps: number },
): Zone | undefined {
  const changes = component
    .getAllSubcomponents()
    .flatMap((observance) => changesOf(observance, until, budget))
    .sort((one, other) => one.at - other.at);
  const [first] = changes;
  if (!first) return undefined;
  return (wall) => {
    const last = changes.findLast(({ at, before, after }) => wall >= at + Math.max(before, after));
    return wall - (last ? last.after : first.before);
  };
}

function changesOf(observance: ICAL.Component, until: number, budget: { steps: number }): Change[] {
  const start = firstValue(observance, "dtstart", ICAL.Time);
  const before = offsetOf(observance, "tzoffsetfrom");
  const after = offsetOf(observance, "tzoffsetto");
  if (!start || before === undefined || after === undefined) return [];
  const onsets = [wallOf(start)];
  const rule = firstValue(observance, "rrule", ICAL.Recur);
  if (rule) {
    const end = rule.until ? wallOf(rule.until) + DAY_MS : until;
    onsets.push(
      ...occurrences(rule, wallOf(start), { from: wallOf(start), to: Math.min(until, end) }, budget),
    );
  }
  for (const property of observance.getAllProperties("rdate")) {
    onsets.push(
      ...property
        .getValues()
        .filter((value) => value instanceof ICAL.Time)
        .map(wallOf),
    );
  }
  return [...new Set(onsets)].map((onset) => ({ at: onset - before, before, after }));
}

function offsetOf(observance: ICAL.Component, name: string): number | undefined {
  const offset = firstValue(observance, name, ICAL.UtcOffset);
  return offset ? offset.toSeconds() * 1000 : undefined;
}

/** The first value of a property, if it has the type it should have. */
export function firstValue<Value extends object>(
  component: ICAL.Component,
  name: string,
  type: abstract new (...parameters: never[]) => Value,
): Value | undefined {
  const value: unknown = component.getFirstPropertyValue(name);
  return value instanceof type ? value : undefined;
}

/** What a clock shows, whatever its zone. */
export function wallOf(time: ICAL.Time): number {
  return Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
}
