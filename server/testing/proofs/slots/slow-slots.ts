import { Temporal } from "temporal-polyfill";
import type { Host, Hours, Session, Slot, SlotSearch } from "../../../modules/calendar/slots/slots.ts";

/*
 * What openSlots should answer, slowly: it walks minute by minute, asks Temporal what the wall shows and tries every
 * combination of resources, so it shares no code and no idea (intervals, segments, merging, matching) with the engine.
 */

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const DAY = 86_400_000;

/** What decided something about a start; a run of the proof counts them to know that it has met them all. */
export type Reason =
  "slot" | "joined" | "full" | "travel" | "not all" | "resource" | "no resource" | "passed on";

export function slowSlots(search: SlotSearch, because: (reason: Reason) => void = () => undefined): Slot[] {
  const { hosts, rules, from, to, now } = search;
  const firstMinute = Math.ceil(from / MINUTE);
  const lastMinute = Math.ceil(to / MINUTE) + rules.durationMinutes;
  const openOf = new Map(hosts.map((host) => [host, minutesOpen(host, firstMinute, lastMinute)]));
  const slots: Slot[] = [];
  for (let start = firstMinute * MINUTE; start < to; start += MINUTE) {
    if (start < now + rules.minNoticeMinutes * MINUTE || start > now + rules.maxAdvanceDays * DAY) continue;
    const able = hosts.filter((host) => {
      const open = openOf
        .get(host)!
        .slice(start / MINUTE - firstMinute)
        .slice(0, rules.durationMinutes);
      if (open[0] === undefined || open[0] % rules.slotIntervalMinutes !== 0) return false;
      return (
        !open.includes(undefined) &&
        isFree(host, start, search, because) &&
        canTravel(host, start, search, because)
      );
    });
    const slot = able.length > 0 ? slotOf(able, start, search, because) : undefined;
    if (slot) slots.push(slot);
  }
  return slots;
}

type Shown = { date: string; minute: number; weekday: number };
/** By zone and quarter of an hour: what the wall shows as it begins, or null when the clock changes within it. */
const shown = new Map<string, Shown | null>();

function askTemporal(instant: number, zone: string): Shown & { offset: number } {
  const at = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
  return {
    date: at.toPlainDate().toString(),
    minute: at.hour * 60 + at.minute,
    weekday: at.dayOfWeek % 7,
    offset: at.offsetNanoseconds,
  };
}

