import { randomUUID } from "node:crypto";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { newId } from "../../../kernel/ids.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import { scheduleBookingMessages } from "../booking-messages/index.ts";
import { enqueueInvitations } from "../invitations/enqueue-invitations.ts";
import { rulesOf } from "../services/service.ts";
import type { Service } from "../services/service.ts";
import { MINUTE_MS } from "../slots/wall-clock.ts";
import { eventPayload, managementGraceMs } from "./booking.ts";
import type { Attendee, Booking, BookingSource } from "./booking.ts";
import { insertBooking, insertIfFree, updateBooking } from "./bookings.store.ts";
import type { NewBooking } from "./bookings.store.ts";
import { longestBlockMs } from "./busy.store.ts";
import { choicesAt } from "./choices.ts";
import type { Choice } from "./choices.ts";
import { contactFor } from "./customer.ts";
import type { Customer } from "./customer.ts";
import { enrollInEventQueue } from "./event-queue.ts";
import { deleteHold, lockHold } from "./holds/holds.store.ts";
import type { SlotHold } from "./holds/holds.store.ts";
import { linkOpportunity } from "./link-opportunity.ts";
import { unlessTaken } from "./slot-claims.ts";
import { recordStep } from "./record-step.ts";
import { unavailableAt } from "./slot-unavailable.ts";
import { takeSlot } from "./take-slot.ts";

export type BookRequest = {
  service?: Service | undefined;
  /** What the booking is called; the service's name by default. */
  title?: string | undefined;
  startsAt: Date;
  /** By default the service's length after the start. */
  endsAt?: Date | undefined;
  /** Only this member will do. */
  memberId?: string | undefined;
  customer: Customer;
  source: BookingSource;
  sourceName?: string | undefined;
  leadId?: string | undefined;
  notes?: string | undefined;
  address?: string | undefined;
  postalCode?: string | undefined;
  /** The booker's zone, in which messages speak; the workspace's by default. */
  timeZone?: string | undefined;
  companyName?: string | undefined;
  attendees?: Attendee[] | undefined;
  agentVendor?: string | undefined;
  /** Only what is busy matters, not hours, grid, notice or horizon. True by default without a service. */
  offGrid?: boolean | undefined;
  /** A hold on this very time: the booking takes its place, whatever notice the service wants by now. */
  holdId?: string | undefined;
  /** The booking this one takes the place of: its opportunity comes along, and no other is opened. */
  replaces?: Booking | undefined;
};

/**
 * Books a time with a free member, in the transaction of `ctx`: contact, booking, opportunity, invitations and messages
 * together. Races end at the claims the database keeps: the loser tries whoever else is free. Throws SLOT_UNAVAILABLE with
 * the nearest alternatives when nobody is free.
 */
export async function book(ctx: Ctx, request: BookRequest): Promise<Booking> {
  const { service, startsAt, replaces } = request;
  const rules = rulesOf(service);
  const endsAt = request.endsAt ?? new Date(startsAt.getTime() + rules.durationMinutes * MINUTE_MS);
  const blockedFrom = new Date(startsAt.getTime() - rules.bufferBeforeMinutes * MINUTE_MS);
  const blockedUntil = new Date(endsAt.getTime() + rules.bufferAfterMinutes * MINUTE_MS);
  checkTimes(startsAt, endsAt, blockedUntil.getTime() - blockedFrom.getTime());
  const workspace = await workspaceOf(ctx);
  const zone = request.timeZone ?? service?.timezone ?? workspace.timeZone;
  const search = {
    service,
    memberId: request.memberId,
    postalCode: request.postalCode,
    durationMinutes: Math.ceil((endsAt.getTime() - startsAt.getTime()) / MINUTE_MS),
  };
  const wanted = { ...search, startsAt, endsAt, offGrid: request.offGrid ?? service === undefined };
  const unavailable = () => unavailableAt(ctx, { ...search, around: startsAt, zone });
  const hold = await broughtHold(ctx, request);
  // Most of those who come too late are told before anything is written.
  const known = hold ? undefined : await choicesAt(ctx, wanted);
  if (known?.length === 0) throw await unavailable();
  // The contact's row is locked before the slot is: whoever waits for the slot holds nothing another booker needs.
  const { contact, phone } = await contactFor(
    ctx,
    request.customer,
    service?.booking_lead_source ?? "booking",
  );
  const row: NewBooking = {
    ...asked(request, zone),
    id: newId(ctx.now),
    contact_id: contact?.id ?? null,
    booker_name: request.customer.name?.trim() || contactName(contact),
    booker_email: request.customer.email?.trim() || contact?.email || null,
    booker_phone: phone ?? contact?.phone ?? contact?.landline ?? null,
    ends_at: endsAt,
    blocked_from: blockedFrom,
    blocked_until: blockedUntil,
    management_token: randomUUID(),
    management_token_expires_at: new Date(endsAt.getTime() + managementGraceMs),
    invitation_id: replaces ? (replaces.invitation_id ?? replaces.id) : null,
    sequence: replaces ? replaces.sequence + 1 : 0,
    created_at: ctx.now,
    updated_at: ctx.now,
    capacity: service?.capacity ?? 1,
  };
  const taken =
    (hold && (await insertHeld(ctx, hold, row))) ??
    (await takeSlot(ctx, wanted, (choice) => insertIfFree(ctx, { ...row, ...taking(choice) }), known));
  if (!taken) throw await unavailable();
  return complete(ctx, request, taken);
}

