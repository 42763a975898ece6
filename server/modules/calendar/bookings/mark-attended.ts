import { Type } from "typebox";
import { conflict } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { BookingRecord, presentBookings } from "./booking-record.ts";
import { markAttended } from "./mark.ts";

export const markBookingAttended = operation({
  name: "mark_booking_attended",
  surface: workspaceApi,
  section: "Scheduling",
  route: "POST /scheduling-bookings/:id/mark-attended",
  scopes: ["company:write"],
  effect: "write",
  noun: "booking",
  summary: "Mark a booking as attended.",
  description:
    "Messages that were waiting are not sent, and the linked opportunity's next action is cleared: this alone clears it. Logged as an activity. Marking it again changes nothing; a late one or a no-show is corrected by it, a cancelled one answers 409.",
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: Type.Object({ success: Type.Boolean(), ...BookingRecord.properties }),
  errors: [conflict],
  async run(ctx, { id }) {
    const [shown] = await presentBookings(ctx, [await markAttended(ctx, id)]);
    return { success: true, ...shown } as never;
  },
});
