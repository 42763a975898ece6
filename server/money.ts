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

/** 12.5 AUD → 1250. Undefined for what is finer than the currency's smallest unit: nothing here rounds money. */
export function exactMinor(amount: number, currency: string): number | undefined {
  // What people wrote, and not the nearest double: 19.99 × 100 is 1998.9999999999998.
  const scaled = Number((Math.abs(amount) * 10 ** currencyDigits(currency)).toPrecision(15));
  if (!Number.isInteger(scaled)) return undefined;
  return amount < 0 ? -scaled : scaled;
}

/** 1250 in AUD → 12.5. */
export function fromMinor(minor: number, currency: string): number {
  return minor / 10 ** currencyDigits(currency);
}

/** The one way to write an amount for people: "£95", "£95.50", "KWD 1.250". Decimals are left out when there is nothing behind them. */
export function moneyText(minor: number, currency: string, locale = "en"): string {
  const amount = fromMinor(minor, currency);
  return moneyFormat(currency, locale, Number.isInteger(amount)).format(amount);
}

/** How amounts of a currency are written, without decimals where they are all `whole`. */
export function moneyFormat(currency: string, locale: string, whole: boolean): Intl.NumberFormat {
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    ...(whole ? { maximumFractionDigits: 0 } : {}),
  });
}
