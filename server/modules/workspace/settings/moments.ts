/** Dates and instants in filters: a date is a day on the workspace's wall clock, wherever one is taken. */
import { Temporal } from "temporal-polyfill";
import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { workspaceOf } from "./settings.ts";

/** A filter's bound: `from` is the first moment it speaks of, `until` the first moment after. An instant is both. */
export type Bounds = { from: Date; until: Date; day: boolean };

/** The parameter of a list that takes a date or an instant. */
export function momentField(description: string) {
  return Type.String({
    maxLength: 40,
    description: `${description} A date (2026-03-24) means that day in the workspace's time zone; an instant (2026-03-24T09:00:00Z) is itself.`,
  });
}

/** Reads a date or an instant; a 400 naming the field for what is neither, 30 February included. */
export async function readMoment(ctx: Ctx, field: string, text: string): Promise<Bounds> {
  const written = text.trim();
  try {
    if (!/^(19|2\d)\d\d-\d\d-\d\d/.test(written)) throw new RangeError("no date");
    if (written.length > 10) {
      const at = new Date(Temporal.Instant.from(written.replace(" ", "T")).epochMilliseconds);
      return { from: at, until: at, day: false };
    }
    const date = Temporal.PlainDate.from(written);
    const { timeZone } = await workspaceOf(ctx);
    const start = (day: Temporal.PlainDate) => new Date(day.toZonedDateTime(timeZone).epochMilliseconds);
    return { from: start(date), until: start(date.add({ days: 1 })), day: true };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalidField(
      field,
      "is neither a date nor an instant",
      `Send ${field} as 2026-03-24, or as 2026-03-24T09:00:00Z with its offset.`,
    );
  }
}
