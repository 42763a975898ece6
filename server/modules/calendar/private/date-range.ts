import { invalidField } from "../../../kernel/errors.ts";
import { dayBounds } from "../slots/wall-clock.ts";

/** The instants [start, end) of ISO dates, both inclusive, on the wall of a zone. Either may be left open. */
export function dateRange(
  range: { from?: string | undefined; to?: string | undefined },
  zone: string,
): { start: Date | undefined; end: Date | undefined } {
  const first = range.from === undefined ? undefined : boundsOf("from", range.from, zone);
  const last = range.to === undefined ? undefined : boundsOf("to", range.to, zone);
  if (first && last && last.end <= first.start) {
    throw invalidField("to", "is before from", "Send from and to in order; both days are included.");
  }
  return { start: first?.start, end: last?.end };
}

function boundsOf(field: string, date: string, zone: string): { start: Date; end: Date } {
  try {
    const [start, end] = dayBounds(date, zone);
    return { start: new Date(start), end: new Date(end) };
  } catch {
    throw invalidField(field, "is not a date", `Send ${field} as YYYY-MM-DD.`);
  }
}
