import type { Plan } from "./plan.ts";
import type { CellValue, ReportRow } from "./spec.ts";
import { bucketsBetween } from "./time-buckets.ts";

/**
 * The rows with those of the periods nothing happened in, for every combination of the other columns there is: counts and
 * sums of nothing are 0, averages and extremes null. Left as they are when that would be more rows than were asked for.
 */
export function filled(plan: Plan, rows: ReportRow[]): ReportRow[] {
  const time = plan.columns.find((column) => column.granularity);
  const days = rows.map((row) => String(row[time?.name ?? ""])).toSorted();
  const [first, last] = [days[0], days.at(-1)];
  if (!time?.granularity || first === undefined || last === undefined) return rows;
  const buckets = bucketsBetween(first, last, time.granularity, plan.limit);
  const others = plan.columns.filter((column) => column !== time).map(({ name }) => name);
  const keyOf = (row: ReportRow) => JSON.stringify(others.map((name) => row[name]));
  const groups = new Map(rows.map((row) => [keyOf(row), row]));
  if (!buckets || buckets.length * groups.size > plan.limit) return rows;
  const known = new Map(rows.map((row) => [`${String(row[time.name])} ${keyOf(row)}`, row]));
  const complete = buckets.flatMap((day) =>
    [...groups].map(([key, like]) => known.get(`${day} ${key}`) ?? emptyRow(plan, time.name, day, like)),
  );
  const order = plan.order[0];
  const backwards = order && "name" in order.by && order.by.name === time.name && order.descending;
  return backwards ? complete.toReversed() : complete;
}

function emptyRow({ columns, measures }: Plan, time: string, day: string, like: ReportRow): ReportRow {
  const cells = columns.map(({ name }): [string, CellValue] => [
    name,
    name === time ? day : (like[name] ?? null),
  ]);
  const numbers = measures.map(({ name, aggregation }): [string, CellValue] => [
    name,
    aggregation === "sum" || aggregation === "count" ? 0 : null,
  ]);
  return Object.fromEntries([...cells, ...numbers]);
}
