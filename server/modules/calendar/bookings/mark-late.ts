import { Type } from "typebox";
import { conflict } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { BookingRecord, presentBookings } from "./booking-record.ts";
import { markLate } from "./mark.ts";

export const markBookingLate = operation({
  name: "mark_booking_late",
  surface: workspaceApi,
  section: "Scheduling",
  route: "POST /scheduling-bookings/:id/mark-late",
  scopes: ["company:write"],
  effect: "write",
  noun: "booking",
  summary: "Mark a booking as late.",
  description:
    "Sends the event type's late notifications, never before the appointment has begun; the booking keeps its time. Logged as an activity. Marking it again changes nothing and sends nothing; a cancelled one answers 409.",
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: Type.Object({ success: Type.Boolean(), ...BookingRecord.properties }),
  errors: [conflict],
  async run(ctx, { id }) {
    const [shown] = await presentBookings(ctx, [await markLate(ctx, id)]);
    return { success: true, ...shown } as never;
  },
});
