/** Prices and quantities as callers write and read them. */
import { Type } from "typebox";
import { invalidField } from "../../kernel/errors.ts";
import { isCurrency } from "../../money.ts";

/** More than any business charges, and exact in minor units of every currency. */
const mostMoney = 1_000_000_000_000;

export const moneyField = (description: string) =>
  Type.Number({ minimum: 0, maximum: mostMoney, description });

export const currencyField = () =>
  Type.String({ minLength: 3, maxLength: 3, description: "ISO 4217 code, such as AUD." });

/** A count of something, to the thousandth. */
export const quantityField = (description: string) =>
  Type.Number({ minimum: 0, maximum: 10_000_000_000, description });

/** A currency's code in capitals, or a 400 naming the field. */
export function checkedCurrency(field: string, code: string): string {
  const known = code.toUpperCase();
  if (isCurrency(known)) return known;
  throw invalidField(field, `${code} is no currency`, "Send an ISO 4217 code such as AUD.");
}

/** A numeric column as a number. */
export function numberOrNull(text: string | null): number | null {
  return text === null ? null : Number(text);
}

export const nullableNumber = () => Type.Union([Type.Number(), Type.Null()]);