function asked(request: BookRequest, zone: string) {
  const { service, customer } = request;
  return {
    event_type_id: service?.id ?? null,
    lead_id: request.leadId ?? null,
    title: request.title?.trim() || service?.name || "Appointment",
    starts_at: request.startsAt,
    timezone: zone,
    booker_state: customer.state ?? null,
    booker_timezone: customer.timeZone ?? null,
    notes: request.notes?.trim() || null,
    address: request.address?.trim() || null,
    postal_code: request.postalCode?.trim() || null,
    status: "confirmed" as const,
    source: request.source,
    source_name: request.sourceName ?? null,
    agent_vendor: request.agentVendor ?? null,
    attendees: JSON.stringify(request.attendees ?? []),
    replaces_booking_id: request.replaces?.id ?? null,
  };
}

function contactName(contact: { first_name: string; last_name: string | null } | undefined): string | null {
  return contact ? [contact.first_name, contact.last_name].filter(Boolean).join(" ") : null;
}

function checkTimes(startsAt: Date, endsAt: Date, blockMs: number): void {
  if (Number.isNaN(startsAt.getTime()) || Number.isNaN(endsAt.getTime())) {
    throw invalidField(
      "starts_at",
      "is not an instant",
      "Send it like 2026-03-02T09:00:00Z, and ends_at too.",
    );
  }
  if (endsAt <= startsAt)
    throw invalidField("ends_at", "must be after the start", "Send an end that is later than starts_at.");
  if (blockMs > longestBlockMs)
    throw invalidField(
      "ends_at",
      "a booking may take three days at most",
      "Send an earlier end, or make a booking for each part.",
    );
}

function taking({ hostIds, resourceIds }: Pick<Choice, "hostIds" | "resourceIds">) {
  return { member_id: hostIds[0] ?? null, host_ids: hostIds, resource_ids: resourceIds };
}

/**
 * The hold a booker brings, locked; none when it is gone or has expired, and then the time is looked for as anybody would.
 * Throws a 400 when it keeps another time, or another service's.
 */
async function broughtHold(ctx: Ctx, request: BookRequest): Promise<SlotHold | undefined> {
  if (request.holdId === undefined) return undefined;
  const hold = await lockHold(ctx, request.holdId);
  if (!hold) return undefined;
  if (hold.event_type_id !== request.service?.id) {
    throw invalidField(
      "hold_id",
      "holds a time for another event type",
      "Leave hold_id out, or book what it holds.",
    );
  }
  if (hold.starts_at.getTime() !== request.startsAt.getTime()) {
    const held = hold.starts_at.toISOString();
    throw invalidField(
      "hold_id",
      `holds ${held}, which is another time`,
      `Leave hold_id out, or book ${held}.`,
    );
  }
  return hold.expires_at > ctx.now ? hold : undefined;
}

/**
 * A booking in the place of its hold. In between nobody gets the time: whoever wants it waits for this transaction, as
 * the hold's claims are there for everybody else until it ends, and finds the booking's then.
 */
function insertHeld(ctx: Ctx, hold: SlotHold, row: NewBooking): Promise<Booking | undefined> {
  return unlessTaken(ctx, async () => {
    await deleteHold(ctx, hold.id);
    const taken = { hostIds: hold.host_ids, resourceIds: hold.resource_ids };
    return insertBooking(ctx, { ...row, ...taking(taken), capacity: hold.capacity });
  });
}

/** What comes with a booking: its opportunity, audit entry, event, invitations and messages. */
async function complete(ctx: Ctx, request: BookRequest, taken: Booking): Promise<Booking> {
  const { replaces } = request;
  const dealId = replaces
    ? (replaces.deal_id ?? undefined)
    : await linkOpportunity(ctx, taken, request.service, request.companyName);
  const booking = dealId === undefined ? taken : await updateBooking(ctx, taken.id, { deal_id: dealId });
  await enrollInEventQueue(ctx, booking, request.service);
  const { management_token: _secret, ...recorded } = booking;
  const replacement = replaces ? { replaces_booking_id: replaces.id } : {};
  ctx.changed({ noun: "booking", id: booking.id, after: { ...recorded, ...replacement } });
  ctx.emit({
    type: "booking.created",
    noun: "booking",
    recordId: booking.id,
    payload: { ...eventPayload(booking), ...replacement },
  });
  enqueueInvitations(ctx, booking, "REQUEST");
  await scheduleBookingMessages(ctx, booking, replaces);
  await recordStep(ctx, "created", booking);
  return booking;
}
