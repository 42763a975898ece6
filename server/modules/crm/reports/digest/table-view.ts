import { columnsOf } from "../dashboards/card-fields.ts";
import type { Card } from "../dashboards/dashboard.ts";
import { isMoney } from "../query/plan.ts";
import type { Column, Measure, Plan } from "../query/plan.ts";
import type { FieldType } from "../query/source.ts";
import type { ReportRow } from "../query/spec.ts";
import { currencyColumn, showAmount } from "./money.ts";
import { columnLabel, showPeriod, showValue } from "./show-value.ts";

const mostRows = 50;

/** A table ready to be written down: headings, cells as people read them, which columns are numbers, and what is left out. */
export type TableView = { headings: string[]; rows: string[][]; numeric: boolean[]; more: number };

export function tableView(card: Card, plan: Plan, rows: readonly ReportRow[]): TableView {
  const labels = new Map(columnsOf(card.display_config).map(({ key, label }) => [key, label]));
  const all = [...plan.columns, ...plan.measures];
  const named = [...labels.keys()].flatMap((key) => all.filter((column) => column.name === key));
  const columns = named.length > 0 ? named : withoutCurrency(plan, all);
  const currency = currencyColumn(plan);
  const typeOf = (column: (typeof all)[number]): FieldType =>
    "aggregation" in column ? "number" : column.field.type;
  return {
    headings: columns.map((column) => labels.get(column.name) ?? columnLabel(column)),
    rows: rows.slice(0, mostRows).map((row) =>
      columns.map((column) => {
        const value = row[column.name] ?? null;
        if (isAmount(column)) {
          const code = currency === undefined ? undefined : row[currency];
          return showAmount(value, typeof code === "string" ? code : undefined);
        }
        const period = "granularity" in column && column.granularity && typeof value === "string";
        return period
          ? showPeriod(value, column.granularity ?? "day")
          : showValue(value, typeOf(column), plan.scene.zone);
      }),
    ),
    numeric: columns.map((column) => ["number", "money"].includes(typeOf(column))),
    more: Math.max(0, rows.length - mostRows),
  };
}

function isAmount(column: Column | Measure): boolean {
  return "aggregation" in column ? isMoney(column) : column.field.type === "money";
}

// Amounts carry their currency: a column of its own would say it twice.
function withoutCurrency(plan: Plan, all: (Column | Measure)[]): (Column | Measure)[] {
  const currency = currencyColumn(plan);
  return all.some(isAmount) ? all.filter(({ name }) => name !== currency) : all;
}
