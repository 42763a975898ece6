import { Type } from "typebox";
import { conflict } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { privateBookings } from "../../../surfaces/private-bookings.ts";
import { cancel } from "../bookings/cancel.ts";
import { PrivateBooking, presentPrivateBooking } from "./private-booking.ts";

/** Shares its route with reschedule_booking: a body with a status is this one, and takes no times. */
export const cancelBooking = operation({
  name: "cancel_booking",
  surface: privateBookings,
  section: "Bookings",
  route: "PATCH /bookings/:bookingId",
  selects: { field: "status" },
  scopes: ["WRITE_BOOKINGS"],
  effect: "write",
  noun: "booking",
  summary: "Cancel a booking; its history stays, its messages stop.",
  input: Type.Object(
    {
      bookingId: Type.String({ format: "uuid" }),
      status: Type.Literal("CANCELED", { description: "The only status a caller may set." }),
      reason: Type.Optional(Type.String({ maxLength: 500 })),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({ booking: PrivateBooking }),
  errors: [conflict],
  async run(ctx, { bookingId, reason }) {
    const booking = await cancel(ctx, bookingId, reason === undefined ? {} : { reason });
    return { booking: presentPrivateBooking(booking, ctx.now) };
  },
});
