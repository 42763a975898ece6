import { module } from "../../../../kernel/operation.ts";
import { holdBookingSlot } from "./hold-slot.ts";
import { releaseBookingHold } from "./release-hold.ts";

export const bookingHolds = module({
  name: "booking-holds",
  operations: [holdBookingSlot, releaseBookingHold],
  // What has expired keeps nobody out; whoever wants its time removes it, and this what nobody wanted.
  sweeps: [{ table: "slot_holds", column: "expires_at", keepMs: 0 }],
});
