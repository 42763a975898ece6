import { Type } from "typebox";
import type { Static } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { OperationError, declareError, invalidField } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { phoneField } from "../../../phones.ts";
import { capability } from "../../../surfaces/capability.ts";
import { isEmail } from "../../../emails.ts";
import type { WorkspaceRow } from "../../workspace/settings/settings.ts";
import { book } from "../bookings/book.ts";
import type { Booking } from "../bookings/booking.ts";
import { managementUrl } from "../bookings/management-link.ts";
import { slotUnavailable } from "../bookings/slot-unavailable.ts";
import type { ShownSlot } from "../bookings/slot-unavailable.ts";
import type { Service } from "../services/service.ts";
import { claimRequest, rememberBooking } from "./claims.store.ts";
import { invalidService, offeredService } from "./offered-service.ts";
import { ownProvider, unknownProvider } from "./provider.ts";

export const pastTime = declareError("PAST_TIME", 400, "start_at is not in the future.");
export const slotTaken = declareError(
  "SLOT_TAKEN",
  409,
  "The slot is not free; available_alternatives names the closest ones that are.",
);

const instant = (description?: string) =>
  Type.String({ format: "date-time", ...(description === undefined ? {} : { description }) });

export const createBookingInput = {
  service_id: Type.String({
    minLength: 1,
    maxLength: 200,
    description: "A service of this provider, as booking.list_services names it.",
  }),
  start_at: instant("When it starts: an ISO 8601 instant in UTC, strictly in the future."),
  customer: Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 200 }),
      email: Type.String({ format: "email", maxLength: 320 }),
      phone: Type.Optional(Type.String({ maxLength: 40 })),
    },
    { additionalProperties: false },
  ),
  notes: Type.Optional(Type.String({ maxLength: 1000, description: "A note for the provider." })),
  agent_vendor: Type.Optional(
    Type.String({ maxLength: 100, description: "Who the calling agent is: claude, chatgpt, cursor …" }),
  ),
};

const Output = Type.Object({
  ok: Type.Literal(true),
  booking_id: Type.String(),
  start_at: instant(),
  end_at: instant(),
  service: Type.Object({ id: Type.String(), name: Type.String() }),
  customer: Type.Object({ name: Type.String(), email: Type.String() }),
  confirmed: Type.Boolean(),
  cancellation_url: Type.Optional(Type.String({ format: "uri" })),
});

export const createBooking = operation({
  name: "create_booking",
  surface: capability,
  section: "Capabilities",
  route: "POST /providers/:provider_id/capabilities/booking.create_booking",
  scopes: ["scheduling.write"],
  effect: "write",
  noun: "booking",
  status: 200,
  summary: "Book a service at a time the customer has chosen.",
  description:
    "Reserves the time on the provider's calendar for as long as the service takes and confirms it to the customer. When " +
    "service or time is not settled yet, call booking.check_availability first. The same service, start and customer " +
    "e-mail within 60 seconds answers the booking already made.",
  input: Type.Object(
    { provider_id: Type.String({ minLength: 1, maxLength: 200 }), ...createBookingInput },
    { additionalProperties: false },
  ),
  output: Output,
  errors: [pastTime, invalidService, slotTaken, unknownProvider],
  async run(ctx, input) {
    const startsAt = new Date(input.start_at);
    if (startsAt <= ctx.now) {
      throw pastTime("start_at is not in the future.", { fix: "Ask booking.check_availability for times." });
    }
    const customer = checkedCustomer(input.customer);
    const provider = await ownProvider(ctx, input.provider_id);
    const service = await offeredService(ctx, input.service_id);
    const request = { serviceId: service.id, startsAt, email: customer.email };
    const made = await claimRequest(ctx, request);
    const booking =
      made ??
      (await bookSlot(ctx, {
        service,
        startsAt,
        customer: phoned(customer, provider.country),
        source: "capability",
        sourceName: input.agent_vendor ?? ctx.actor.name,
        agentVendor: input.agent_vendor,
        notes: input.notes,
      }));
    if (!made) await rememberBooking(ctx, request, booking.id);
    return present(ctx, provider, service, booking, customer);
  },
});

type Customer = Static<(typeof createBookingInput)["customer"]>;

function checkedCustomer({ name, email, phone }: Customer): Customer {
  if (name.trim() === "") throw invalidField("customer.name", "may not be empty");
  if (!isEmail(email)) throw invalidField("customer.email", "is not a complete e-mail address");
  return { name: name.trim(), email, ...(phone?.trim() ? { phone: phone.trim() } : {}) };
}

function phoned(customer: Customer, country: string): Customer {
  if (customer.phone === undefined) return customer;
  return { ...customer, phone: phoneField("customer.phone", customer.phone, country) };
}

async function bookSlot(ctx: Ctx, request: Parameters<typeof book>[1]): Promise<Booking> {
  try {
    return await book(ctx, request);
  } catch (error) {
    if (!(error instanceof OperationError) || error.code !== slotUnavailable.code) throw error;
    const open = (error.details?.["alternatives"] ?? []) as ShownSlot[];
    throw slotTaken(error.message, {
      details: {
        available_alternatives: open.map((slot) => ({ start_at: slot.starts_at, end_at: slot.ends_at })),
      },
    });
  }
}

function present(
  ctx: Ctx,
  provider: WorkspaceRow,
  service: Service,
  booking: Booking,
  customer: Customer,
): Static<typeof Output> {
  const url = managementUrl(ctx.app, provider.slug, booking);
  return {
    ok: true,
    booking_id: booking.id,
    start_at: booking.starts_at.toISOString(),
    end_at: booking.ends_at.toISOString(),
    service: { id: service.id, name: service.name },
    customer: { name: booking.booker_name ?? customer.name, email: booking.booker_email ?? customer.email },
    confirmed: booking.status === "confirmed",
    ...(url === undefined ? {} : { cancellation_url: url }),
  };
}
