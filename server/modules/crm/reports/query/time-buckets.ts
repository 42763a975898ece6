import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import { Temporal } from "temporal-polyfill";
import { inScene } from "./source.ts";
import type { Field, Granularity, Scene } from "./source.ts";

/** The first day, YYYY-MM-DD, of the period an instant falls into on the workspace's wall. */
export function bucketOf(
  field: Field,
  granularity: Granularity = "month",
  scene: Scene,
): RawBuilder<unknown> {
  const expression = inScene(field.sql, scene);
  // Truncated on the wall, so that a day of 23 or 25 hours is a day.
  const wall =
    field.type === "date" ? sql`${expression}::timestamp` : sql`(${expression} at time zone ${scene.zone})`;
  return sql`to_char(date_trunc(${granularity}, ${wall}), 'YYYY-MM-DD')`;
}

const steps: Record<Granularity, Temporal.DurationLike> = {
  day: { days: 1 },
  week: { weeks: 1 },
  month: { months: 1 },
  quarter: { months: 3 },
  year: { years: 1 },
};

/** Every period from the first to the last; undefined when that would be more than `most`. */
export function bucketsBetween(
  first: string,
  last: string,
  granularity: Granularity,
  most: number,
): string[] | undefined {
  const buckets: string[] = [];
  const step = Temporal.Duration.from(steps[granularity]);
  for (let day = Temporal.PlainDate.from(first); buckets.at(-1) !== last; day = day.add(step)) {
    if (buckets.length === most || day.toString() > last) return undefined;
    buckets.push(day.toString());
  }
  return buckets;
}
