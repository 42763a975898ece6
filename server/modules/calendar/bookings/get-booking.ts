import { Type } from "typebox";
import { missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { BookingRecord, presentBookings } from "./booking-record.ts";
import { findBooking } from "./bookings.store.ts";

export const getBooking = operation({
  name: "get_scheduling_booking",
  surface: workspaceApi,
  section: "Scheduling",
  route: "GET /scheduling-bookings/:id",
  scopes: ["company:read"],
  effect: "read",
  noun: "booking",
  summary: "Get one booking with the name of its event type.",
  description:
    "management_token ends the booker's own link and works until 24 hours after the booking's end. It is a secret: whoever has it may cancel.",
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: BookingRecord,
  async run(ctx, { id }) {
    const booking = await findBooking(ctx, id);
    if (!booking) throw missing("booking", id);
    const [shown] = await presentBookings(ctx, [booking]);
    return shown as never;
  },
});
