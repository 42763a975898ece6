import { Type } from "typebox";
import { notFound } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { durationOf } from "../services/service.ts";
import { formatDateTime, MINUTE_MS } from "../slots/wall-clock.ts";
import { showSlot } from "./slot-unavailable.ts";
import type { ShownSlot } from "./slot-unavailable.ts";
import { slotsAround } from "./slots-for.ts";
import { eventTypeInput, postalCodeInput, wallInput, wantedService, wantedTime } from "./wanted-slot.ts";

const Shown = Type.Object({
  date: Type.String(),
  time: Type.String(),
  formatted: Type.String(),
  starts_at: Type.String({ format: "date-time" }),
  ends_at: Type.String({ format: "date-time" }),
});

export const checkAvailability = operation({
  name: "check_booking_availability",
  surface: workspaceApi,
  section: "Scheduling",
  route: "POST /scheduling-bookings/check-availability",
  scopes: ["company:read"],
  effect: "read",
  noun: "booking",
  summary: "Is this time free? With the nearest free times before and after it, whatever the answer.",
  input: Type.Object(
    { ...eventTypeInput, ...wallInput, postal_code: postalCodeInput },
    { additionalProperties: false },
  ),
  output: Type.Object({
    available: Type.Boolean(),
    timezone: Type.String(),
    slot: Type.Object({ ...Shown.properties, duration_minutes: Type.Integer() }),
    nearest_before: Type.Union([Shown, Type.Null()]),
    nearest_after: Type.Union([Shown, Type.Null()]),
    hint: Type.String(),
  }),
  errors: [notFound],
  async run(ctx, input) {
    const service = await wantedService(ctx, input);
    const { zone, startsAt, exists } = await wantedTime(ctx, service, input);
    const found = await slotsAround(ctx, {
      service,
      postalCode: input.postal_code,
      around: startsAt,
      count: 1,
    });
    const isFree = found.nearest[0]?.startsAt.getTime() === startsAt.getTime();
    const available = exists && isFree;
    const before = found.before ? showSlot(found.before, zone) : null;
    // The moment a skipped time would have been is one to offer itself.
    const next = !exists && isFree ? found.nearest[0] : found.after;
    const after = next ? showSlot(next, zone) : null;
    const endsAt = new Date(startsAt.getTime() + durationOf(service) * MINUTE_MS);
    const shown = showSlot({ startsAt, endsAt }, zone);
    const asked = wallMoment(input.date, input.time);
    const slot = exists ? shown : { ...shown, formatted: asked };
    return {
      available,
      timezone: zone,
      // A time the clock skips is shown as it was asked for.
      slot: { ...slot, date: input.date, time: input.time, duration_minutes: durationOf(service) },
      nearest_before: before,
      nearest_after: after,
      hint: available
        ? `${slot.formatted} is free: book it with POST /scheduling-bookings.`
        : hintFor(
            exists ? `${slot.formatted} is not free` : `The clock of ${zone} skips ${asked}`,
            before,
            after,
          ),
    };
  },
});

/** A wall time as it was asked for, whether the clock ever shows it or not. */
function wallMoment(date: string, time: string): string {
  return formatDateTime(Date.parse(`${date}T${time}:00Z`), "UTC");
}

function hintFor(wanted: string, before: ShownSlot | null, after: ShownSlot | null): string {
  const offers = [before, after].flatMap((slot) => (slot ? [slot.formatted] : []));
  return offers.length > 0
    ? `${wanted}. Offer ${offers.join(" or ")} instead.`
    : `${wanted}, and nothing else is open for booking.`;
}
