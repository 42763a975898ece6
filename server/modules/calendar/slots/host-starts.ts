import { type Interval, mergeIntervals, subtractIntervals } from "./intervals.ts";
import type { Host, Session, SlotSearch } from "./slots.ts";
import { travelTest } from "./travel.ts";
import { MINUTE_MS } from "./wall-clock.ts";
import { walkDays } from "./working-hours.ts";

/** The sorted starts one host can take; `joining` has the sittings with seats left that begin at some of them. */
export type HostStarts = { starts: number[]; joining: Map<number, Session> };

/** The starts in [first, end) at which one host can take the slot. */
export function hostStarts(search: SlotSearch, host: Host, first: number, end: number): HostStarts {
  const lengths = lengthsOf(search);
  const stepMs = search.rules.slotIntervalMinutes * MINUTE_MS;
  const { working, grid } = walkDays(host.hours, first, end, lengths.durationMs, stepMs);
  const open = mergeIntervals(working);
  const sessions = (host.sessions ?? []).filter(({ start }) => isNear(start, lengths, first, end));
  const blocks = sessions.map(({ start }) => blockAt(start, lengths));
  const free = subtractIntervals(open, widened([...host.busy, ...blocks], lengths, first, end));
  const joining = joinable(host, sessions, search.capacity ?? 1, lengths);
  const canTravel =
    search.travel && host.visits?.length ? travelTest(search.travel, host.visits) : () => true;
  const starts: number[] = [];
  let inFree = 0;
  let inOpen = 0;
  for (const start of grid) {
    const stop = start + lengths.durationMs;
    while (inFree < free.length && free[inFree]![1] <= start) inFree++;
    while (inOpen < open.length && open[inOpen]![1] <= start) inOpen++;
    const within = joining.has(start) ? open[inOpen] : free[inFree];
    if (within && within[0] <= start && stop <= within[1] && canTravel(start, stop)) starts.push(start);
  }
  return { starts, joining };
}

type Lengths = { durationMs: number; beforeMs: number; afterMs: number };

function lengthsOf({ rules }: SlotSearch): Lengths {
  return {
    durationMs: rules.durationMinutes * MINUTE_MS,
    beforeMs: rules.bufferBeforeMinutes * MINUTE_MS,
    afterMs: rules.bufferAfterMinutes * MINUTE_MS,
  };
}

/** A slot's time with its buffers. */
function blockAt(start: number, { durationMs, beforeMs, afterMs }: Lengths): [number, number] {
  return [start - beforeMs, start + durationMs + afterMs];
}

/** Whether a sitting can stand in the way of, or be, a slot that starts in [first, end). */
function isNear(start: number, lengths: Lengths, first: number, end: number): boolean {
  const [from, until] = blockAt(start, lengths);
  return until + lengths.beforeMs > first && from - lengths.afterMs < end + lengths.durationMs;
}

/** What is busy, widened the other way round by the buffers: one containment test then answers for them too. */
function widened(busy: readonly Interval[], lengths: Lengths, first: number, end: number): Interval[] {
  const { durationMs, beforeMs, afterMs } = lengths;
  const near: Interval[] = [];
  for (const [start, stop] of busy) {
    if (start < stop && stop + beforeMs > first && start - afterMs < end + durationMs) {
      near.push([start - afterMs, stop + beforeMs]);
    }
  }
  return mergeIntervals(near);
}

/**
 * The sittings with seats left whose host has nothing else then. Something busy for exactly a sitting's block is the
 * sitting itself: a claim of one of its seats, or its copy in the host's own calendar.
 */
function joinable(
  { busy }: Host,
  sessions: readonly Session[],
  capacity: number,
  lengths: Lengths,
): Map<number, Session> {
  const joining = new Map<number, Session>();
  for (const session of sessions) {
    if (session.taken >= capacity) continue;
    const [from, until] = blockAt(session.start, lengths);
    const meets = (start: number, stop: number) =>
      start < stop && start < until && from < stop && !(start === from && stop === until);
    const taken =
      busy.some(([start, stop]) => meets(start, stop)) ||
      sessions.some((other) => meets(...blockAt(other.start, lengths)));
    if (!taken) joining.set(session.start, session);
  }
  return joining;
}
