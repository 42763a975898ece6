import { module } from "../../../kernel/operation.ts";
import { cancelBooking } from "./cancel-booking.ts";
import { checkAvailability } from "./check-availability.ts";
import { createBooking } from "./create-booking.ts";
import { holdSlot } from "./hold-slot.ts";
import { listServices } from "./list-services.ts";
import { recordConformanceRuns } from "./record-conformance-runs.ts";

/** What any agent may ask of a business: the booking capabilities, and the record of how well they keep their word. */
export const capabilities = module({
  name: "capabilities",
  operations: [
    checkAvailability,
    holdSlot,
    createBooking,
    cancelBooking,
    listServices,
    recordConformanceRuns,
  ],
  // A claim matters for a minute; a day leaves room to look at one.
  sweeps: [{ table: "capability_claims", column: "created_at", keepMs: 24 * 60 * 60 * 1000 }],
});
