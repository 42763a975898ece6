import { Type } from "typebox";
import { conflict } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { BookingRecord, presentBookings } from "./booking-record.ts";
import { cancel } from "./cancel.ts";

export const cancelBooking = operation({
  name: "cancel_scheduling_booking",
  surface: workspaceApi,
  section: "Scheduling",
  route: "POST /scheduling-bookings/:id/cancel",
  scopes: ["company:write"],
  effect: "write",
  noun: "booking",
  summary: "Cancel a booking: its time is free again and everybody invited is told.",
  description:
    "Reminders that were waiting are not sent. The opportunity and its next action stay as they are. Cancelling a cancelled booking changes nothing.",
  input: Type.Object(
    {
      id: Type.String({ format: "uuid" }),
      cancellation_reason: Type.Optional(Type.String({ maxLength: 2000 })),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({ success: Type.Boolean(), ...BookingRecord.properties }),
  errors: [conflict],
  async run(ctx, { id, cancellation_reason: reason }) {
    const booking = await cancel(ctx, id, reason === undefined ? {} : { reason });
    const [shown] = await presentBookings(ctx, [booking]);
    return { success: true, ...shown } as never;
  },
});
