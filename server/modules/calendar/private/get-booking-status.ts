import { Type } from "typebox";
import { missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { privateBookings } from "../../../surfaces/private-bookings.ts";
import { findBooking, successorIdsOf } from "../bookings/bookings.store.ts";
import { PrivateBooking, presentPrivateBooking } from "./private-booking.ts";

export const getBookingStatus = operation({
  name: "get_booking_status",
  surface: privateBookings,
  section: "Bookings",
  route: "GET /bookings/:bookingId",
  scopes: ["READ_BOOKINGS"],
  effect: "read",
  noun: "booking",
  summary: "Get one booking and where it stands.",
  input: Type.Object({ bookingId: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: Type.Object({ booking: PrivateBooking }),
  async run(ctx, { bookingId }) {
    const booking = await findBooking(ctx, bookingId);
    if (!booking) throw missing("booking", bookingId);
    return { booking: presentPrivateBooking(booking, ctx.now, await successorIdsOf(ctx, [booking])) };
  },
});
