/** What a bare number in a filter on an amount is worth. */
import { invalidField } from "../../kernel/errors.ts";
import { defaultCurrency } from "./amounts.ts";

/** For descriptions of filters. */
export const amountsInFilters = `A number compared with an amount is in the currency that a filter on currency names (eq, or in with one), and in ${defaultCurrency} without one; amounts in other currencies do not match it.`;

/**
 * The currency the numbers of a question are in: the one its filters on the currency name, or the one amounts are in that were sent
 * without. A 400 naming `at` when they name several: one number is not the same amount in two currencies.
 */
export function filteredCurrency(named: readonly unknown[], at: string): string {
  const [first, ...others] = new Set(named.map(String));
  if (others.length === 0) return first ?? defaultCurrency;
  throw invalidField(
    at,
    "is a number in one currency, and the filter on currency names several",
    "Name one currency, and ask once for each.",
  );
}
