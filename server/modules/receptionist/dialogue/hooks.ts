/** What the telephony webhooks call, inside their own transaction. Nothing here waits for anybody: jobs do the talking. */
import type { Ctx } from "../../../kernel/context.ts";
import type { Contact } from "../../crm/contacts/contact.ts";
import { setConversationState } from "../../messaging/conversations/conversations.store.ts";
import type { Conversation } from "../../messaging/conversations/conversation.ts";
import type { Message } from "../../messaging/messages/message.ts";
import { wantsNoTexts } from "../../messaging/opt-outs/opt-outs.ts";
import type { PhoneNumber } from "../../phone/numbers/number.ts";
import { settingsOf } from "../../workspace/settings/settings.ts";
import { createLead as createLeadOperation } from "../leads/create-lead.ts";
import { isTerminal } from "../leads/lead.ts";
import type { Lead } from "../leads/lead.ts";
import { addLeadEvent, latestLeadOf } from "../leads/leads.store.ts";
import { createLead } from "../leads/leads.ts";
import { openDialogue, updateDialogue } from "./dialogue.store.ts";
import { debounceSeconds, openAiTurn, replyToCustomer } from "./jobs.ts";
import { answerWith } from "./owner-codes.ts";
import { callerText, optedOutNote, quoted, tellOwner } from "./owner.ts";

export { onOwnerText } from "./owner-texts.ts";

/** Nobody answered: a lead, a text back when the rules allow it, and the owner is told. */
export async function onMissedCall(
  ctx: Ctx,
  { number, fromE164, callSid }: { number: PhoneNumber; fromE164: string; callSid: string },
): Promise<void> {
  await ctx.run(createLeadOperation, {
    trackedPhoneNumber: { id: number.id },
    customerPhone: fromE164,
    event: { type: "missed_call", callSid },
  });
}

/** A customer wrote: the owner gets the chance to answer first, then the receptionist does. */
export async function onInboundText(
  ctx: Ctx,
  about: { number: PhoneNumber; conversation: Conversation; contact: Contact; message: Message },
): Promise<void> {
  const { number, conversation, contact, message } = about;
  await openDialogue(ctx, conversation.id);
  const lead = await leadFor(ctx, about);
  if (await wantsNoTexts(ctx, message.from_e164, contact)) {
    await setConversationState(ctx, conversation, "closed", "opted_out");
    await tellOwner(ctx, number, `${saidBy(contact, message)} ${optedOutNote}`);
    return;
  }
  if (!lead) {
    await tellOwner(
      ctx,
      number,
      `${saidBy(contact, message)} Their lead is closed, so nobody answers by itself.`,
    );
    return;
  }
  await updateDialogue(ctx, conversation.id, { lead_id: lead.id });
  const settings = await settingsOf(ctx);
  if (!settings.receptionist.enabled) {
    await setConversationState(ctx, conversation, "human_active", "receptionist_off");
    await tellOwner(ctx, number, `${saidBy(contact, message)} ${await answerWith(ctx, conversation)}.`);
    return;
  }
  switch (conversation.state) {
    case "ai_active":
    case "scheduled":
      ctx.enqueue(replyToCustomer, { conversationId: conversation.id }, { startAt: soon(ctx) });
      return;
    case "owner_window":
      await tellOwner(ctx, number, `${saidBy(contact, message)} ${await answerWith(ctx, conversation)}.`);
      return;
    case "human_active":
    case "escalated":
      await tellOwner(
        ctx,
        number,
        `${saidBy(contact, message)} ${await answerWith(ctx, conversation)}, AI behind it hands it over.`,
      );
      return;
    default:
      await openOwnerWindow(ctx, about, lead);
  }
}

function soon(ctx: Ctx): Date {
  return new Date(ctx.now.getTime() + debounceSeconds * 1000);
}

function saidBy(contact: Contact, message: Message): string {
  const shown = message.body === "" ? "sent a picture or file." : `wrote: ${quoted(message.body)}`;
  return `${callerText(contact, message.from_e164)} ${shown}`;
}

const restHours = 24;

/** The lead the text belongs to; none when theirs was won or lost within the day: that is the end of the same talk. */
async function leadFor(
  ctx: Ctx,
  { number, contact, message }: { number: PhoneNumber; contact: Contact; message: Message },
): Promise<Lead | undefined> {
  const latest = await latestLeadOf(ctx, contact.id);
  const endedAt = latest && isTerminal(latest.status) ? (latest.won_at ?? latest.lost_at) : undefined;
  if (latest && endedAt && ctx.now.getTime() - endedAt.getTime() < restHours * 3_600_000) {
    await addLeadEvent(ctx, latest.id, {
      type: "text_after_end",
      summary: "A text came after the lead was closed",
      dedupKey: `inbound_text:${message.provider_id ?? message.id}`,
    });
    return undefined;
  }
  const { lead } = await createLead(ctx, {
    contactId: contact.id,
    phoneNumberId: number.id,
    customerE164: message.from_e164,
    event: { kind: "inbound_text", providerId: message.provider_id ?? message.id },
  });
  return lead;
}

async function openOwnerWindow(
  ctx: Ctx,
  { number, conversation, contact, message }: Parameters<typeof onInboundText>[1],
  lead: Lead,
): Promise<void> {
  const seconds = Math.min(180, Math.max(30, number.owner_window_seconds));
  const told = await tellOwner(
    ctx,
    number,
    `${saidBy(contact, message)} ${await answerWith(ctx, conversation)} within ${seconds} s, or the receptionist will.`,
  );
  if (!told) {
    await setConversationState(ctx, conversation, "ai_active", "no_owner_to_ask");
    ctx.enqueue(replyToCustomer, { conversationId: conversation.id }, { startAt: soon(ctx) });
    return;
  }
  const endsAt = new Date(ctx.now.getTime() + seconds * 1000);
  await updateDialogue(ctx, conversation.id, { owner_window_ends_at: endsAt });
  await setConversationState(ctx, conversation, "owner_window", "customer_wrote");
  await addLeadEvent(ctx, lead.id, {
    type: "owner_window",
    summary: `The owner has ${seconds} s to answer`,
    details: { ends_at: endsAt.toISOString() },
  });
  ctx.enqueue(
    openAiTurn,
    { conversationId: conversation.id, endsAt: endsAt.toISOString() },
    { startAt: endsAt },
  );
}
