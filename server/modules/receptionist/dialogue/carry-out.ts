import type { Ctx } from "../../../kernel/context.ts";
import { OperationError } from "../../../kernel/errors.ts";
import { book } from "../../calendar/bookings/book.ts";
import type { Booking } from "../../calendar/bookings/booking.ts";
import { upcomingBookingsOf } from "../../calendar/bookings/bookings.store.ts";
import { cancel } from "../../calendar/bookings/cancel.ts";
import { reschedule } from "../../calendar/bookings/reschedule.ts";
import { findService } from "../../calendar/services/services.store.ts";
import { findContact, updateContact } from "../../crm/contacts/contacts.store.ts";
import { findConversation, setConversationState } from "../../messaging/conversations/conversations.store.ts";
import type { Conversation, ConversationState } from "../../messaging/conversations/conversation.ts";
import { cancelWaiting } from "../../messaging/messages/messages.store.ts";
import { sendText } from "../../messaging/messages/send-text.ts";
import { findNumber } from "../../phone/numbers/numbers.store.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import { leadGotBooking, noteBookingChange } from "../leads/leads.ts";
import { addLeadEvent } from "../leads/leads.store.ts";
import type { Snapshot } from "./answer-customer.ts";
import { updateDialogue } from "./dialogue.store.ts";
import { abandonConversation } from "./jobs.ts";
import { answerWith } from "./owner-codes.ts";
import { callerText, nameOf, quoted, tellOwner } from "./owner.ts";
import { pendingTexts } from "./recall.ts";
import type { Action, Reply } from "./turn.ts";

/**
 * Sends a reply, does what it promises and remembers the turn: all of it or none. A reply that a guard keeps back
 * promises nothing, so nothing is done either, and the owner is told.
 */
export async function carryOut(ctx: Ctx, snapshot: Snapshot, reply: Reply): Promise<void> {
  const { conversation, leadId, position, turn } = snapshot;
  const sent = await sendText(ctx, {
    to: conversation.customer_e164,
    body: reply.reply,
    purpose: "reply",
    sender: "ai",
    conversationId: conversation.id,
    phoneNumberId: conversation.phone_number_id,
    ...(conversation.contact_id ? { contactId: conversation.contact_id } : {}),
  });
  const leaves = sent.status === "queued";
  const memo = leaves || !turn.memo ? reply.memo : turn.memo;
  await updateDialogue(ctx, conversation.id, { memo: JSON.stringify(memo), answered_position: position });
  if (leaves) for (const action of reply.actions) await act(ctx, conversation, leadId, action);
  if (reply.escalate) return escalate(ctx, snapshot, reply);
  if (leaves) return moveOn(ctx, snapshot, reply);
  if (reply.actions.length > 0) await cancelWaiting(ctx, conversation.id, ["reply"], "not_carried_out");
  if (sent.status === "held") await askOwner(ctx, snapshot, sent.reason ?? "held");
}

async function askOwner(ctx: Ctx, { conversation, turn }: Snapshot, reason: string): Promise<void> {
  const number = await findNumber(ctx, conversation.phone_number_id);
  const contact = conversation.contact_id ? await findContact(ctx, conversation.contact_id) : undefined;
  if (!number) return;
  const who = callerText(contact, conversation.customer_e164);
  const said = pendingTexts(turn.messages).join(" / ");
  await tellOwner(
    ctx,
    number,
    `${who} waits for you (${reason.replaceAll("_", " ")}). They wrote: ${quoted(said)} ${await answerWith(ctx, conversation)}.`,
  );
}

async function act(
  ctx: Ctx,
  conversation: Conversation,
  leadId: string | null,
  action: Action,
): Promise<void> {
  switch (action.kind) {
    case "book": {
      const { contact_id: contactId, customer_e164: phone } = conversation;
      if (contactId) await learn(ctx, contactId, action);
      const booking = await book(ctx, {
        service: await findService(ctx, { id: action.serviceId }),
        startsAt: action.startsAt,
        customer: { ...(contactId ? { contactId } : {}), name: action.name, email: action.email, phone },
        source: "receptionist",
        leadId: leadId ?? undefined,
        notes: action.notes,
        address: action.address,
        postalCode: action.postcode,
      });
      const made = { id: booking.id, leadId, contactId: booking.contact_id };
      return leadGotBooking(ctx, made, `The receptionist booked ${booking.title}`);
    }
    case "move":
      return note(
        ctx,
        leadId,
        await reschedule(ctx, action.bookingId, { startsAt: action.startsAt }),
        "rescheduled",
      );
    case "cancel":
      return note(ctx, leadId, await cancelQuietly(ctx, action.bookingId), "cancelled");
  }
}

