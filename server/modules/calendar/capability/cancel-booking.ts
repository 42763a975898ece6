import { Type } from "typebox";
import { declareError } from "../../../kernel/errors.ts";
import { isId } from "../../../kernel/ids.ts";
import { operation } from "../../../kernel/operation.ts";
import { capability } from "../../../surfaces/capability.ts";
import { cancel } from "../bookings/cancel.ts";
import { latestOf, lockBooking } from "../bookings/bookings.store.ts";
import { mayTouchBooking } from "./agent-customer.ts";
import { ownProvider, unknownProvider } from "./provider.ts";

export const unknownBooking = declareError(
  "UNKNOWN_BOOKING",
  404,
  "The provider has no booking with this id that can still be cancelled.",
);

export const cancelBookingInput = {
  booking_id: Type.String({ minLength: 1, maxLength: 200, description: "As create_booking answered it." }),
  reason: Type.Optional(Type.String({ maxLength: 500 })),
  agent_vendor: Type.Optional(Type.String({ maxLength: 100 })),
};

export const cancelBooking = operation({
  name: "cancel_booking",
  surface: capability,
  section: "Capabilities",
  route: "POST /providers/:provider_id/capabilities/booking.cancel_booking",
  auth: "agent-token",
  scopes: ["scheduling.write"],
  effect: "destructive",
  noun: "booking",
  summary: "Cancel a booking and free its time; cancelling it again changes nothing.",
  description:
    "An agent that speaks for a person cancels what it booked for them, and knows of nothing else.",
  input: Type.Object(
    { provider_id: Type.String({ minLength: 1, maxLength: 200 }), ...cancelBookingInput },
    { additionalProperties: false },
  ),
  output: Type.Object({
    ok: Type.Literal(true),
    cancelled: Type.Literal(true),
    freed_slot: Type.Object({
      start_at: Type.String({ format: "date-time" }),
      end_at: Type.String({ format: "date-time" }),
    }),
    refund_status: Type.Literal("none"),
  }),
  errors: [unknownBooking, unknownProvider],
  async run(ctx, input) {
    await ownProvider(ctx, input.provider_id);
    const named = isId(input.booking_id) ? await lockBooking(ctx, input.booking_id) : undefined;
    const isTheirs = named !== undefined && (await mayTouchBooking(ctx, named.id));
    // Moved since by phone, it is still the appointment the agent made.
    const known = named && (await latestOf(ctx, named));
    if (!isTheirs || !known || !["confirmed", "cancelled"].includes(known.status)) {
      throw unknownBooking(`There is no booking ${input.booking_id} that can be cancelled.`, {
        fix: "Send the booking_id that booking.create_booking answered.",
      });
    }
    const booking = await cancel(ctx, known.id, input.reason === undefined ? {} : { reason: input.reason });
    return {
      ok: true as const,
      cancelled: true as const,
      freed_slot: { start_at: booking.starts_at.toISOString(), end_at: booking.ends_at.toISOString() },
      refund_status: "none" as const,
    };
  },
});
