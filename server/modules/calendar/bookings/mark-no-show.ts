import { Type } from "typebox";
import { conflict } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { BookingRecord, presentBookings } from "./booking-record.ts";
import { markNoShow } from "./mark.ts";

export const markBookingNoShow = operation({
  name: "mark_booking_no_show",
  surface: workspaceApi,
  section: "Scheduling",
  route: "POST /scheduling-bookings/:id/mark-no-show",
  scopes: ["company:write"],
  effect: "write",
  noun: "booking",
  summary: "Mark a booking as a no-show.",
  description:
    "Frees its time, sends the event type's no-show notifications, never before the appointment has begun, and schedules its rebooking reminders, which end when the customer books again. Logged as an activity. Marking it again changes nothing and sends nothing; a cancelled one answers 409.",
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: Type.Object({ success: Type.Boolean(), ...BookingRecord.properties }),
  errors: [conflict],
  async run(ctx, { id }) {
    const [shown] = await presentBookings(ctx, [await markNoShow(ctx, id)]);
    return { success: true, ...shown } as never;
  },
});
