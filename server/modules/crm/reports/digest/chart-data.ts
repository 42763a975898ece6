import type { Column, Measure, Plan } from "../query/plan.ts";
import type { CellValue, ReportRow } from "../query/spec.ts";
import { columnLabel, showPeriod, showValue } from "./show-value.ts";

/** What a chart draws: a value per category, for each series. */
export type ChartData = {
  categories: string[];
  series: { name: string; values: (number | null)[] }[];
};

/**
 * Rows as series. The time, or else the first dimension, is the axis. With one more dimension each of its values is a
 * series of the first measure; otherwise each measure is one.
 */
export function chartDataOf(plan: Plan, rows: readonly ReportRow[]): ChartData {
  const [axis, split] = plan.columns;
  const places = labelled(plan, axis, rows);
  const [first] = plan.measures;
  const valuesOf = (own: readonly ReportRow[], measure: Measure) => {
    const byPlace = new Map(own.map((row) => [keyOf(axis, row), row]));
    return [...places.keys()].map((key) => numberIn(byPlace.get(key), measure));
  };
  const categories = [...places.values()];
  if (!split || !first) {
    return {
      categories,
      series: plan.measures.map((measure) => ({
        name: columnLabel(measure),
        values: valuesOf(rows, measure),
      })),
    };
  }
  const series = [...labelled(plan, split, rows)].map(([key, name]) => {
    const own = rows.filter((row) => keyOf(split, row) === key);
    return { name, values: valuesOf(own, first) };
  });
  return { categories, series };
}

// By what they are and not by how they read: the 2 March of two years are two weeks.
function labelled(plan: Plan, column: Column | undefined, rows: readonly ReportRow[]): Map<string, string> {
  return new Map(rows.map((row) => [keyOf(column, row), column ? labelOf(column, row, plan) : ""]));
}

function keyOf(column: Column | undefined, row: ReportRow): string {
  return JSON.stringify(column ? (row[column.name] ?? null) : null);
}

/** The data with all but the largest `most` categories in one called Other; of the first series only. */
export function largest({ categories, series }: ChartData, most: number): { name: string; value: number }[] {
  const values = series[0]?.values ?? [];
  const slices = categories
    .map((name, index) => ({ name, value: values[index] ?? 0 }))
    .filter(({ value }) => value > 0)
    .toSorted((a, b) => b.value - a.value);
  if (slices.length <= most) return slices;
  const rest = slices.slice(most - 1).reduce((sum, { value }) => sum + value, 0);
  return [...slices.slice(0, most - 1), { name: "Other", value: rest }];
}

function numberIn(row: ReportRow | undefined, measure: Measure): number | null {
  const value = row?.[measure.name];
  return typeof value === "number" ? value : null;
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
