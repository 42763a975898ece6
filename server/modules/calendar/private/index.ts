import { module } from "../../../kernel/operation.ts";
import { bookJob } from "./book-job.ts";
import { cancelBooking } from "./cancel-booking.ts";
import { getBookingStatus } from "./get-booking-status.ts";
import { getPrivateApiHealth } from "./get-private-api-health.ts";
import { listBookings } from "./list-bookings.ts";
import { listOpenSlots } from "./list-open-slots.ts";
import { rescheduleBooking } from "./reschedule-booking.ts";

/** The private bookings API: approved systems of others, each with a token of one organization. */
export const privateBookingsApi = module({
  name: "private-bookings",
  operations: [
    listBookings,
    getBookingStatus,
    bookJob,
    rescheduleBooking,
    cancelBooking,
    getPrivateApiHealth,
    listOpenSlots,
  ],
});
