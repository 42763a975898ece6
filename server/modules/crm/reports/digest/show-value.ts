import { Temporal } from "temporal-polyfill";
import type { Column, Measure } from "../query/plan.ts";
import type { FieldType, Granularity } from "../query/source.ts";
import type { CellValue } from "../query/spec.ts";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const cents = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** A value as people read it: 1,250.50 · 2 Mar 2026 · yes. Nothing is an empty text. */
export function showValue(value: CellValue, type: FieldType, zone: string): string {
  if (value === null) return "";
  if (typeof value === "number") return showNumber(value);
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (Array.isArray(value)) return value.join(", ");
  if (type === "date") return showDay(value);
  if (type !== "datetime") return value;
  const at = Temporal.Instant.from(value).toZonedDateTimeISO(zone);
  return at.toLocaleString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
}

/** 1250.5 → 1,250.50; 1250 → 1,250. */
export function showNumber(value: number): string {
  return Number.isInteger(value) ? whole.format(value) : cents.format(value);
}

export function showDay(day: string): string {
  const date = Temporal.PlainDate.from(day);
  return date.toLocaleString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}

/** A period by its first day: 2 Mar · Mar 2026 · Q1 2026 · 2026. */
export function showPeriod(first: string, granularity: Granularity): string {
  const date = Temporal.PlainDate.from(first);
  switch (granularity) {
    case "year":
      return String(date.year);
    case "quarter":
      return `Q${Math.ceil(date.month / 3)} ${date.year}`;
    case "month":
      return date.toLocaleString("en-GB", { month: "short", year: "numeric" });
    default:
      return date.toLocaleString("en-GB", { day: "numeric", month: "short" });
  }
}

const prefixes = { count: "", sum: "", avg: "Average ", min: "Lowest ", max: "Highest " } as const;

/** What a column is called: its alias, or what it measures. */
export function columnLabel(column: Column | Measure): string {
  if (!("aggregation" in column)) return column.field.label;
  const { name, field, aggregation } = column;
  if (name !== `${aggregation}_${field.name}`) return name;
  const prefix = prefixes[aggregation];
  return prefix ? `${prefix}${field.label.toLowerCase()}` : field.label;
}
