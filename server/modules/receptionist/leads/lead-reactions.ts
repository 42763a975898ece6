import { job } from "../../../kernel/jobs.ts";
import type { Reaction } from "../../../kernel/operation.ts";
import { findBooking } from "../../calendar/bookings/bookings.store.ts";
import { leadGotBooking, noteBookingChange } from "./leads.ts";

type BookingEvent = { id: string; contactId: string | null; leadId: string | null };

/** A booking through any door moves the customer's open lead to Booked. */
export const markLeadBooked = job<BookingEvent>({
  name: "mark-lead-booked",
  async run(one, booking) {
    await one.transaction((ctx) => leadGotBooking(ctx, booking));
  },
});

/** What becomes of a booking is on the timeline of the lead it came from. */
export const noteLeadBooking = job<{ leadId: string; bookingId: string; what: "rescheduled" | "cancelled" }>({
  name: "note-lead-booking",
  async run(one, { leadId, bookingId, what }) {
    await one.transaction(async (ctx) => {
      const booking = await findBooking(ctx, bookingId);
      if (booking) await noteBookingChange(ctx, leadId, booking, what);
    });
  },
});

const noted = (what: "rescheduled" | "cancelled"): Reaction => ({
  on: `booking.${what}`,
  job: noteLeadBooking as never,
  payload: ({ payload }) => {
    const { lead_id: leadId, id, replaced_by_booking_id: successorId } = payload;
    if (!leadId) return undefined;
    // Cancelled because another took its place: to the lead that is a move.
    return successorId
      ? { leadId, bookingId: successorId, what: "rescheduled" }
      : { leadId, bookingId: id, what };
  },
});

export const leadReactions: Reaction[] = [
  {
    on: "booking.created",
    job: markLeadBooked as never,
    payload: ({ payload }) => ({
      id: payload["id"],
      contactId: payload["contact_id"] ?? null,
      leadId: payload["lead_id"] ?? null,
    }),
  },
  noted("rescheduled"),
  noted("cancelled"),
];
