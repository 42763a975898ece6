import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { missing, notFound, validationError } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { privateBookings } from "../../../surfaces/private-bookings.ts";
import { upcomingBookingsOf } from "../../calendar/bookings/bookings.store.ts";
import { findContact } from "../../crm/contacts/contacts.store.ts";
import { findConversation } from "../../messaging/conversations/conversations.store.ts";
import type { Conversation } from "../../messaging/conversations/conversation.ts";
import { latestMessages } from "../../messaging/messages/messages.store.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import { dialogueOfLead, findDialogue } from "../dialogue/dialogue.store.ts";
import { momentText } from "../dialogue/moments.ts";
import { nameOf, quoted } from "../dialogue/owner.ts";
import { findLead, latestLeadOf, timelineOf } from "../leads/leads.store.ts";
import type { Lead } from "../leads/lead.ts";
import { nextAction } from "./next-action.ts";

const nullable = () => Type.Union([Type.String(), Type.Null()]);

export const getConversationSummary = operation({
  name: "get_conversation_summary",
  surface: privateBookings,
  section: "Conversations",
  route: "GET /conversations/:leadId/summary",
  scopes: ["READ_BOOKINGS"],
  effect: "read",
  noun: "conversation",
  summary: "Where a customer's conversation stands and what comes next.",
  description: "Takes the id of a lead or of a conversation. Reads only.",
  errors: [validationError, notFound],
  input: Type.Object(
    { leadId: Type.String({ format: "uuid", description: "A lead's id, or a conversation's." }) },
    { additionalProperties: false },
  ),
  output: Type.Object({
    leadId: nullable(),
    conversationId: nullable(),
    status: Type.Union([Type.String(), Type.Null()], {
      description: "The lead's status: Active, Booked, Won or Lost.",
    }),
    conversationState: nullable(),
    summary: Type.String(),
    nextAction: Type.Object({ code: Type.String(), guidance: Type.String() }),
    lastMessageAt: nullable(),
  }),
  async run(ctx, { leadId: id }) {
    const { lead, conversation } = await find(ctx, id);
    const workspace = await workspaceOf(ctx);
    const contactId = lead?.contact_id ?? conversation?.contact_id ?? undefined;
    const contact = contactId ? await findContact(ctx, contactId) : undefined;
    const bookings = contactId ? await upcomingBookingsOf(ctx, contactId) : [];
    const coming = bookings.map(
      ({ title, starts_at }) => `${title} on ${momentText(starts_at, workspace.timeZone)}`,
    );
    const messages = conversation ? await latestMessages(ctx, conversation.id, 40) : [];
    const said = messages.find(({ direction }) => direction === "in");
    const answer = messages.find(({ direction, status }) => direction === "out" && status !== "held");
    const events = lead ? await timelineOf(ctx, lead.id) : [];
    const who =
      (contact && nameOf(contact)) ?? lead?.customer_e164 ?? conversation?.customer_e164 ?? "The customer";
    const parts = [
      `${who} ${lead?.source === "missed_call" ? "rang and was not answered" : "wrote"}${lead ? ` on ${momentText(lead.created_at, workspace.timeZone)}` : ""}.`,
      said ? `Last said: ${quoted(said.body)}.` : "Has not written.",
      answer ? `Last told (by ${answer.sender}): ${quoted(answer.body)}.` : "",
      coming.length > 0 ? `Booked: ${coming.join("; ")}.` : "Nothing is booked.",
      events.length > 0 ? `${events.length} events so far, last: ${events.at(-1)?.summary}.` : "",
    ];
    return {
      leadId: lead?.id ?? null,
      conversationId: conversation?.id ?? null,
      status: lead?.status ?? null,
      conversationState: conversation?.state ?? null,
      summary: parts.filter((part) => part !== "").join(" "),
      nextAction: nextAction(
        lead?.status,
        conversation?.state,
        conversation?.state_reason ?? undefined,
        coming[0],
      ),
      lastMessageAt: conversation?.last_message_at.toISOString() ?? null,
    };
  },
});

async function find(
  ctx: Ctx,
  id: string,
): Promise<{ lead: Lead | undefined; conversation: Conversation | undefined }> {
  const lead = await findLead(ctx, id);
  if (lead) {
    const dialogue = await dialogueOfLead(ctx, lead.id);
    return { lead, conversation: dialogue && (await findConversation(ctx, dialogue.conversation_id)) };
  }
  const conversation = await findConversation(ctx, id);
  if (!conversation) throw missing("lead or conversation", id);
  const leadId = (await findDialogue(ctx, id))?.lead_id;
  const named = leadId ? await findLead(ctx, leadId) : undefined;
  const latest = conversation.contact_id ? await latestLeadOf(ctx, conversation.contact_id) : undefined;
  return { lead: named ?? latest, conversation };
}
