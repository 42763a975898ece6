import { dictionary } from "../../../../kernel/dictionary.ts";
import { Temporal } from "temporal-polyfill";
import type { Scene } from "./source.ts";

/** A day of the wall calendar, or an instant. */
export type Moment = { day: string } | { at: Date };

const words: Record<string, (today: Temporal.PlainDate) => Temporal.PlainDate> = dictionary({
  today: (today) => today,
  yesterday: (today) => today.subtract({ days: 1 }),
  tomorrow: (today) => today.add({ days: 1 }),
  start_of_week: (today) => today.subtract({ days: today.dayOfWeek - 1 }),
  start_of_month: (today) => today.with({ day: 1 }),
  start_of_quarter: (today) => today.with({ day: 1, month: today.month - ((today.month - 1) % 3) }),
  start_of_year: (today) => today.with({ day: 1, month: 1 }),
});

export const momentForms = `a date (2026-03-02), an instant (2026-03-02T09:00:00Z), ${Object.keys(words).join(", ")}, 30_days_ago or in_7_days`;

/** What a text says of time, as of today on the workspace's wall; undefined for what says nothing. */
export function momentOf(text: string, { today }: Scene): Moment | undefined {
  const now = Temporal.PlainDate.from(today);
  const word = Object.hasOwn(words, text) ? words[text] : undefined;
  if (word) return { day: word(now).toString() };
  const relative = /^(?:(\d{1,5})_days_ago|in_(\d{1,5})_days)$/.exec(text);
  if (relative)
    return { day: now.add({ days: Number(relative[2] ?? 0) - Number(relative[1] ?? 0) }).toString() };
  // Centuries apart from ours are typing mistakes, and databases write them in many ways.
  if (!/^(19|2\d)\d\d-\d\d-\d\d/.test(text)) return undefined;
  try {
    if (text.length === 10) return { day: Temporal.PlainDate.from(text).toString() };
    return { at: new Date(Temporal.Instant.from(text).epochMilliseconds) };
  } catch {
    return undefined;
  }
}

/** The instants a day of the wall begins and ends at; 23 or 25 hours apart when clocks change. */
export function dayBounds(day: string, { zone }: Scene): [Date, Date] {
  const date = Temporal.PlainDate.from(day);
  const start = (of: Temporal.PlainDate) => new Date(of.toZonedDateTime(zone).epochMilliseconds);
  return [start(date), start(date.add({ days: 1 }))];
}

/** Today on the wall of a zone. */
export function todayIn(zone: string, now: Date): string {
  return Temporal.Instant.fromEpochMilliseconds(now.getTime())
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .toString();
}
