import { MINUTE_MS } from "./wall-clock.ts";

/** Where a host is from `start` to `end`, epoch milliseconds. */
export type Visit = { start: number; end: number; postalCode: string };

/** The way to the slots' own place (`to`) and back; what minutesBetween answers must not change during a search. */
export type Travel = { to: string; minutesBetween(from: string, to: string): number };

/**
 * Whether a slot at [start, end) leaves the time to travel from the visit before it and to the visit after it. Only the
 * nearest on each side counts, as the others' ways lead elsewhere; of several that end (or start) together, the furthest.
 */
export function travelTest(
  travel: Travel,
  visits: readonly Visit[],
): (start: number, end: number) => boolean {
  const before = visits.toSorted((a, b) => a.end - b.end);
  const after = visits.toSorted((a, b) => a.start - b.start);
  const arrivalMs = lookUp((postalCode) => travel.minutesBetween(postalCode, travel.to) * MINUTE_MS);
  const departureMs = lookUp((postalCode) => travel.minutesBetween(travel.to, postalCode) * MINUTE_MS);
  return (start, end) => {
    const last = firstIndex(before, (visit) => visit.end > start) - 1;
    for (let i = last; i >= 0 && before[i]!.end === before[last]!.end; i--) {
      if (!(start - before[i]!.end >= arrivalMs(before[i]!.postalCode))) return false;
    }
    const next = firstIndex(after, (visit) => visit.start >= end);
    for (let i = next; i < after.length && after[i]!.start === after[next]!.start; i++) {
      if (!(after[i]!.start - end >= departureMs(after[i]!.postalCode))) return false;
    }
    return true;
  };
}

function lookUp(ask: (postalCode: string) => number): (postalCode: string) => number {
  const known = new Map<string, number>();
  return (postalCode) => {
    let answer = known.get(postalCode);
    if (answer === undefined) known.set(postalCode, (answer = ask(postalCode)));
    return answer;
  };
}

/** Where `found` first holds in a list sorted so that it holds from there on; the length when it never does. */
function firstIndex<Item>(items: readonly Item[], found: (item: Item) => boolean): number {
  let low = 0;
  for (let high = items.length; low < high;) {
    const middle = (low + high) >>> 1;
    if (found(items[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
