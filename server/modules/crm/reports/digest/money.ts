import { currencyDigits, isCurrency } from "../../../../money.ts";
import { isMoney } from "../query/plan.ts";
import type { Measure, Plan } from "../query/plan.ts";
import type { CellValue, ReportRow } from "../query/spec.ts";
import { showNumber } from "./show-value.ts";

/** The column of a plan that says which currency a row's amounts are in. */
export function currencyColumn(plan: Plan): string | undefined {
  return plan.columns.find(({ name }) => name === plan.source.currency)?.name;
}

/** Whether a measure of rows in several currencies is still one number: counts and plain sums are. */
export function addsUp(measure: Measure): boolean {
  return !isMoney(measure) && (measure.aggregation === "sum" || measure.aggregation === "count");
}

/** The currencies of rows, in the order they come; undefined where the plan has none. */
export function currenciesOf(plan: Plan, rows: readonly ReportRow[]): (string | undefined)[] {
  const column = currencyColumn(plan);
  if (column === undefined) return [undefined];
  const found = [...new Set(rows.map((row) => row[column]))].filter((one) => typeof one === "string");
  return found.length > 0 ? found : [undefined];
}

/** 1250.5 in AUD → AUD 1,250.50; in JPY without decimals. */
export function showAmount(value: CellValue, currency: string | undefined): string {
  if (typeof value !== "number") return "";
  const shown = showFigure(value, currency);
  return currency !== undefined && isCurrency(currency) ? `${currency} ${shown}` : shown;
}

/** The same where the currency is said beside it: 1,250.50. Numbers that are no money have none. */
export function showFigure(value: number, currency: string | undefined): string {
  if (currency === undefined || !isCurrency(currency)) return showNumber(value);
  const digits = currencyDigits(currency);
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
