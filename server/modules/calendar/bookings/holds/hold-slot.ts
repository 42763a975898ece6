import { Type } from "typebox";
import { notFound } from "../../../../kernel/errors.ts";
import { operation } from "../../../../kernel/operation.ts";
import { workspaceApi } from "../../../../surfaces/workspace-api.ts";
import { showSlot, slotUnavailable } from "../slot-unavailable.ts";
import {
  eventTypeInput,
  postalCodeInput,
  wallInput,
  refuseSkipped,
  wantedService,
  wantedTime,
} from "../wanted-slot.ts";
import { holdSlot, longestHoldMinutes, usualHoldMinutes } from "./hold.ts";

const ids = (description: string) => Type.Array(Type.String({ format: "uuid" }), { description });

export const holdBookingSlot = operation({
  name: "hold_booking_slot",
  surface: workspaceApi,
  section: "Scheduling",
  route: "POST /scheduling-bookings/holds",
  scopes: ["company:write"],
  effect: "write",
  noun: "booking_hold",
  status: 201,
  summary: "Keep a time for a few minutes while somebody makes up their mind.",
  description: `Nobody else is offered or given the time until expires_at, ${usualHoldMinutes} minutes from now unless minutes says otherwise; then it is free again by itself. Book it with POST /scheduling-bookings and hold_id. A time that is taken answers 409 SLOT_UNAVAILABLE with the nearest free ones.`,
  input: Type.Object(
    {
      ...eventTypeInput,
      ...wallInput,
      postal_code: postalCodeInput,
      minutes: Type.Optional(
        Type.Integer({ minimum: 1, maximum: longestHoldMinutes, default: usualHoldMinutes }),
      ),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    id: Type.String({ format: "uuid", description: "hold_id of the booking." }),
    event_type_id: Type.String({ format: "uuid" }),
    date: Type.String(),
    time: Type.String(),
    formatted: Type.String(),
    timezone: Type.String(),
    starts_at: Type.String({ format: "date-time" }),
    ends_at: Type.String({ format: "date-time" }),
    user_ids: ids("Who would give it."),
    resource_ids: ids("What it would use."),
    expires_at: Type.String({ format: "date-time" }),
  }),
  errors: [slotUnavailable, notFound],
  async run(ctx, { minutes, postal_code: postalCode, ...wanted }) {
    const service = await wantedService(ctx, wanted);
    const time = await wantedTime(ctx, service, wanted);
    const { zone, startsAt } = time;
    await refuseSkipped(ctx, time, { service, postalCode }, wanted);
    const hold = await holdSlot(ctx, {
      service,
      startsAt,
      minutes,
      postalCode,
      timeZone: zone,
      heldBy: ctx.actor.name ?? ctx.actor.kind,
    });
    return {
      id: hold.id,
      event_type_id: hold.event_type_id,
      ...showSlot({ startsAt: hold.starts_at, endsAt: hold.ends_at }, zone),
      timezone: zone,
      user_ids: hold.host_ids,
      resource_ids: hold.resource_ids,
      expires_at: hold.expires_at.toISOString(),
    };
  },
});
