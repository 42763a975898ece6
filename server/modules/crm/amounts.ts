/** Prices and quantities as callers write and read them. */
import { Type } from "typebox";
import { invalidField } from "../../kernel/errors.ts";
import { currencyDigits, exactMinor, fromMinor, isCurrency } from "../../money.ts";

/** More than any business charges, and exact in minor units of every currency. */
const mostMoney = 1_000_000_000_000;

export const moneyField = (description: string) =>
  Type.Number({ minimum: 0, maximum: mostMoney, description });

/** What an amount is in that came without a currency. */
export const defaultCurrency = "AUD";

export const currencyField = () =>
  Type.String({ minLength: 3, maxLength: 3, description: "ISO 4217 code, such as AUD." });

/** Counts and shares are kept to the thousandth. */
const thousandth = { multipleOf: 0.001 };

/** A count of something. */
export const quantityField = (description: string) =>
  Type.Number({ minimum: 0, maximum: 10_000_000_000, ...thousandth, description });

/** A count of something there is at least some of. */
export const amountField = (description: string) =>
  Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000, ...thousandth, description });

export const percentField = (description: string) =>
  Type.Number({ minimum: 0, maximum: 100, ...thousandth, description });

/** A currency's code in capitals, or a 400 naming the field. */
export function checkedCurrency(field: string, code: string): string {
  const known = code.toUpperCase();
  if (isCurrency(known)) return known;
  throw invalidField(field, `${code} is no currency`, "Send an ISO 4217 code such as AUD.");
}

/** The currency of a record: the one that was sent, else the one it had, else the usual one. */
export function nextCurrency(sent: string | undefined, before: { currency: string } | undefined): string {
  return sent === undefined ? (before?.currency ?? defaultCurrency) : checkedCurrency("currency", sent);
}

/** What was sent, in minor units; a 400 naming the field for an amount the currency has no coins for. */
export function minorField(field: string, amount: number, currency: string): number {
  const minor = exactMinor(amount, currency);
  if (minor !== undefined) return minor;
  throw invalidField(
    field,
    `${amount} has more decimals than ${currency}, which has ${decimals(currency)}`,
    `Round ${field}, as in ${fromMinor(Math.round(amount * 10 ** currencyDigits(currency)), currency)}.`,
  );
}

/** An amount that is kept while its currency changes: what it is called, and its minor units. */
export type KeptAmount = { name: string; minor: number };

/**
 * Amounts keep their numbers when their currency is corrected: 12 AUD become 12 JPY. Returns their minor units in the new
 * currency, in order; a 400 on `currency` naming each amount it cannot express.
 */
export function keptMinor(amounts: readonly KeptAmount[], from: string, to: string): number[] {
  const kept = amounts.map(({ name, minor }) => {
    const amount = fromMinor(minor, from);
    return { name: `${name} ${amount}`, minor: exactMinor(amount, to) };
  });
  const misfits = kept.filter(({ minor }) => minor === undefined).map(({ name }) => name);
  if (misfits.length === 0) return kept.map(({ minor }) => minor as number);
  throw invalidField(
    "currency",
    `cannot become ${to}, which has ${decimals(to)}: ${misfits.join(", ")}`,
    `Send or set amounts that ${to} can express together with the currency, or before it.`,
  );
}

/**
 * The minor units of one amount in a record's currency: of what was sent; else of what it was before, whose number it keeps; else
 * none. A 400 names the field, or the currency that cannot express what is kept.
 */
export function minorOf(
  name: string,
  sent: number | undefined,
  currency: string,
  before: { minor: number; currency: string } | undefined,
): number {
  if (sent !== undefined) return minorField(name, sent, currency);
  if (!before) return 0;
  return keptMinor([{ name, minor: before.minor }], before.currency, currency)[0] as number;
}

function decimals(currency: string): string {
  const digits = currencyDigits(currency);
  return digits === 0 ? "no decimals" : `${digits} decimals`;
}

/** A numeric column as a number. */
export function numberOrNull(text: string | null): number | null {
  return text === null ? null : Number(text);
}

export const nullableNumber = () => Type.Union([Type.Number(), Type.Null()]);
