/** Money is minor units of a currency inside and the documented decimal number outside. */

const digitsOf = new Map<string, number>();

/** How many decimals a currency has: 2 for AUD, 0 for JPY. Throws a RangeError for what is no currency code. */
export function currencyDigits(currency: string): number {
  const known = digitsOf.get(currency);
  if (known !== undefined) return known;
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat("en", {
    style: "currency",
    currency,
  }).resolvedOptions();
  digitsOf.set(currency, maximumFractionDigits);
  return maximumFractionDigits;
}

const known = new Set(Intl.supportedValuesOf("currency"));

/** Whether this is an ISO 4217 code: three capitals that stand for a currency. */
export function isCurrency(code: string): boolean {
  return known.has(code);
}

/** 12.5 AUD → 1250. What is finer than the smallest unit is rounded half away from zero. */
export function toMinor(amount: number, currency: string): number {
  const scaled = Math.abs(amount) * 10 ** currencyDigits(currency);
  // Ten more digits than a double holds exactly would round 1.005 down: round what people wrote instead.
  return Math.sign(amount) * Math.round(Number(scaled.toPrecision(15)));
}

/** 1250 in AUD → 12.5. */
export function fromMinor(minor: number, currency: string): number {
  return minor / 10 ** currencyDigits(currency);
}
