import { type Interval, mergeIntervals } from "./intervals.ts";

/** Something a sitting needs besides people: one of these rooms, chairs or machines. `busy` as a host's. */
export type ResourceRequirement = { anyOf: { id: string; busy: [number, number][] }[] };

/** For each requirement, the ids of those that are free from `from` until `until`, in the order they were given. */
export function freeResources(
  requirements: readonly ResourceRequirement[],
): (from: number, until: number) => string[][] {
  const busyOf = new Map<string, Interval[]>();
  for (const { anyOf } of requirements) {
    for (const { id, busy } of anyOf) busyOf.set(id, mergeIntervals([...(busyOf.get(id) ?? []), ...busy]));
  }
  return (from, until) =>
    requirements.map(({ anyOf }) =>
      anyOf.filter(({ id }) => !meets(busyOf.get(id)!, from, until)).map(({ id }) => id),
    );
}

function meets(busy: readonly Interval[], from: number, until: number): boolean {
  let low = 0;
  for (let high = busy.length; low < high;) {
    const middle = (low + high) >>> 1;
    if (busy[middle]![1] <= from) low = middle + 1;
    else high = middle;
  }
  return low < busy.length && busy[low]![0] < until;
}

/**
 * One id for each requirement, all distinct, each the first of its list that leaves the later ones a choice; undefined
 * when there is none.
 */
export function chooseResources(free: readonly string[][]): string[] | undefined {
  if (!canMatch(free)) return undefined;
  const chosen: string[] = [];
  for (let i = 0; i < free.length; i++) {
    const rest = free.slice(i + 1);
    const id = free[i]!.find(
      (one) =>
        !chosen.includes(one) &&
        canMatch(rest.map((ids) => ids.filter((id) => id !== one && !chosen.includes(id)))),
    );
    chosen.push(id!);
  }
  return chosen;
}

/** How many sittings can have the resources they need at the same time, `atMost` at most. */
export function sittingsWith(free: readonly string[][], atMost: number): number {
  let count = 0;
  while (count < atMost && canMatch(Array.from({ length: count + 1 }, () => free).flat())) count++;
  return count;
}

/**
 * Whether each list can have an id of its own: a bipartite matching, grown one list at a time along the paths on which
 * lists pass their ids on (Kuhn's algorithm), because trying every combination takes forever where many lists are alike.
 */
function canMatch(lists: readonly string[][]): boolean {
  const holder = new Map<string, number>();
  const place = (list: number, tried: Set<string>): boolean => {
    for (const id of lists[list]!) {
      if (tried.has(id)) continue;
      tried.add(id);
      const other = holder.get(id);
      if (other === undefined || place(other, tried)) {
        holder.set(id, list);
        return true;
      }
    }
    return false;
  };
  return lists.every((_list, index) => place(index, new Set()));
}
