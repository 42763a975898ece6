import type { HostStarts } from "./host-starts.ts";
import { chooseResources, freeResources, sittingsWith } from "./resources.ts";
import type { Slot, SlotSearch } from "./slots.ts";
import { MINUTE_MS } from "./wall-clock.ts";

/** Joins sorted starts per host into slots by always taking the earliest head. */
export function joinHosts(search: SlotSearch, hosts: readonly HostStarts[]): Slot[] {
  const slots: Slot[] = [];
  const slotAt = slotMaker(search, hosts);
  const heads = hosts.map(() => 0);
  for (;;) {
    let start = Infinity;
    for (let i = 0; i < hosts.length; i++) {
      const head = hosts[i]!.starts[heads[i]!];
      if (head !== undefined && head < start) start = head;
    }
    if (start === Infinity) return slots;
    const able: number[] = [];
    for (let i = 0; i < hosts.length; i++) {
      if (hosts[i]!.starts[heads[i]!] !== start) continue;
      able.push(i);
      heads[i]!++;
    }
    const slot = slotAt(start, able);
    if (slot) slots.push(slot);
  }
}

type SlotMaker = (start: number, able: number[]) => Slot | undefined;

/** Makes the slot of a start from the hosts (by their place in the search) who can take it. */
function slotMaker(search: SlotSearch, hosts: readonly HostStarts[]): SlotMaker {
  const { rules, capacity = 1, assignment = "any", resources = [] } = search;
  const durationMs = rules.durationMinutes * MINUTE_MS;
  const free = freeResources(resources);
  const freeAt = (start: number) =>
    free(
      start - rules.bufferBeforeMinutes * MINUTE_MS,
      start + durationMs + rules.bufferAfterMinutes * MINUTE_MS,
    );

  return (start, able) => {
    if (assignment === "all" && able.length < hosts.length) return undefined;
    const joining = able.filter((i) => hosts[i]!.joining.has(start));
    const others = able.filter((i) => !hosts[i]!.joining.has(start));
    const seatsOf = (i: number) => capacity - (hosts[i]!.joining.get(start)?.taken ?? 0);
    const shared =
      joining.length > 0 ? (hosts[joining[0]!]!.joining.get(start)!.resourceIds ?? []) : undefined;
    const slot = (hostsOfSlot: number[], seatsLeft: number, resourceIds: string[]): Slot => ({
      start,
      end: start + durationMs,
      hostIds: hostsOfSlot.map((i) => search.hosts[i]!.id),
      seatsLeft,
      resourceIds,
    });

    // With every host in it there is only one sitting, which has its resources when it has begun to fill.
    if (assignment === "all") {
      const resourceIds = shared ?? chooseResources(freeAt(start));
      return resourceIds && slot([...joining, ...others], Math.min(...able.map(seatsOf)), resourceIds);
    }
    const seatsJoining = joining.reduce((sum, i) => sum + seatsOf(i), 0);
    const choices = resources.length > 0 && others.length > 0 ? freeAt(start) : [];
    const chosen = chooseResources(choices);
    const takers = chosen ? [...joining, ...others] : joining;
    if (takers.length === 0) return undefined;
    const sittings = choices.length > 0 && chosen ? sittingsWith(choices, others.length) : others.length;
    return slot(takers, seatsJoining + (chosen ? sittings * capacity : 0), shared ?? chosen ?? []);
  };
}
