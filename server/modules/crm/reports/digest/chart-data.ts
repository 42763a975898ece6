import { isMoney } from "../query/plan.ts";
import type { Column, Measure, Plan } from "../query/plan.ts";
import type { CellValue, ReportRow } from "../query/spec.ts";
import { addsUp, currenciesOf } from "./money.ts";
import { columnLabel, showPeriod, showValue } from "./show-value.ts";

/** What a chart draws: a value per category, for each series. */
export type ChartData = {
  categories: string[];
  series: {
    name: string;
    values: (number | null)[];
    /** Of amounts: the currency of each value, said in the series' name or the category's. */
    currencies?: (string | undefined)[];
  }[];
};

/**
 * Rows as series. The time, or else the first dimension, is the axis. With one more dimension each of its values is a
 * series of the first measure; otherwise each measure is one. An amount is a series for each currency.
 */
export function chartDataOf(plan: Plan, rows: readonly ReportRow[]): ChartData {
  const [axis, split] = plan.columns.filter((column) => column !== plan.currency);
  const places = labelled(plan, axis, rows);
  const [first] = plan.measures;
  const seriesOf = (own: readonly ReportRow[], measure: Measure, name: string) =>
    inCurrencies(plan, own, measure).map(({ currency, rows: mine }) => {
      const byPlace = Map.groupBy(mine, (row) => keyOf(axis, row));
      const rowsAt = [...places.keys()].map((key) => byPlace.get(key) ?? []);
      return {
        name: currency === undefined ? name : `${name} (${currency})`,
        values: rowsAt.map((at) => numberIn(at, measure)),
        ...(isMoney(measure) ? { currencies: rowsAt.map((at) => currenciesOf(plan, at)[0]) } : {}),
      };
    });
  const categories = [...places.values()];
  if (!split || !first) {
    const series = plan.measures.flatMap((measure) => seriesOf(rows, measure, columnLabel(measure)));
    return { categories, series };
  }
  const series = [...labelled(plan, split, rows)].flatMap(([key, name]) =>
    seriesOf(
      rows.filter((row) => keyOf(split, row) === key),
      first,
      name,
    ),
  );
  return { categories, series };
}

// Only where the question did not group by currency itself: then it is the axis or a series already.
function inCurrencies(plan: Plan, rows: readonly ReportRow[], measure: Measure) {
  const { currency: column } = plan;
  if (!column || addsUp(measure)) return [{ currency: undefined, rows }];
  return currenciesOf(plan, rows).map((currency) => ({
    currency,
    rows: currency === undefined ? rows : rows.filter((row) => row[column.name] === currency),
  }));
}

// By what they are and not by how they read: the 2 March of two years are two weeks.
function labelled(plan: Plan, column: Column | undefined, rows: readonly ReportRow[]): Map<string, string> {
  return new Map(rows.map((row) => [keyOf(column, row), column ? labelOf(column, row, plan) : ""]));
}

function keyOf(column: Column | undefined, row: ReportRow): string {
  return JSON.stringify(column ? (row[column.name] ?? null) : null);
}

type Slice = { name: string; value: number; currency: string | undefined };

/** The data with all but the largest `most` categories in one called Other; of the first series only. */
export function largest({ categories, series }: ChartData, most: number): Slice[] {
  const { values = [], currencies = [] } = series[0] ?? {};
  const slices = categories
    .map((name, index): Slice => ({ name, value: values[index] ?? 0, currency: currencies[index] }))
    .filter(({ value }) => value > 0)
    .toSorted((a, b) => b.value - a.value);
  if (slices.length <= most) return slices;
  const rest = slices.slice(most - 1).reduce((sum, { value }) => sum + value, 0);
  const currency = slices.at(-1)?.currency;
  return [...slices.slice(0, most - 1), { name: "Other", value: rest, currency }];
}

// Several rows at one place differ in their currency alone, and only what adds up comes here with all of them.
function numberIn(rows: readonly ReportRow[], measure: Measure): number | null {
  const values = rows.map((row) => row[measure.name]).filter((value) => typeof value === "number");
  return values.length === 0 ? null : values.reduce((sum, one) => sum + one, 0);
}

function labelOf(column: Column, row: ReportRow, plan: Plan): string {
  const value: CellValue = row[column.name] ?? null;
  if (column.granularity && typeof value === "string") return showPeriod(value, column.granularity);
  if (typeof value === "boolean") {
    const { label } = column.field;
    return value ? label : `Not ${label.toLowerCase()}`;
  }
  return value === null || value === "" ? "None" : showValue(value, column.field.type, plan.scene.zone);
}
