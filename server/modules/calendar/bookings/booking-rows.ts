import type { RowKind } from "../../../kernel/row-kinds.ts";
import { eventPayload } from "./booking.ts";
import type { Booking } from "./booking.ts";

/** Bookings stay when the contact, the opportunity or the service they name is deleted, and say so. */
export const bookingRows: RowKind = {
  table: "bookings",
  noun: "booking",
  is: "record",
  changed(ctx, before: Booking, after: Booking) {
    const { management_token: _before, ...recordedBefore } = before;
    const { management_token: _after, ...recordedAfter } = after;
    ctx.changed({ noun: "booking", id: after.id, before: recordedBefore, after: recordedAfter });
    ctx.emit({ type: "booking.updated", noun: "booking", recordId: after.id, payload: eventPayload(after) });
  },
};