/** What the wall shows, by Temporal: asked once a quarter of an hour, and every minute where the clock changes within one. */
function shownAt(instant: number, zone: string): Shown {
  const quarter = Math.floor(instant / QUARTER);
  const key = `${zone} ${quarter}`;
  let first = shown.get(key);
  if (first === undefined) {
    const { offset, ...begins } = askTemporal(quarter * QUARTER, zone);
    first = askTemporal((quarter + 1) * QUARTER, zone).offset === offset ? begins : null;
    if (shown.size > 100_000) shown.clear();
    shown.set(key, first);
  }
  if (!first) return askTemporal(instant, zone);
  return { ...first, minute: first.minute + Math.floor((instant - quarter * QUARTER) / MINUTE) };
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

/** A slot's time with its buffers. */
function needsOf(start: number, { rules }: SlotSearch): [number, number] {
  const before = rules.bufferBeforeMinutes * MINUTE;
  const after = (rules.durationMinutes + rules.bufferAfterMinutes) * MINUTE;
  return [start - before, start + after];
}

const apart = ([aFrom, aTo]: [number, number], [bFrom, bTo]: [number, number]) =>
  aFrom >= aTo || bFrom >= bTo || aTo <= bFrom || bTo <= aFrom;

function joinedAt(host: Host, start: number, { capacity = 1 }: SlotSearch): Session | undefined {
  return host.sessions?.find((session) => session.start === start && session.taken < capacity);
}

function isFree(host: Host, start: number, search: SlotSearch, because: (reason: Reason) => void): boolean {
  const needs = needsOf(start, search);
  const joined = joinedAt(host, start, search);
  const isOwn = ([from, to]: [number, number]) =>
    joined !== undefined && from === needs[0] && to === needs[1];
  const sittings = (host.sessions ?? []).filter((session) => session !== joined);
  const free =
    host.busy.every((busy) => isOwn(busy) || apart(busy, needs)) &&
    sittings.every((session) => apart(needsOf(session.start, search), needs));
  if (!free && sittings.some((session) => session.start === start)) because("full");
  return free;
}

/** Enough time from whatever ends last before the slot, and to whatever begins first after it. */
function canTravel(
  { visits = [] }: Host,
  start: number,
  { travel, rules }: SlotSearch,
  because: (reason: Reason) => void,
): boolean {
  if (!travel) return true;
  const end = start + rules.durationMinutes * MINUTE;
  const before = visits.filter((visit) => visit.end <= start);
  const after = visits.filter((visit) => visit.start >= end);
  const latest = Math.max(...before.map((visit) => visit.end));
  const soonest = Math.min(...after.map((visit) => visit.start));
  const inTime =
    before.every(
      (visit) =>
        visit.end < latest ||
        visit.end + travel.minutesBetween(visit.postalCode, travel.to) * MINUTE <= start,
    ) &&
    after.every(
      (visit) =>
        visit.start > soonest ||
        end + travel.minutesBetween(travel.to, visit.postalCode) * MINUTE <= visit.start,
    );
  if (!inTime) because("travel");
  return inTime;
}

function slotOf(
  able: Host[],
  start: number,
  search: SlotSearch,
  because: (reason: Reason) => void,
): Slot | undefined {
  const { hosts, capacity = 1, rules } = search;
  const joining = able.filter((host) => joinedAt(host, start, search));
  const others = able.filter((host) => !joining.includes(host));
  const choices = choicesOf(start, search);
  const seatsOf = (host: Host) => capacity - (joinedAt(host, start, search)?.taken ?? 0);
  const resourceIds = joining[0] ? (joinedAt(joining[0], start, search)?.resourceIds ?? []) : choices[0];
  const slot = (among: Host[], seatsLeft: number): Slot | undefined => {
    if (among.length === 0 || !resourceIds) return undefined;
    because("slot");
    if (joining.length > 0) because("joined");
    else if (resourceIds.length > 0) because("resource");
    const end = start + rules.durationMinutes * MINUTE;
    return { start, end, hostIds: among.map(({ id }) => id), seatsLeft, resourceIds };
  };
  if (others.length > 0 && choices.length === 0) because("no resource");
  if (joining.length === 0 && choices[0] && isPassedOn(choices[0], start, search)) because("passed on");
  if (search.assignment === "all") {
    if (able.length < hosts.length) {
      because("not all");
      return undefined;
    }
    return slot([...joining, ...others], Math.min(...able.map(seatsOf)));
  }
  const seats = joining.map(seatsOf).reduce((sum, more) => sum + more, 0);
  const sittings = mostSittings(choices, others.length);
  return slot([...joining, ...(sittings > 0 ? others : [])], seats + sittings * capacity);
}

const isResourceFree = (busy: [number, number][], start: number, search: SlotSearch) =>
  busy.every((one) => apart(one, needsOf(start, search)));

/** Every choice of free resources, all distinct, one for each requirement. */
function choicesOf(start: number, search: SlotSearch): string[][] {
  let choices: string[][] = [[]];
  for (const { anyOf } of search.resources ?? []) {
    const free = anyOf.filter(({ busy }) => isResourceFree(busy, start, search)).map(({ id }) => id);
    choices = choices.flatMap((chosen) =>
      free.filter((id) => !chosen.includes(id)).map((id) => [...chosen, id]),
    );
  }
  return choices;
}

/** How many choices can be made at once without anything being in two of them. */
function mostSittings(choices: string[][], atMost: number): number {
  if (atMost === 0 || choices.length === 0) return 0;
  const rests = choices.map((taken) => choices.filter((ids) => !ids.some((id) => taken.includes(id))));
  return 1 + Math.max(...rests.map((rest) => mostSittings(rest, atMost - 1)));
}

/** Whether some requirement leaves its first free resource to another. */
function isPassedOn(chosen: string[], start: number, search: SlotSearch): boolean {
  return (search.resources ?? []).some(
    ({ anyOf }, i) => anyOf.find(({ busy }) => isResourceFree(busy, start, search))?.id !== chosen[i],
  );
}
