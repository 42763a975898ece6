import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { openSlots, type Slot, type SlotSearch } from "../../../modules/calendar/slots/slots.ts";
import { caseArb, searchOf, type SlotCase } from "./cases.ts";
import { type Reason, slowSlots } from "./slow-slots.ts";

export type Proof = {
  /** How often each reason decided about a start. */
  reasons: Partial<Record<Reason, number>>;
  /** Cases run at each place, by "zone instant". */
  places: Record<string, number>;
  /** The smallest case found on which the two differ. */
  counterexample: { case: SlotCase; expected: Slot[]; actual: Slot[] } | null;
};

/** Compares `find` (the engine, or something that only looks like it) with the slow reference on random cases. */
export function proveSlots(
  seed: number,
  cases: number,
  options: { find?: (search: SlotSearch) => Slot[]; shrink?: boolean; onCase?: () => void } = {},
): Proof {
  const { find = openSlots, shrink = true, onCase } = options;
  const proof: Proof = { reasons: {}, places: {}, counterexample: null };
  const property = fc.property(caseArb, (one) => {
    const place = `${one.place.zone} ${new Date(one.place.anchor).toISOString()}`;
    proof.places[place] = (proof.places[place] ?? 0) + 1;
    const search = searchOf(one);
    const expected = slowSlots(search, (reason) => {
      proof.reasons[reason] = (proof.reasons[reason] ?? 0) + 1;
    });
    onCase?.();
    return isDeepStrictEqual(find(search), expected);
  });
  const { failed, counterexample } = fc.check(property, { seed, numRuns: cases, endOnFailure: !shrink });
  if (failed) {
    const [one] = counterexample!;
    const search = searchOf(one);
    proof.counterexample = { case: one, expected: slowSlots(search), actual: find(search) };
  }
  return proof;
}
