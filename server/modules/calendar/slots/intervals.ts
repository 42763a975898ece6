/** A half-open stretch [start, end) of epoch milliseconds; empty when end is not after start. */
export type Interval = readonly [start: number, end: number];

/**
 * The union of intervals as a sorted array in which no two overlap or touch.
 * The input may be in any order and hold empty intervals; it is left untouched.
 */
export function mergeIntervals(intervals: readonly Interval[]): Interval[] {
  const sorted = intervals.filter(([start, end]) => start < end);
  sorted.sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  let last: [number, number] | undefined;
  for (const [start, end] of sorted) {
    if (last && start <= last[1]) {
      if (end > last[1]) last[1] = end;
    } else {
      last = [start, end];
      merged.push(last);
    }
  }
  return merged;
}

/** What is left of `from` without `without`. Both must be merged (see mergeIntervals); so is the result. */
export function subtractIntervals(from: readonly Interval[], without: readonly Interval[]): Interval[] {
  const left: Interval[] = [];
  let j = 0;
  for (const [start, end] of from) {
    let cursor = start;
    while (j < without.length && without[j]![1] <= cursor) j++;
    // Not advancing j past the last overlap: one removed interval may also cut into the next of `from`.
    for (let k = j; k < without.length && without[k]![0] < end; k++) {
      const [cutStart, cutEnd] = without[k]!;
      if (cursor < cutStart) left.push([cursor, cutStart]);
      cursor = cutEnd;
      j = k;
    }
    if (cursor < end) left.push([cursor, end]);
  }
  return left;
}
