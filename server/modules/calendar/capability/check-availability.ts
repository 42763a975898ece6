import { Type } from "typebox";
import { declareError } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { capability } from "../../../surfaces/capability.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import { openSlotsFor } from "../bookings/slots-for.ts";
import { dayBounds } from "../slots/wall-clock.ts";
import { invalidService, offeredService } from "./offered-service.ts";
import { findProvider, unknownProvider } from "./provider.ts";

export const invalidDate = declareError("INVALID_DATE", 400, "date is not a date of the calendar.");

export const checkAvailabilityInput = {
  service_id: Type.String({
    minLength: 1,
    maxLength: 200,
    description: "As booking.list_services names it.",
  }),
  date: Type.String({ maxLength: 40, description: "YYYY-MM-DD in the provider's time zone." }),
  duration_minutes: Type.Optional(
    Type.Integer({
      minimum: 5,
      maximum: 1440,
      description: "Slots of this length instead of the service's.",
    }),
  ),
};

const Slot = Type.Object({
  start_at: Type.String({ format: "date-time" }),
  end_at: Type.String({ format: "date-time" }),
  available: Type.Boolean(),
});

/** A pure read, open to everybody. A day without slots is an answer, not a failed call. */
export const checkAvailability = operation({
  name: "check_availability",
  surface: capability,
  section: "Capabilities",
  route: "POST /providers/:provider_id/capabilities/booking.check_availability",
  auth: "public",
  tenancy: "none",
  scopes: [],
  effect: "read",
  noun: "booking",
  summary: "List the free times of a service on one day, earliest first.",
  input: Type.Object(
    { provider_id: Type.String({ minLength: 1, maxLength: 200 }), ...checkAvailabilityInput },
    { additionalProperties: false },
  ),
  output: Type.Object({
    ok: Type.Boolean(),
    error: Type.Optional(Type.Literal("no_slots")),
    slots: Type.Array(Slot),
  }),
  errors: [invalidService, invalidDate, unknownProvider],
  async run(ctx, input) {
    const workspaceId = await findProvider(ctx.app, input.provider_id);
    return ctx.within(workspaceId, async (inside) => {
      const service = await offeredService(inside, input.service_id);
      const { timeZone } = await workspaceOf(inside);
      const [from, to] = dayOf(input.date, timeZone);
      const open = await openSlotsFor(inside, {
        service,
        from,
        to,
        ...(input.duration_minutes === undefined ? {} : { durationMinutes: input.duration_minutes }),
      });
      const slots = open.map((slot) => ({
        start_at: slot.startsAt.toISOString(),
        end_at: slot.endsAt.toISOString(),
        available: true,
      }));
      return slots.length > 0 ? { ok: true, slots } : { ok: false, error: "no_slots" as const, slots };
    });
  },
});

function dayOf(date: string, zone: string): [Date, Date] {
  try {
    const [start, end] = dayBounds(date, zone);
    return [new Date(start), new Date(end)];
  } catch {
    throw invalidDate(`${date} is not a date.`, { fix: "Send date as YYYY-MM-DD." });
  }
}
