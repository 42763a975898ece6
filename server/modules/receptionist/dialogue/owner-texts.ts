/**
 * The owner answers customers from their own phone by texting the business number:
 * - "On my way" goes to the customer who waits (in the owner's window), else to the last one a person talks with;
 * - "0123: On my way" or "0123 On my way" goes to the customer whose number ends in 0123;
 * - "AI" or "back to AI" (or "0123 AI") hands the conversation back to the receptionist.
 */
import type { Ctx } from "../../../kernel/context.ts";
import { findContact } from "../../crm/contacts/contacts.store.ts";
import { setConversationState } from "../../messaging/conversations/conversations.store.ts";
import type { Conversation, ConversationState } from "../../messaging/conversations/conversation.ts";
import { cancelWaiting } from "../../messaging/messages/messages.store.ts";
import { sendText } from "../../messaging/messages/send-text.ts";
import type { PhoneNumber } from "../../phone/numbers/number.ts";
import { addLeadEvent } from "../leads/leads.store.ts";
import { findDialogue } from "./dialogue.store.ts";
import { handBack } from "./hand-over.ts";
import { callerText, tellOwner } from "./owner.ts";

const PREFIX = /^\s*#?(?:\+?\d{0,11})?(\d{4})\b\s*[:,-]?\s*/;
const HAND_BACK =
  /^(?:(?:hand |give |over )?(?:it )?(?:back )?(?:over )?(?:to )?(?:the )?(?:ai|bot|receptionist))[.! ]*$/i;

/** Whose turn it is to be answered comes first. */
const ranks: ConversationState[] = [
  "owner_window",
  "human_active",
  "escalated",
  "ai_active",
  "scheduled",
  "texted",
  "abandoned",
];

export async function onOwnerText(
  ctx: Ctx,
  { number, body }: { number: PhoneNumber; body: string },
): Promise<void> {
  const threads = await openThreads(ctx, number);
  const prefix = PREFIX.exec(body);
  const named = prefix
    ? threads.find(({ customer_e164 }) => customer_e164.endsWith(prefix[1] ?? "-"))
    : undefined;
  const text = (named && prefix ? body.slice(prefix[0].length) : body).trim();
  if (HAND_BACK.test(text)) {
    const thread =
      named ??
      threads.find(({ state }) => state !== "ai_active" && state !== "scheduled" && state !== "texted");
    return handBackByText(ctx, number, thread);
  }
  const thread = named ?? threads[0];
  if (!thread || text === "") {
    await tellOwner(ctx, number, "There is no customer to pass this on to right now.");
    return;
  }
  await answerCustomer(ctx, number, thread, text);
}

/** Threads of the number that may be answered, the most pressing first, the latest of equals first. */
async function openThreads(ctx: Ctx, number: PhoneNumber): Promise<Conversation[]> {
  const rows = (await ctx.db
    .from("sms_conversations")
    .selectAll()
    .where("phone_number_id", "=", number.id)
    .where("state", "in", ranks)
    .orderBy("last_inbound_at", (order) => order.desc().nullsLast())
    .orderBy("id", "desc")
    .limit(200)
    .execute()) as Conversation[];
  return rows.toSorted((a, b) => ranks.indexOf(a.state) - ranks.indexOf(b.state));
}

async function answerCustomer(
  ctx: Ctx,
  number: PhoneNumber,
  thread: Conversation,
  text: string,
): Promise<void> {
  const contact = thread.contact_id ? await findContact(ctx, thread.contact_id) : undefined;
  await cancelWaiting(ctx, thread.id, ["reply", "notice"], "taken_over");
  const taken = await setConversationState(ctx, thread, "human_active", "owner_replied");
  const sent = await sendText(ctx, {
    to: taken.customer_e164,
    body: text,
    purpose: "manual",
    sender: "employee",
    conversationId: taken.id,
    phoneNumberId: number.id,
    ...(taken.contact_id ? { contactId: taken.contact_id } : {}),
  });
  const dialogue = await findDialogue(ctx, taken.id);
  if (dialogue?.lead_id) {
    await addLeadEvent(ctx, dialogue.lead_id, { type: "owner_replied", summary: "The owner answered" });
  }
  if (sent.status === "queued") return;
  const who = callerText(contact, taken.customer_e164);
  await tellOwner(ctx, number, `Your text did not go to ${who}: ${sent.reason ?? sent.status}.`);
}

async function handBackByText(
  ctx: Ctx,
  number: PhoneNumber,
  thread: Conversation | undefined,
): Promise<void> {
  if (!thread) {
    await tellOwner(ctx, number, "There is no conversation to hand back right now.");
    return;
  }
  const contact = thread.contact_id ? await findContact(ctx, thread.contact_id) : undefined;
  await handBack(ctx, thread, "owner");
  await tellOwner(ctx, number, `The receptionist has ${callerText(contact, thread.customer_e164)} again.`);
}
