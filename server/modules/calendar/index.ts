import { module } from "../../kernel/operation.ts";
import { getAvailability } from "./availability/get-availability.ts";
import { setAvailability } from "./availability/set-availability.ts";
import { calendarChangesSweep } from "./bookings/busy-cache.ts";
import { cancelBooking } from "./bookings/cancel-booking.ts";
import { checkAvailability } from "./bookings/check-availability.ts";
import { createBooking } from "./bookings/create-booking.ts";
import { startEventQueue } from "./bookings/event-queue.ts";
import { handOverBookings, reactToLeaving } from "./bookings/hand-over-bookings.ts";
import { getBooking } from "./bookings/get-booking.ts";
import { listAvailableSlots } from "./bookings/list-available-slots.ts";
import { listBookings } from "./bookings/list-bookings.ts";
import { markBookingAttended } from "./bookings/mark-attended.ts";
import { markBookingLate } from "./bookings/mark-late.ts";
import { markBookingNoShow } from "./bookings/mark-no-show.ts";
import { sendInvitation } from "./invitations/send-invitation.job.ts";
import { attachNotetaker } from "./notetaker/attach-notetaker.ts";
import {
  collectNotetaker,
  dismissNotetaker,
  joinNotetaker,
  scheduleNotetaker,
} from "./notetaker/notetaker-jobs.ts";
import { createEventType } from "./services/create-event-type.ts";
import { eventTypesCrud } from "./services/event-types.crud.ts";
import { updateEventType } from "./services/update-event-type.ts";
import { parts, traces } from "../../kernel/row-kinds.ts";
import { bookingRows } from "./bookings/booking-rows.ts";

export const calendar = module({
  name: "calendar",
  operations: [
    eventTypesCrud.list,
    createEventType,
    eventTypesCrud.get,
    updateEventType,
    eventTypesCrud.remove,
    getAvailability,
    setAvailability,
    listBookings,
    createBooking,
    getBooking,
    cancelBooking,
    markBookingAttended,
    markBookingLate,
    markBookingNoShow,
    attachNotetaker,
    checkAvailability,
    listAvailableSlots,
  ],
  jobs: [
    handOverBookings,
    sendInvitation,
    startEventQueue,
    scheduleNotetaker,
    joinNotetaker,
    collectNotetaker,
    dismissNotetaker,
  ],
  reactions: [reactToLeaving],
  rows: [
    bookingRows,
    ...parts(
      "booking_notetakers",
      "event_queue_enrollments",
      "scheduling_availability",
      "slot_claims",
      "slot_holds",
    ),
    ...traces("booking_messages", "capability_claims"),
  ],
  sweeps: [calendarChangesSweep],
});
