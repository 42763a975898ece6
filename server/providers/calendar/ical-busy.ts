/** When the owner of an iCalendar file is busy. */
import ICAL from "ical.js";
import { mergeBusy } from "./busy-times.ts";
import { readParts } from "./ical-text.ts";
import type { CalendarParts } from "./ical-text.ts";
import { bounded, instantOf, ownTime, seriesTimes, span, zoneSlackMs } from "./ical-series.ts";
import type { Reader } from "./ical-series.ts";
import { utc, wallOf, zoneDefinedBy, zoneNamed } from "./ical-zones.ts";
import type { Zone } from "./ical-zones.ts";
import type { BusyTime } from "./port.ts";

/** The events of one uid. `busy` is merged, and empty when they keep nobody from anything in the range. */
export type CalendarEntry = { uid: string; title?: string; busy: BusyTime[] };

export type CalendarReading = {
  entries: CalendarEntry[];
  name?: string;
  /** Components that could not be read; everything else of the file was. */
  broken: number;
};

export type ReadOptions = {
  range: { from: Date; to: Date };
  /** The zone of all-day events and of times that name none; a file's own X-WR-TIMEZONE comes first. */
  timeZone?: string | undefined;
  /** The owner's addresses: what they declined keeps them from nothing. */
  owners?: readonly string[];
};

/** All events of a file together. */
const mostBusyTimes = 200_000;
const mostSteps = 2_000_000;

/** Reads the busy times of a file that touch [from, to). Never throws on what the file says. */
export function readBusy(text: string, options: ReadOptions): CalendarReading {
  const parts = readParts(text, {
    from: dayOf(options.range.from.getTime() - zoneSlackMs),
    to: dayOf(options.range.to.getTime() + zoneSlackMs),
  });
  const reader = readerOf(parts, options);
  const entries: CalendarEntry[] = [];
  let broken = parts.broken;
  for (const [uid, events] of Map.groupBy(parts.events, uidOf)) {
    try {
      entries.push(entryOf(reader, uid, events));
    } catch {
      broken++;
    }
  }
  const published = parts.freeBusy.flatMap((component) => publishedTimes(reader, component));
  if (published.length > 0) entries.push({ uid: "free-busy", busy: mergeBusy(published) });
  return { entries, broken, ...(parts.name ? { name: parts.name } : {}) };
}

/** YYYYMMDD */
function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10).replaceAll("-", "");
}

function readerOf(parts: CalendarParts, { range, timeZone, owners = [] }: ReadOptions): Reader {
  const to = range.to.getTime();
  // Google names the feed of a person after their address.
  const addresses = new Set(
    [...owners, parts.name ?? ""].filter((name) => name.includes("@")).map(addressOf),
  );
  const budget = { steps: mostSteps };
  const zones = new Map<string, Zone>();
  for (const component of parts.zones) {
    const name = String(component.getFirstPropertyValue("tzid") ?? "");
    const location = component.getFirstPropertyValue("x-lic-location");
    // The names everybody knows are better kept than the copies that travel in files.
    const zone =
      zoneNamed(name) ??
      (typeof location === "string" ? zoneNamed(location) : undefined) ??
      zoneDefinedBy(component, to + zoneSlackMs, budget);
    if (zone) zones.set(name, zone);
  }
  const named = [parts.timeZone, timeZone].map((name) => (name ? zoneNamed(name) : undefined));
  return {
    from: range.from.getTime(),
    to,
    zones,
    floating: named.find((zone) => zone !== undefined) ?? utc,
    left: mostBusyTimes,
    budget,
    isBusy: (event) => isBusy(event, addresses),
  };
}

/** An event without a uid is one of its own. */
function uidOf(event: ICAL.Component, index: number): string {
  const uid = event.getFirstPropertyValue("uid");
  return typeof uid === "string" && uid !== "" ? uid : `unnamed-${index}`;
}

function entryOf(reader: Reader, uid: string, events: ICAL.Component[]): CalendarEntry {
  const series = newest(events.filter((event) => !event.hasProperty("recurrence-id")));
  const changed = new Map<number, ICAL.Component>();
  for (const event of events.filter((one) => one.hasProperty("recurrence-id"))) {
    const at = instantOf(reader, event, "recurrence-id");
    const known = at === undefined ? undefined : changed.get(at);
    if (at !== undefined) changed.set(at, known ? newest([known, event])! : event);
  }
  const busy = [
    ...(series && reader.isBusy(series) ? seriesTimes(reader, series, changed) : []),
    ...[...changed.values()].flatMap((event) => (reader.isBusy(event) ? ownTime(reader, event) : [])),
  ].filter(({ start, end }) => start.getTime() < reader.to && end.getTime() > reader.from);
  const title = titleOf(series ?? events[0]!);
  return { uid, ...(title ? { title } : {}), busy: mergeBusy(busy) };
}

/** The version of an event that holds, of several in one file. */
function newest(versions: ICAL.Component[]): ICAL.Component | undefined {
  const sequence = (event: ICAL.Component) => Number(event.getFirstPropertyValue("sequence") ?? 0) || 0;
  return versions.toSorted((one, other) => sequence(one) - sequence(other)).at(-1);
}

function titleOf(event: ICAL.Component): string | undefined {
  const kind = String(event.getFirstPropertyValue("class") ?? "PUBLIC").toUpperCase();
  const title = event.getFirstPropertyValue("summary");
  return kind === "PUBLIC" && typeof title === "string" ? title.slice(0, 500) : undefined;
}

function isBusy(event: ICAL.Component, owners: ReadonlySet<string>): boolean {
  const is = (name: string, value: string) =>
    String(event.getFirstPropertyValue(name) ?? "").toUpperCase() === value;
  if (is("transp", "TRANSPARENT") || is("status", "CANCELLED")) return false;
  if (is("x-microsoft-cdo-busystatus", "FREE")) return false;
  return !event
    .getAllProperties("attendee")
    .some(
      (attendee) =>
        owners.has(addressOf(String(attendee.getFirstValue()))) &&
        String(attendee.getFirstParameter("partstat")).toUpperCase() === "DECLINED",
    );
}

function addressOf(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/^mailto:/, "");
}

/** FREEBUSY of a published VFREEBUSY: times somebody is not free, without saying why. */
function publishedTimes(reader: Reader, component: ICAL.Component): BusyTime[] {
  const times = component
    .getAllProperties("freebusy")
    .filter((property) => String(property.getFirstParameter("fbtype") ?? "BUSY").toUpperCase() !== "FREE")
    .flatMap((property) => property.getValues())
    .filter((value) => value instanceof ICAL.Period)
    .map((period) =>
      span(wallOf(period.start), wallOf(period.start) + period.getDuration().toSeconds() * 1000),
    )
    .filter(({ start, end }) => start.getTime() < reader.to && end.getTime() > reader.from);
  return bounded(reader, times);
}
