import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import { currencyDigits } from "../../../../money.ts";

// Currencies by how many decimals they have, but for the usual two.
const byDigits = new Map<number, string[]>();
for (const currency of Intl.supportedValuesOf("currency")) {
  const digits = currencyDigits(currency);
  if (digits !== 2) byDigits.set(digits, [...(byDigits.get(digits) ?? []), currency]);
}

/** Minor units as the decimal number people know: 1250 in AUD is 12.50, in JPY it is 1250. */
export function amount(minor: RawBuilder<unknown>, currency: RawBuilder<unknown>): RawBuilder<unknown> {
  const cases = [...byDigits].map(
    ([digits, currencies]) =>
      sql`when ${currency} = any(${currencies}::text[]) then ${minor} * ${sql.lit(10 ** -digits)}::numeric`,
  );
  return sql`(case ${sql.join(cases, sql` `)} else ${minor} * 0.01 end)`;
}
