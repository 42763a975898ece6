import { sql } from "kysely";
import { Type } from "typebox";
import type { Static } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { declareError, notFound } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { isEmail } from "../../../emails.ts";
import { nameField } from "../../../words.ts";
import type { Service } from "../services/service.ts";
import { MINUTE_MS } from "../slots/wall-clock.ts";
import { zoneField } from "../wall-input.ts";
import { book } from "./book.ts";
import type { Booking } from "./booking.ts";
import { AttendeeRecord } from "./booking-record.ts";
import { showSlot, slotUnavailable } from "./slot-unavailable.ts";
import {
  eventTypeInput,
  postalCodeInput,
  wallInput,
  refuseSkipped,
  wantedService,
  wantedTime,
} from "./wanted-slot.ts";

export const invalidEmail = declareError("INVALID_EMAIL", 400, "email is no complete e-mail address.");
export const invalidAttendeeEmail = declareError(
  "INVALID_ATTENDEE_EMAIL",
  400,
  "An attendee's email is no complete e-mail address.",
);

const input = Type.Object(
  {
    ...eventTypeInput,
    ...wallInput,
    fullName: Type.String({ minLength: 1, maxLength: 200, description: "The customer's full name." }),
    email: Type.String({
      maxLength: 320,
      description: "The customer's e-mail address, complete with its domain.",
    }),
    phone: Type.Optional(Type.String({ maxLength: 40, description: "The customer's number." })),
    message: Type.Optional(Type.String({ maxLength: 20_000, description: "The customer's notes." })),
    company_name: Type.Optional(
      Type.String({ maxLength: 200, description: "The customer's company; made an account in the CRM." }),
    ),
    booker_state: Type.Optional(
      Type.String({ maxLength: 100, description: "State or region; kept where the contact has none." }),
    ),
    booker_timezone: Type.Optional(
      Type.String({ description: "The contact's zone, kept where it has none; timezone by default." }),
    ),
    address: Type.Optional(Type.String({ maxLength: 500, description: "Where the visit is." })),
    postal_code: postalCodeInput,
    hold_id: Type.Optional(
      Type.String({
        format: "uuid",
        description: "A hold on this event type and time (POST /scheduling-bookings/holds) to book.",
      }),
    ),
    attendees: Type.Optional(
      Type.Array(
        Type.Object(
          {
            email: Type.String({ maxLength: 320 }),
            name: Type.Optional(Type.String({ maxLength: 200 })),
            phone: Type.Optional(Type.String({ maxLength: 40 })),
          },
          { additionalProperties: false },
        ),
        { maxItems: 50, description: "Others who get the calendar invitation." },
      ),
    ),
  },
  { additionalProperties: false },
);

const id = () => Type.Union([Type.String({ format: "uuid" }), Type.Null()]);

