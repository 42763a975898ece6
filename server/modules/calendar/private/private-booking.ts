import { Type } from "typebox";
import type { Static } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { OperationError, invalidField } from "../../../kernel/errors.ts";
import type { Booking, BookingStatus } from "../bookings/booking.ts";
import { slotUnavailable } from "../bookings/slot-unavailable.ts";
import type { ShownSlot } from "../bookings/slot-unavailable.ts";

const nullable = (description?: string) =>
  Type.Union([Type.String(), Type.Null()], description === undefined ? {} : { description });
const instant = (description?: string) =>
  Type.String({ format: "date-time", ...(description === undefined ? {} : { description }) });

const statusNames = {
  confirmed: "CONFIRMED",
  cancelled: "CANCELED",
  attended: "COMPLETED",
  late: "LATE",
  no_show: "NO_SHOW",
} as const satisfies Record<BookingStatus, string>;

/** A booking as the private bookings API shows one. */
export const PrivateBooking = Type.Object({
  bookingId: Type.String({ format: "uuid" }),
  status: Type.Union([
    Type.Literal("CONFIRMED"),
    Type.Literal("CANCELED"),
    Type.Literal("COMPLETED"),
    Type.Literal("LATE"),
    Type.Literal("NO_SHOW"),
  ]),
  schedulingState: Type.Union(
    [
      Type.Literal("SCHEDULED"),
      Type.Literal("RESCHEDULED"),
      Type.Literal("IN_PROGRESS"),
      Type.Literal("PAST"),
      Type.Literal("CANCELED"),
    ],
    { description: "Where the visit stands now, from its status and its times." },
  ),
  scheduledStartAt: instant(),
  scheduledEndAt: instant(),
  timeZone: Type.String(),
  customerName: nullable(),
  customerPhone: nullable("E.164."),
  customerEmail: nullable(),
  serviceLabel: Type.String(),
  notes: nullable(),
  address: nullable(),
  postalCode: nullable(),
  source: Type.String({ description: "The door the booking came through." }),
  sourceLabel: Type.String({ description: "Who made it, by name." }),
  leadId: nullable(),
  staffId: nullable("The member of staff who has the visit."),
  cancellationReason: nullable(),
  canceledAt: Type.Union([instant(), Type.Null()]),
  replacedByBookingId: nullable("Of a canceled booking that was moved: the one it has become."),
  createdAt: instant(),
  updatedAt: instant(),
});

const sourceLabels: Record<string, string> = {
  workspace: "Workspace API",
  private: "Private API",
  capability: "AI agent",
  receptionist: "Receptionist",
  console: "Console",
  voice: "Voice agent",
};

export function presentPrivateBooking(
  booking: Booking,
  now: Date,
  successors?: ReadonlyMap<string, string>,
): Static<typeof PrivateBooking> {
  return {
    bookingId: booking.id,
    status: statusNames[booking.status],
    schedulingState: stateOf(booking, now),
    scheduledStartAt: booking.starts_at.toISOString(),
    scheduledEndAt: booking.ends_at.toISOString(),
    timeZone: booking.timezone,
    customerName: booking.booker_name,
    customerPhone: booking.booker_phone,
    customerEmail: booking.booker_email,
    serviceLabel: booking.title,
    notes: booking.notes,
    address: booking.address,
    postalCode: booking.postal_code,
    source: booking.source,
    sourceLabel:
      booking.source_name ?? booking.agent_vendor ?? sourceLabels[booking.source] ?? booking.source,
    leadId: booking.lead_id,
    staffId: booking.member_id,
    cancellationReason: booking.cancellation_reason,
    canceledAt: booking.cancelled_at?.toISOString() ?? null,
    replacedByBookingId: successors?.get(booking.id) ?? null,
    createdAt: booking.created_at.toISOString(),
    updatedAt: booking.updated_at.toISOString(),
  };
}

function stateOf(booking: Booking, now: Date): Static<typeof PrivateBooking>["schedulingState"] {
  if (booking.status === "cancelled") return "CANCELED";
  if (booking.ends_at <= now) return "PAST";
  if (booking.starts_at <= now) return "IN_PROGRESS";
  return booking.sequence > 0 ? "RESCHEDULED" : "SCHEDULED";
}

/** The start of a visit that is still to come. */
export function futureStart(ctx: Ctx, field: string, text: string): Date {
  const at = new Date(text);
  if (at <= ctx.now)
    throw invalidField(field, "must be in the future", `Send a ${field} that is still to come.`);
  return at;
}

export function endAfter(startsAt: Date, text: string, startField = "scheduledStartAt"): Date {
  const at = new Date(text);
  if (at <= startsAt)
    throw invalidField(
      "scheduledEndAt",
      `must be after ${startField}`,
      "Send an end that is later than the start.",
    );
  return at;
}

/** Runs a booking, telling of a time nobody is free at in this API's words. */
export async function withAlternatives<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OperationError) || error.code !== slotUnavailable.code) throw error;
    const shown = (error.details?.["alternatives"] ?? []) as ShownSlot[];
    throw slotUnavailable(error.message, {
      fix: "Send one of the alternatives, or ask GET /open-slots.",
      details: {
        alternatives: shown.map((slot) => ({
          scheduledStartAt: slot.starts_at,
          scheduledEndAt: slot.ends_at,
        })),
      },
    });
  }
}