async function note(
  ctx: Ctx,
  leadId: string | null,
  booking: Booking | undefined,
  what: "rescheduled" | "cancelled",
): Promise<void> {
  const lead = booking?.lead_id ?? leadId;
  if (booking && lead) await noteBookingChange(ctx, lead, booking, what, "The receptionist");
}

// Somebody may have cancelled or closed it meanwhile; then there is nothing left to do.
async function cancelQuietly(ctx: Ctx, bookingId: string): Promise<Booking | undefined> {
  try {
    return await cancel(ctx, bookingId, { reason: "cancelled by text" });
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return undefined;
  }
}

/** Keeps what the customer said about themselves where the contact has nothing yet. */
async function learn(ctx: Ctx, contactId: string, action: Action & { kind: "book" }): Promise<void> {
  const contact = await findContact(ctx, contactId);
  if (!contact) return;
  const [first, ...rest] = (action.name ?? "").trim().split(/\s+/);
  const named = first && nameOf(contact) === undefined;
  const values = {
    ...(named ? { first_name: first, last_name: rest.join(" ") || null } : {}),
    ...(action.email && !contact.email ? { email: action.email } : {}),
    ...(action.address && !contact.address_line1 ? { address_line1: action.address } : {}),
    ...(action.postcode && !contact.postal_code ? { postal_code: action.postcode } : {}),
  };
  if (Object.keys(values).length > 0) await updateContact(ctx, contact, values);
}

async function moveOn(ctx: Ctx, snapshot: Snapshot, reply: Reply): Promise<void> {
  // A guard may have moved the conversation while the text was handed over (closed for the night, a robot).
  const conversation = await findConversation(ctx, snapshot.conversation.id);
  if (!conversation || conversation.state !== snapshot.conversation.state) return;
  const done = reply.actions.at(-1)?.kind;
  let state: ConversationState = conversation.state;
  if (done === "book" || done === "move") state = "scheduled";
  if (done === "cancel") {
    const left = conversation.contact_id ? await upcomingBookingsOf(ctx, conversation.contact_id) : [];
    state = left.length > 0 ? "scheduled" : "ai_active";
  }
  const reasons = { book: "booked", move: "moved", cancel: "cancelled" } as const;
  if (done) await setConversationState(ctx, conversation, state, reasons[done]);
  if (state !== "ai_active") return;
  const { settings } = await workspaceOf(ctx);
  const startAt = new Date(ctx.now.getTime() + settings.ai_inactivity_minutes * 60_000);
  ctx.enqueue(
    abandonConversation,
    { conversationId: conversation.id, position: snapshot.position },
    { startAt },
  );
}

async function escalate(ctx: Ctx, { conversation, leadId, turn }: Snapshot, reply: Reply): Promise<void> {
  const reason = reply.reason ?? "the receptionist needs a person";
  const current = await findConversation(ctx, conversation.id);
  if (current) await setConversationState(ctx, current, "escalated", reason);
  if (leadId) await addLeadEvent(ctx, leadId, { type: "escalated", summary: `Needs a person: ${reason}` });
  const number = await findNumber(ctx, conversation.phone_number_id);
  const contact = conversation.contact_id ? await findContact(ctx, conversation.contact_id) : undefined;
  if (!number) return;
  const said = turn.messages
    .filter(({ role }) => role === "user")
    .slice(-3)
    .map(({ text }) => text)
    .join(" / ");
  const service = turn.business.services.find(({ id }) => id === reply.memo.serviceId)?.name;
  const about = service ? ` About: ${service}.` : "";
  const start = reply.urgent ? "URGENT. " : "";
  await tellOwner(
    ctx,
    number,
    `${start}${callerText(contact, conversation.customer_e164)} needs you: ${reason}.${about} They wrote: ${quoted(said)} ${await answerWith(ctx, conversation)}, AI behind it hands it back.`,
  );
}
