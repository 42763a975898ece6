import type { Ctx } from "../../../kernel/context.ts";
import { conflict, missing } from "../../../kernel/errors.ts";
import { conversationsOf, setConversationState } from "../../messaging/conversations/conversations.store.ts";
import type { Lead, LeadStatus } from "./lead.ts";
import { isTerminal } from "./lead.ts";
import {
  addLeadEvent,
  findLead,
  findLeadByEvent,
  insertLead,
  lockLead,
  openLeadOf,
  writeLeadStatus,
} from "./leads.store.ts";

/** What started (or goes on) a conversation; `providerId` is the provider's id of the call or message. */
type LeadBeginning = { kind: "missed_call" | "inbound_text"; providerId: string };

const beginnings = { missed_call: "Missed call", inbound_text: "Text received" } as const;

/**
 * The open lead of a contact, made when there is none, with the event on its timeline. The same event again changes
 * nothing and answers the lead it belongs to (`fresh` false).
 */
export async function createLead(
  ctx: Ctx,
  wanted: { contactId: string; phoneNumberId: string | null; customerE164: string; event: LeadBeginning },
): Promise<{ lead: Lead; created: boolean; fresh: boolean }> {
  const { event, ...values } = wanted;
  const dedupKey = `${event.kind}:${event.providerId}`;
  const known = await findLeadByEvent(ctx, dedupKey);
  if (known) return { lead: known, created: false, fresh: false };
  const open = await openLeadOf(ctx, wanted.contactId);
  const inserted = open ? undefined : await insertLead(ctx, { ...values, source: event.kind });
  const lead = open ?? inserted ?? (await openLeadOf(ctx, wanted.contactId));
  if (!lead) throw new Error("a lead was neither made nor found");
  const fresh = await addLeadEvent(ctx, lead.id, {
    type: event.kind,
    summary: `${beginnings[event.kind]} from ${wanted.customerE164}`,
    details: { provider_id: event.providerId },
    dedupKey,
  });
  if (inserted) {
    ctx.emit({
      type: "lead.created",
      noun: "lead",
      recordId: lead.id,
      payload: { id: lead.id, contact_id: lead.contact_id, source: lead.source },
    });
  }
  return { lead: (await findLead(ctx, lead.id)) ?? lead, created: inserted !== undefined, fresh };
}

/**
 * Moves a lead to a status. Repeating the present one changes nothing, timestamps included; won and lost are final
 * (CONFLICT) and close the customer's conversations, so nothing automatic is written to them any more.
 */
export async function updateLeadStatus(
  ctx: Ctx,
  leadId: string,
  status: LeadStatus,
  why = "",
): Promise<Lead> {
  const before = await lockLead(ctx, leadId);
  if (!before) throw missing("lead", leadId);
  if (before.status === status) return before;
  if (isTerminal(before.status)) {
    throw conflict(`The lead is ${before.status}, which is final.`, {
      fix: "A new call or text of the customer starts a new lead.",
    });
  }
  await writeLeadStatus(ctx, before, status);
  await addLeadEvent(ctx, leadId, {
    type: "status_changed",
    summary: `${before.status} to ${status}${why ? `: ${why}` : ""}`,
    details: { from: before.status, to: status },
  });
  ctx.emit({
    type: "lead.status_changed",
    noun: "lead",
    recordId: leadId,
    payload: { id: leadId, contact_id: before.contact_id, from: before.status, to: status },
  });
  if (isTerminal(status) && before.contact_id) await stopAutomation(ctx, before.contact_id, status);
  return (await findLead(ctx, leadId)) ?? before;
}

async function stopAutomation(ctx: Ctx, contactId: string, status: LeadStatus): Promise<void> {
  for (const conversation of await conversationsOf(ctx, contactId)) {
    if (conversation.state !== "idle") {
      await setConversationState(ctx, conversation, "closed", `lead_${status.toLowerCase()}`);
    }
  }
}

/** Notes on the timeline of a contact's open lead that it was booked; other doors than the receptionist book too. */
export async function leadGotBooking(
  ctx: Ctx,
  booking: { id: string; leadId: string | null; contactId: string | null },
  summary = "A visit was booked",
): Promise<void> {
  const named = booking.leadId ? await findLead(ctx, booking.leadId) : undefined;
  const lead = named ?? (booking.contactId ? await openLeadOf(ctx, booking.contactId) : undefined);
  if (!lead || isTerminal(lead.status)) return;
  const fresh = await addLeadEvent(ctx, lead.id, {
    type: "booked",
    summary,
    details: { booking_id: booking.id },
    dedupKey: `booked:${booking.id}`,
  });
  if (fresh) await updateLeadStatus(ctx, lead.id, "Booked");
}

/** Notes on a lead's timeline that its booking was moved or cancelled: once, told by whoever did it if they come first. */
export async function noteBookingChange(
  ctx: Ctx,
  leadId: string,
  booking: { id: string; sequence: number },
  what: "rescheduled" | "cancelled",
  who?: string,
): Promise<void> {
  const verb = what === "rescheduled" ? "moved" : "cancelled";
  await addLeadEvent(ctx, leadId, {
    type: `booking_${what}`,
    summary: who ? `${who} ${verb} the booking` : `The booking was ${verb}`,
    details: { booking_id: booking.id },
    dedupKey: `${what}:${booking.id}:${booking.sequence}`,
  });
}
