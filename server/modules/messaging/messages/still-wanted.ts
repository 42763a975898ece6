import type { Ctx } from "../../../kernel/context.ts";
import { hasBookedAgain } from "../../calendar/booking-messages/booked-again.ts";
import { findContact } from "../../crm/contacts/contacts.store.ts";
import { findNumber } from "../../phone/numbers/numbers.store.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import { findConversation } from "../conversations/conversations.store.ts";
import { bookingStart, bookingStatus } from "./booking-of.ts";
import {
  approvedNumber,
  entitlement,
  isAutomatic,
  keepsQuietHours,
  optOut,
  quietHours,
  takenOver,
  terminalLead,
} from "./guards.ts";
import type { Decision, Subject } from "./guards.ts";
import type { Message, Purpose } from "./message.ts";

/**
 * Why a text that was allowed when it was written should not leave any more, or not now: much can happen in between, a
 * STOP, a moved booking, nightfall. Undefined when nothing did; `until` says that it may leave later.
 */
export async function whyNotNow(
  ctx: Ctx,
  message: Message,
): Promise<{ reason: string; until?: Date } | undefined> {
  const subject = await subjectOf(ctx, message);
  const reason = await refusal(ctx, message, subject);
  if (reason !== undefined) return { reason };
  // A person who released it has decided about the hour as well.
  if (!keepsQuietHours(subject) || message.status_reason === "released") return undefined;
  const decision = (await quietHours(ctx, subject)) as Decision | undefined;
  return decision && { reason: decision.reason, ...(decision.until ? { until: decision.until } : {}) };
}

async function subjectOf(ctx: Ctx, message: Message): Promise<Subject> {
  const conversation = message.conversation_id
    ? await findConversation(ctx, message.conversation_id)
    : undefined;
  const contact = conversation?.contact_id ? await findContact(ctx, conversation.contact_id) : undefined;
  return {
    purpose: message.purpose as Purpose,
    sender: message.sender,
    toE164: message.to_e164,
    workspace: await workspaceOf(ctx),
    number: await findNumber(ctx, message.phone_number_id),
    contact,
    conversation,
    sendBefore: message.booking_starts_at ?? undefined,
    byPerson: false,
  };
}

async function refusal(ctx: Ctx, message: Message, subject: Subject): Promise<string | undefined> {
  const { purpose } = subject;
  const guards = [entitlement, approvedNumber];
  if (purpose !== "keyword" && purpose !== "owner") guards.push(optOut);
  if (purpose === "reply" && isAutomatic(subject) && message.status_reason !== "released")
    guards.push(takenOver, terminalLead);
  for (const guard of guards) {
    const decision = await guard(ctx, subject);
    if (decision) return decision.reason;
  }
  return bookingChanged(ctx, message, purpose);
}

async function bookingChanged(ctx: Ctx, message: Message, purpose: Purpose): Promise<string | undefined> {
  if (!message.booking_id) return undefined;
  if (purpose === "rebooking" && (await hasBookedAgain(ctx, message.booking_id))) return "booked_again";
  if (purpose === "late" || purpose === "no_show" || purpose === "rebooking") {
    const wanted = purpose === "late" ? "late" : "no_show";
    return (await bookingStatus(ctx, message.booking_id)) === wanted ? undefined : "booking_corrected";
  }
  if (!message.booking_starts_at) return undefined;
  if (purpose !== "reminder" && purpose !== "confirmation") return undefined;
  const startsAt = await bookingStart(ctx, message.booking_id);
  if (!startsAt) return "booking_cancelled";
  return startsAt.getTime() === message.booking_starts_at.getTime() ? undefined : "booking_moved";
}
