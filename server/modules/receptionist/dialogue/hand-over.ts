import type { Ctx } from "../../../kernel/context.ts";
import { job } from "../../../kernel/jobs.ts";
import type { Reaction } from "../../../kernel/operation.ts";
import {
  setConversationState,
  updateConversation,
} from "../../messaging/conversations/conversations.store.ts";
import type { Conversation } from "../../messaging/conversations/conversation.ts";
import { addLeadEvent } from "../leads/leads.store.ts";
import { answerCustomer } from "./answer-customer.ts";
import { openDialogue, updateDialogue } from "./dialogue.store.ts";

/** Gives a conversation back to the receptionist; the reaction below makes it answer what still waits. */
export async function handBack(ctx: Ctx, conversation: Conversation, by: string): Promise<Conversation> {
  const trusted = conversation.robot_suspected_at
    ? await updateConversation(ctx, conversation, { robot_suspected_at: null })
    : conversation;
  return setConversationState(ctx, trusted, "ai_active", `handed_back_by_${by}`);
}

/** After a hand-back, by text or on the console: what a person has answered is answered, the rest gets a reply. */
export const resumeConversation = job<{ conversationId: string }>({
  name: "resume-conversation",
  async run(one, { conversationId }) {
    await one.transaction(async (ctx) => {
      const dialogue = await openDialogue(ctx, conversationId);
      const answered = await answeredByPerson(ctx, conversationId);
      const { memo } = dialogue;
      await updateDialogue(ctx, conversationId, {
        memo: JSON.stringify(Object.keys(memo).length > 0 ? { ...memo, lost: 0, abuse: 0 } : {}),
        answered_position: Math.max(answered, dialogue.answered_position ?? 0),
      });
      if (dialogue.lead_id) {
        await addLeadEvent(ctx, dialogue.lead_id, {
          type: "handed_back",
          summary: "Handed back to the receptionist",
        });
      }
    });
    await answerCustomer(one, conversationId, 0);
  },
});

export const resumeAfterHandBack: Reaction = {
  on: "conversation.state_changed",
  job: resumeConversation as never,
  payload: ({ recordId, payload }) =>
    String(payload["reason"]).startsWith("handed_back") ? { conversationId: recordId } : undefined,
};

// What the customer wrote before a person's last text has been answered by that person.
async function answeredByPerson(ctx: Ctx, conversationId: string): Promise<number> {
  const row = await ctx.db
    .from("sms_messages")
    .select("position")
    .where("conversation_id", "=", conversationId)
    .where("sender", "=", "employee")
    .where("status", "not in", ["held", "cancelled", "failed", "undelivered"])
    .orderBy("position", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.position ?? 0;
}
