import { Type } from "typebox";
import type { Static } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { phoneField } from "../../../phones.ts";
import { capability } from "../../../surfaces/capability.ts";
import { plainText } from "../../../surfaces/user-content.ts";
import { isEmail } from "../../../emails.ts";
import { nameField } from "../../../words.ts";
import type { WorkspaceRow } from "../../workspace/settings/settings.ts";
import { book } from "../bookings/book.ts";
import type { Booking } from "../bookings/booking.ts";
import { managementUrl } from "../bookings/management-link.ts";
import type { Service } from "../services/service.ts";
import {
  customerOf,
  refuseTooMany,
  rememberAgentBooking,
  speaksForSomebody,
  tooManyBookings,
} from "./agent-customer.ts";
import type { AgentCustomer } from "./agent-customer.ts";
import { claimRequest, rememberBooking } from "./claims.store.ts";
import { checkOwnHold, unknownHold } from "./hold-slot.ts";
import { invalidService, offeredService } from "./offered-service.ts";
import { ownProvider, unknownProvider } from "./provider.ts";
import { future, orSlotTaken, pastTime, slotTaken, startAt } from "./wanted-time.ts";

export const createBookingInput = {
  service_id: Type.String({
    minLength: 1,
    maxLength: 200,
    description: "A service of this provider, as booking.list_services names it.",
  }),
  start_at: startAt,
  customer: Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 200 }),
      email: Type.String({ format: "email", maxLength: 320 }),
      phone: Type.Optional(Type.String({ maxLength: 40 })),
    },
    { additionalProperties: false },
  ),
  hold_id: Type.Optional(
    Type.String({
      format: "uuid",
      description: "What booking.hold_slot answered: the time it keeps becomes this booking.",
    }),
  ),
  notes: Type.Optional(Type.String({ maxLength: 1000, description: "A note for the provider." })),
  agent_vendor: Type.Optional(
    Type.String({ maxLength: 100, description: "Who the calling agent is: claude, chatgpt, cursor …" }),
  ),
};

const Output = Type.Object({
  ok: Type.Literal(true),
  booking_id: Type.String({ format: "uuid" }),
  start_at: Type.String({ format: "date-time" }),
  end_at: Type.String({ format: "date-time" }),
  service: Type.Object({ id: Type.String({ format: "uuid" }), name: Type.String() }),
  // The caller's own words, or the person's it speaks for.
  customer: Type.Object({
    name: plainText(),
    email: Type.Optional(Type.String({ format: "email" })),
  }),
  confirmed: Type.Boolean(),
  cancellation_url: Type.Optional(Type.String({ format: "uri" })),
});

export const createBooking = operation({
  name: "create_booking",
  surface: capability,
  section: "Capabilities",
  route: "POST /providers/:provider_id/capabilities/booking.create_booking",
  auth: "agent-token",
  scopes: ["scheduling.write"],
  effect: "write",
  noun: "booking",
  status: 200,
  summary: "Book a service at a time the customer has chosen.",
  description:
    "Reserves the time on the provider's calendar for as long as the service takes and confirms it to the customer. When " +
    "service or time is not settled yet, call booking.check_availability first. The same service, start and customer " +
    "e-mail within 60 seconds answers the booking already made. An agent that speaks for a person books for that person, " +
    "whatever customer it names.",
  input: Type.Object(
    { provider_id: Type.String({ minLength: 1, maxLength: 200 }), ...createBookingInput },
    { additionalProperties: false },
  ),
  output: Output,
  errors: [pastTime, invalidService, slotTaken, unknownProvider, unknownHold, tooManyBookings],
  async run(ctx, input) {
    const startsAt = future(ctx, input.start_at);
    const given = checkedCustomer(input.customer);
    const provider = await ownProvider(ctx, input.provider_id);
    const service = await offeredService(ctx, input.service_id);
    const customer = await customerOf(ctx, phoned(given, provider.country));
    const request = { serviceId: service.id, startsAt, email: customer.email ?? customer.phone ?? "" };
    const made = await claimRequest(ctx, request);
    const booking =
      made ??
      (await orSlotTaken(
        book(ctx, {
          service,
          startsAt,
          customer,
          source: "capability",
          ...(await agentOf(ctx, input)),
          notes: input.notes,
        }),
      ));
    if (!made) {
      await rememberBooking(ctx, request, booking.id);
      await rememberAgentBooking(ctx, booking.id);
    }
    return present(ctx, provider, service, booking, customer);
  },
});

type Customer = Static<(typeof createBookingInput)["customer"]>;

/** Which agent books, and with what it holds: one that speaks for somebody is who the consent says it is. */
async function agentOf(
  ctx: Ctx,
  { agent_vendor: vendor, hold_id: holdId }: { agent_vendor?: string; hold_id?: string },
) {
  await refuseTooMany(ctx);
  if (holdId !== undefined) await checkOwnHold(ctx, holdId);
  const agentVendor = speaksForSomebody(ctx) ? ctx.actor.name : vendor;
  return { sourceName: agentVendor ?? ctx.actor.name, agentVendor, holdId };
}

function checkedCustomer({ name, email, phone }: Customer): Customer {
  if (!isEmail(email))
    throw invalidField("customer.email", "is not a complete e-mail address", "Send it like ann@example.com.");
  return { name: nameField("customer.name", name), email, ...(phone?.trim() ? { phone: phone.trim() } : {}) };
}

function phoned(customer: Customer, country: string): Customer {
  if (customer.phone === undefined) return customer;
  return { ...customer, phone: phoneField("customer.phone", customer.phone, country) };
}

function present(
  ctx: Ctx,
  provider: WorkspaceRow,
  service: Service,
  booking: Booking,
  customer: AgentCustomer,
): Static<typeof Output> {
  const url = managementUrl(ctx.app, provider.slug, booking);
  return {
    ok: true,
    booking_id: booking.id,
    start_at: booking.starts_at.toISOString(),
    end_at: booking.ends_at.toISOString(),
    service: { id: service.id, name: service.name },
    customer: {
      name: customer.name,
      ...(customer.email === undefined ? {} : { email: customer.email }),
    },
    confirmed: booking.status === "confirmed",
    ...(url === undefined ? {} : { cancellation_url: url }),
  };
}
