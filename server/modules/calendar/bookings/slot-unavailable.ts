import type { Ctx } from "../../../kernel/context.ts";
import { declareError } from "../../../kernel/errors.ts";
import type { OperationError } from "../../../kernel/errors.ts";
import { formatDateTime, wallTimeAt } from "../slots/wall-clock.ts";
import { slotsAround } from "./slots-for.ts";
import type { OpenSlot } from "./slots-for.ts";
import type { SlotsQuery } from "./slot-search.ts";

export const slotUnavailable = declareError(
  "SLOT_UNAVAILABLE",
  409,
  "Nobody is free at that time; details.alternatives names the nearest times that are.",
);

/** An open slot as people and programs read one, on the wall of a zone. */
export type ShownSlot = {
  date: string;
  time: string;
  formatted: string;
  starts_at: string;
  ends_at: string;
};

export function showSlot(slot: Pick<OpenSlot, "startsAt" | "endsAt">, zone: string): ShownSlot {
  const wall = wallTimeAt(slot.startsAt.getTime(), zone);
  return {
    date: wall.date,
    time: clockTime(wall),
    formatted: formatDateTime(slot.startsAt.getTime(), zone),
    starts_at: slot.startsAt.toISOString(),
    ends_at: slot.endsAt.toISOString(),
  };
}

/** "09:05" */
export function clockTime(wall: { hour: number; minute: number }): string {
  return `${String(wall.hour).padStart(2, "0")}:${String(wall.minute).padStart(2, "0")}`;
}

const alternativeCount = 3;

/** The error for a wanted time that cannot be had, with the nearest ones that can, on the wall of the asker's zone. */
export async function unavailableAt(
  ctx: Ctx,
  query: SlotsQuery & { around: Date; zone: string; message?: string },
): Promise<OperationError> {
  const found = await slotsAround(ctx, { ...query, count: alternativeCount });
  const alternatives = found.nearest.map((slot) => showSlot(slot, query.zone));
  const when = formatDateTime(query.around.getTime(), query.zone);
  return slotUnavailable(query.message ?? `${when} (${query.zone}) is not available.`, {
    fix:
      alternatives.length > 0
        ? `Book one of the alternatives, such as ${alternatives[0]!.date} ${alternatives[0]!.time}.`
        : "Nothing is open; widen the hours with PUT /scheduling-availability or ask a person.",
    details: {
      alternatives,
      nearest_before: found.before ? showSlot(found.before, query.zone) : null,
      nearest_after: found.after ? showSlot(found.after, query.zone) : null,
    },
  });
}
