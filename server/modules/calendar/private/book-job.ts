import { Type } from "typebox";
import { isEmail } from "../../../emails.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { phoneField } from "../../../phones.ts";
import { privateBookings } from "../../../surfaces/private-bookings.ts";
import { countryOf } from "../../workspace/settings/country.ts";
import { book } from "../bookings/book.ts";
import { slotUnavailable } from "../bookings/slot-unavailable.ts";
import { findService } from "../services/services.store.ts";
import { checkLead } from "./check-lead.ts";
import {
  PrivateBooking,
  endAfter,
  futureStart,
  presentPrivateBooking,
  withAlternatives,
} from "./private-booking.ts";

const text = (maxLength: number, description: string) =>
  Type.Optional(Type.String({ maxLength, description }));

export const bookJob = operation({
  name: "book_job",
  surface: privateBookings,
  section: "Bookings",
  route: "POST /bookings",
  scopes: ["WRITE_BOOKINGS"],
  effect: "write",
  noun: "booking",
  status: 201,
  summary: "Put a job on the calendar at an agreed time.",
  description:
    "Any time and length will do, in or out of opening hours; only a member of staff must be free. Confirmation and " +
    "reminders follow as the business has set them.",
  input: Type.Object(
    {
      customerPhone: Type.String({
        minLength: 1,
        maxLength: 40,
        description: "E.164, or as written at home.",
      }),
      scheduledStartAt: Type.String({ format: "date-time" }),
      scheduledEndAt: Type.String({ format: "date-time" }),
      customerName: text(200, "Full name."),
      customerEmail: Type.Optional(Type.String({ format: "email", maxLength: 320 })),
      serviceLabel: text(200, "What the job is; a service with that name is booked as such."),
      notes: text(5000, "For whoever does the job."),
      address: text(500, "Where the job is."),
      postalCode: text(20, "Postal code."),
      leadId: Type.Optional(Type.String({ format: "uuid", description: "The lead this job came from." })),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({ booking: PrivateBooking }),
  errors: [slotUnavailable],
  example: {
    input: {
      customerPhone: "+447700900123",
      scheduledStartAt: "2026-03-03T10:00:00Z",
      scheduledEndAt: "2026-03-03T11:30:00Z",
      customerName: "Ada Price",
      serviceLabel: "Boiler repair",
    },
  },
  async run(ctx, input) {
    const startsAt = futureStart(ctx, "scheduledStartAt", input.scheduledStartAt);
    const endsAt = endAfter(startsAt, input.scheduledEndAt);
    const phone = phoneField("customerPhone", input.customerPhone, await countryOf(ctx));
    if (input.customerEmail !== undefined && !isEmail(input.customerEmail)) {
      throw invalidField(
        "customerEmail",
        "is not a complete e-mail address",
        "Send it like ann@example.com.",
      );
    }
    if (input.leadId !== undefined) await checkLead(ctx, input.leadId);
    const label = input.serviceLabel?.trim();
    const service = label ? await findService(ctx, { name: label }) : undefined;
    const booking = await withAlternatives(() =>
      book(ctx, {
        service,
        title: label,
        startsAt,
        endsAt,
        offGrid: true,
        customer: { name: input.customerName, email: input.customerEmail, phone },
        source: "private",
        sourceName: ctx.actor.name,
        leadId: input.leadId,
        notes: input.notes,
        address: input.address,
        postalCode: input.postalCode,
      }),
    );
    return { booking: presentPrivateBooking(booking, ctx.now) };
  },
});
