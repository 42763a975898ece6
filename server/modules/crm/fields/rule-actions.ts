import { Temporal } from "temporal-polyfill";
import type { RuleAction } from "./custom-field.ts";
import { valueOf } from "./conditions.ts";
import type { Subject } from "./conditions.ts";
import { isInstant } from "./custom-values.ts";

export type Moment = { now: Date; timeZone: string };

type Offset = Exclude<RuleAction, { type: "constant" }>;
type Day = Temporal.PlainDate | Temporal.ZonedDateTime;

/**
 * What an action writes, or undefined when it has nothing to go by. Days are counted on the wall of the workspace's zone;
 * an instant is written with its offset, a date as a date.
 */
export function resultOf(action: RuleAction, subject: Subject, moment: Moment): unknown {
  if (action.type === "constant") return action.value;
  const start = action.type === "today_plus" ? todayOf(moment) : sourceOf(action, subject, moment);
  if (!start) return undefined;
  try {
    const written = textOf(workingDay(start.add({ [action.unit]: action.amount }), action));
    return isInstant(written) ? written : undefined;
  } catch (error) {
    // Further than the calendar goes.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function todayOf({ now, timeZone }: Moment): Day {
  return Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone).startOfDay();
}

function sourceOf(
  { source_field_id: sourceId }: Extract<RuleAction, { type: "field_plus" }>,
  subject: Subject,
  { timeZone }: Moment,
): Day | undefined {
  const found = valueOf(subject, sourceId);
  const text = found instanceof Date ? found.toISOString() : found;
  if (!isInstant(text)) return undefined;
  if (text.length === 10) return Temporal.PlainDate.from(text);
  if (/(Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10))) {
    return Temporal.Instant.from(text).toZonedDateTimeISO(timeZone);
  }
  return Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone);
}

// Two moves at most: past a Saturday, and past the Sunday after it.
function workingDay(day: Day, { skip_saturday: saturday, skip_sunday: sunday }: Offset): Day {
  let result = day;
  if (saturday && result.dayOfWeek === 6) result = result.add({ days: 1 });
  if (sunday && result.dayOfWeek === 7) result = result.add({ days: 1 });
  return result;
}

function textOf(day: Day): string {
  return day instanceof Temporal.PlainDate ? day.toString() : day.toString({ timeZoneName: "never" });
}
