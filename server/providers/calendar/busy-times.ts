import type { BusyTime } from "./port.ts";

/** Earliest first, with what overlaps or touches joined. */
export function mergeBusy(times: readonly BusyTime[]): BusyTime[] {
  const merged: BusyTime[] = [];
  for (const { start, end } of times.toSorted((one, other) => one.start.getTime() - other.start.getTime())) {
    if (end <= start) continue;
    const last = merged.at(-1);
    if (last && start <= last.end) last.end = end > last.end ? end : last.end;
    else merged.push({ start, end });
  }
  return merged;
}
