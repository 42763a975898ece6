/** Ranks: texts that order rows by hand. A new one always fits between two others, so that a drag writes one row. */
import { generateNKeysBetween } from "fractional-indexing";

/** Where a row's rank outgrows this, the rows around it are given new ones. */
export const longestRank = 100;

/**
 * `count` ranks in order after `before` and ahead of `after`; null is the open end. Where the two are equal, as two drags
 * at the same moment leave them, nothing lies between: the ranks then follow both, and (rank, id) still orders all.
 */
export function ranksBetween(before: string | null, after: string | null, count: number): string[] {
  const end = before !== null && after !== null && after <= before ? null : after;
  return generateNKeysBetween(before, end, count);
}

/** One rank after `before` and ahead of `after`; see `ranksBetween`. */
export function rankBetween(before: string | null, after: string | null): string {
  return ranksBetween(before, after, 1)[0] as string;
}