export const createBooking = operation({
  name: "create_scheduling_booking",
  surface: workspaceApi,
  section: "Scheduling",
  route: "POST /scheduling-bookings",
  scopes: ["company:write"],
  effect: "write",
  noun: "booking",
  summary: "Book a time for a customer.",
  description:
    "Finds or makes the contact, and opens or finds the opportunity by the event type's rules. date and time are the wall clock of timezone. A time that is taken answers 409 SLOT_UNAVAILABLE with the nearest free ones. An event type that is not active is booked by its id or slug all the same, since the business books what customers are not offered; by name only active ones are found.",
  input,
  output: Type.Object({
    success: Type.Boolean(),
    booking: Type.Object({
      id: Type.String({ format: "uuid" }),
      event_type_name: Type.String(),
      date: Type.String(),
      time: Type.String(),
      formatted: Type.String(),
      timezone: Type.String(),
      starts_at: Type.String({ format: "date-time" }),
      ends_at: Type.String({ format: "date-time" }),
      duration_minutes: Type.Number(),
      status: Type.String(),
      user_id: id(),
      google_meet_link: Type.Union([Type.String(), Type.Null()]),
      confirmation_message: Type.Union([Type.String(), Type.Null()]),
      attendees: Type.Array(AttendeeRecord),
    }),
    crm: Type.Object({ deal_id: id(), contact_id: id(), customer_id: id() }),
  }),
  errors: [invalidEmail, invalidAttendeeEmail, slotUnavailable, notFound],
  example: {
    input: {
      event_type_slug: "site-visit",
      date: "2026-04-01",
      time: "10:00",
      timezone: "Australia/Sydney",
      fullName: "John Smith",
      email: "john@example.com",
    },
  },
  async run(ctx, fields) {
    checkEmails(fields);
    const name = nameField("fullName", fields.fullName);
    const service = await wantedService(ctx, fields);
    const time = await wantedTime(ctx, service, fields);
    const { zone, startsAt } = time;
    const contactZone = fields.booker_timezone ? zoneField("booker_timezone", fields.booker_timezone) : zone;
    await refuseSkipped(ctx, time, { service, postalCode: fields.postal_code }, fields);
    const booking = await book(ctx, {
      service,
      startsAt,
      customer: {
        name,
        email: fields.email,
        phone: fields.phone,
        state: fields.booker_state?.trim() || undefined,
        timeZone: contactZone,
      },
      source: ctx.actor.kind === "user" ? "console" : "workspace",
      sourceName: ctx.actor.name,
      notes: fields.message,
      address: fields.address,
      postalCode: fields.postal_code,
      holdId: fields.hold_id,
      companyName: fields.company_name,
      timeZone: zone,
      attendees: fields.attendees,
    });
    return present(ctx, service, booking);
  },
});

/** Addresses are looked at before anything else, so that a slip of the pen is never answered with other times. */
function checkEmails(fields: Static<typeof input>): void {
  if (!isEmail(fields.email)) {
    throw invalidEmail(`email: ${fields.email} is not a complete e-mail address.`, {
      fix: "Send the whole address, such as name@example.com.",
      details: { fields: [{ field: "email", message: "is not a complete e-mail address" }] },
    });
  }
  fields.attendees?.forEach(({ email }, index) => {
    if (isEmail(email)) return;
    const field = `attendees.${index}.email`;
    throw invalidAttendeeEmail(`${field}: ${email} is not a complete e-mail address.`, {
      fix: "Correct this attendee's address, or leave the attendee out.",
      details: { fields: [{ field, message: "is not a complete e-mail address" }] },
    });
  });
}

async function present(ctx: Ctx, service: Service, booking: Booking) {
  const shown = showSlot({ startsAt: booking.starts_at, endsAt: booking.ends_at }, booking.timezone);
  return {
    success: true,
    booking: {
      id: booking.id,
      event_type_name: service.name,
      ...shown,
      timezone: booking.timezone,
      duration_minutes: (booking.ends_at.getTime() - booking.starts_at.getTime()) / MINUTE_MS,
      status: booking.status,
      user_id: booking.member_id,
      google_meet_link: booking.google_meet_link,
      confirmation_message: service.booking_confirmation_message,
      attendees: booking.attendees,
    },
    crm: {
      deal_id: booking.deal_id,
      contact_id: booking.contact_id,
      customer_id: await companyOf(ctx, booking),
    },
  };
}

/** The account of the booking: its opportunity's company, else the one its contact works for. */
async function companyOf(ctx: Ctx, booking: Booking): Promise<string | null> {
  const [row] = await ctx.db.raw(sql<{ id: string | null }>`
    select coalesce(
      (select company_id from opportunities where workspace_id = ${ctx.workspaceId} and id = ${booking.deal_id}),
      (select company_id from contact_employers
        where workspace_id = ${ctx.workspaceId} and contact_id = ${booking.contact_id}
        order by created_at desc, company_id limit 1)) as id`);
  return row?.id ?? null;
}
