import type { Ctx } from "../../../kernel/context.ts";
import type { Contact } from "../../crm/contacts/contact.ts";
import { openConversation, setConversationState } from "../../messaging/conversations/conversations.store.ts";
import { sendText } from "../../messaging/messages/send-text.ts";
import type { PhoneNumber } from "../../phone/numbers/number.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import type { Lead } from "../leads/lead.ts";
import { addLeadEvent } from "../leads/leads.store.ts";
import { openDialogue, updateDialogue } from "./dialogue.store.ts";
import { callerText, optedOutNote, tellOwner } from "./owner.ts";

/** States in which somebody is talking already: another missed call changes nothing about who. */
const underWay = ["owner_window", "ai_active", "human_active", "escalated"];

const landlineNote = "Their number is a landline, which takes no texts. Please call them.";

/** The text back after a missed call, guarded like every text; the owner is told. Answers what became of the text. */
export async function followUpMissedCall(
  ctx: Ctx,
  {
    lead,
    contact,
    number,
    customerE164,
  }: { lead: Lead; contact: Contact; number: PhoneNumber; customerE164: string },
): Promise<"queued" | "suppressed" | "held"> {
  const workspace = await workspaceOf(ctx);
  let conversation = await openConversation(ctx, {
    contactId: contact.id,
    phoneNumberId: number.id,
    customerE164,
  });
  await openDialogue(ctx, conversation.id);
  await updateDialogue(ctx, conversation.id, { lead_id: lead.id });
  const talking = underWay.includes(conversation.state);
  if (!talking)
    conversation = await setConversationState(ctx, conversation, "missed_detected", "missed_call");
  const sent = await sendText(ctx, {
    to: customerE164,
    body: workspace.settings.text_back.template.replaceAll("{business}", workspace.name),
    purpose: "text_back",
    sender: "system",
    contactId: contact.id,
    conversationId: conversation.id,
    phoneNumberId: number.id,
  });
  const texted = sent.status === "queued";
  await addLeadEvent(ctx, lead.id, {
    type: texted ? "texted_back" : "text_back_withheld",
    summary: texted ? "Texted back" : `No text back: ${sent.reason ?? sent.status}`,
    details: sent.reason ? { reason: sent.reason } : {},
  });
  if (texted && !talking) await setConversationState(ctx, conversation, "texted", "text_back");
  const withheld =
    sent.reason === "opted_out" ? optedOutNote : sent.reason === "landline" ? landlineNote : undefined;
  const ending = texted ? "We texted them back." : (withheld ?? "No text was sent back.");
  await tellOwner(ctx, number, `Missed call from ${callerText(contact, customerE164)}. ${ending}`);
  return sent.status;
}
