/**
 * One turn of the conversation loop, in three steps: read what is known (a transaction), find the reply (none: a model
 * may take its time), then act, send and remember together (a transaction). Should the job die anywhere, running it again
 * finds the turn either unanswered or done.
 */
import type { Ctx } from "../../../kernel/context.ts";
import { OperationError } from "../../../kernel/errors.ts";
import type { JobCtx } from "../../../kernel/jobs.ts";
import { upcomingBookingsOf } from "../../calendar/bookings/bookings.store.ts";
import { openSlotsFor } from "../../calendar/bookings/slots-for.ts";
import { findService } from "../../calendar/services/services.store.ts";
import { findContact } from "../../crm/contacts/contacts.store.ts";
import { lockConversation, setConversationState } from "../../messaging/conversations/conversations.store.ts";
import type { Conversation } from "../../messaging/conversations/conversation.ts";
import type { Message } from "../../messaging/messages/message.ts";
import { latestMessages } from "../../messaging/messages/messages.store.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import { businessOf } from "./business-of.ts";
import { carryOut } from "./carry-out.ts";
import { openDialogue } from "./dialogue.store.ts";
import { replyToCustomer } from "./jobs.ts";
import type { Memo } from "./memo.ts";
import { nameOf } from "./owner.ts";
import { readProof, withProof } from "./proof.ts";
import { respond } from "./respond.ts";
import type { ComingBooking, Reply, Slots, Spoken, Turn } from "./turn.ts";

const historyLength = 40;
const attempts = 4;

/** A turn as read from the database, with what tells whether it is still the same when the reply is there. */
export type Snapshot = { turn: Turn; position: number; conversation: Conversation; leadId: string | null };

type Look = Snapshot | "done" | "wait";

/** Answers all that waits in a conversation; `quietSeconds` is how long the customer must have paused. */
export async function answerCustomer(
  one: JobCtx,
  conversationId: string,
  quietSeconds: number,
): Promise<void> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const snapshot = await one.transaction((ctx) => look(ctx, conversationId, quietSeconds));
    if (snapshot === "done" || snapshot === "wait") return;
    const { turn, shown } = readProof({ ...snapshot.turn, slots: slotsOf(one) });
    const found = await respond(turn, one.app.ports.languageModel, one.log, one.signal);
    const reply = withProof(turn, found, shown);
    const outcome = await settle(one, snapshot, reply, attempt === attempts);
    if (outcome === "done") return;
  }
}

async function settle(
  one: JobCtx,
  snapshot: Snapshot,
  reply: Reply,
  lastTry: boolean,
): Promise<"done" | "again"> {
  try {
    return await one.transaction(async (ctx) => {
      const now = await look(ctx, snapshot.conversation.id, 0);
      if (now === "done" || now === "wait") return "done";
      // The customer wrote on while the reply was found: it is found anew for all of it.
      if (now.position !== snapshot.position && !lastTry) return "again";
      await carryOut(ctx, snapshot, reply);
      return "done";
    });
  } catch (error) {
    // The slot or the booking changed hands in between: the next round sees what is so now.
    if (!(error instanceof OperationError)) throw error;
    if (!lastTry) return "again";
    await one.transaction((ctx) => carryOut(ctx, snapshot, handedOver(reply)));
    return "done";
  }
}

function handedOver(reply: Reply): Reply {
  return {
    ...reply,
    reply: "Sorry, that did not work on our side. I've passed this on, and a person will get back to you.",
    intent: "ESCALATE",
    suggestedSlots: [],
    escalate: true,
    reason: "what the customer agreed to could not be done",
    actions: [],
  };
}

async function look(ctx: Ctx, conversationId: string, quietSeconds: number): Promise<Look> {
  const conversation = await lockConversation(ctx, conversationId);
  if (!conversation || !["ai_active", "scheduled"].includes(conversation.state)) return "done";
  const dialogue = await openDialogue(ctx, conversationId);
  const messages = (await latestMessages(ctx, conversationId, historyLength)).toReversed().filter(wasSaid);
  const newest = messages.findLast(({ direction }) => direction === "in");
  if (!newest || newest.position <= (dialogue.answered_position ?? 0)) return "done";
  const last = messages.at(-1);
  if (last?.sender === "employee" && last.position > newest.position) {
    await setConversationState(ctx, conversation, "human_active", "employee_wrote");
    return "done";
  }
  const quietAt = new Date(newest.created_at.getTime() + quietSeconds * 1000);
  if (ctx.now < quietAt) {
    // Clocks of two machines never agree quite: a job that comes early comes again.
    ctx.enqueue(replyToCustomer, { conversationId }, { startAt: quietAt });
    return "wait";
  }
  const turn = await turnOf(ctx, conversation, dialogue.memo, messages, dialogue.answered_position ?? 0);
  return { turn, position: newest.position, conversation, leadId: dialogue.lead_id };
}

/** What the customer may have seen: texts that were dropped or are kept back were never said. */
function wasSaid({ status, purpose }: Message): boolean {
  return !["held", "cancelled", "failed", "undelivered"].includes(status) && purpose !== "keyword";
}

async function turnOf(
  ctx: Ctx,
  conversation: Conversation,
  memo: Partial<Memo>,
  messages: Message[],
  answered: number,
): Promise<Turn> {
  const workspace = await workspaceOf(ctx);
  const contact = conversation.contact_id ? await findContact(ctx, conversation.contact_id) : undefined;
  const bookings = contact ? await upcomingBookingsOf(ctx, contact.id) : [];
  const name = contact ? nameOf(contact) : undefined;
  const { confirmation } = workspace.settings.booking_messages;
  return {
    messages: inTurn(messages, answered),
    business: await businessOf(ctx, workspace),
    policy: {
      discloseAi: workspace.settings.receptionist.disclose_ai,
      priceRangesOnly: true,
      canOfferSlots: true,
      canText: true,
      canBook: true,
      provesItself: true,
      confirmsByText: confirmation.enabled && confirmation.channels.includes("sms"),
    },
    bookings: bookings.map((booking): ComingBooking => ({
      id: booking.id,
      serviceId: booking.event_type_id ?? undefined,
      title: booking.title,
      startsAt: booking.starts_at,
      endsAt: booking.ends_at,
    })),
    customer: {
      ...(name ? { name } : {}),
      ...(contact?.address_line1 ? { address: contact.address_line1 } : {}),
      ...(contact?.postal_code ? { postcode: contact.postal_code } : {}),
    },
    ...(Object.keys(memo).length > 0 ? { memo: memo as Memo } : {}),
    now: ctx.now,
    slots: () => Promise.resolve([]),
  };
}

// Confirmations and reminders may have gone out after the customer wrote; what waits for an answer still comes last.
function inTurn(messages: Message[], answered: number): Spoken[] {
  const waits = (message: Message) => message.direction === "in" && message.position > answered;
  const ordered = [...messages.filter((one) => !waits(one)), ...messages.filter(waits)];
  return ordered.map(({ direction, body, created_at }) => ({
    role: direction === "in" ? "user" : "assistant",
    text: body,
    at: created_at,
  }));
}

function slotsOf(one: JobCtx): Slots {
  return ({ serviceId, from, to, exceptBookingId }) =>
    one.transaction(async (ctx) => {
      const service = await findService(ctx, { id: serviceId });
      if (!service) return [];
      const query = { service, from, to, ...(exceptBookingId ? { excludeBookingId: exceptBookingId } : {}) };
      const slots = await openSlotsFor(ctx, query);
      return slots.map(({ startsAt, endsAt }) => ({ startsAt, endsAt }));
    });
}
