import { job } from "../../../kernel/jobs.ts";
import { lockConversation, setConversationState } from "../../messaging/conversations/conversations.store.ts";
import { latestMessages } from "../../messaging/messages/messages.store.ts";
import { addLeadEvent } from "../leads/leads.store.ts";
import { answerCustomer } from "./answer-customer.ts";
import { findDialogue } from "./dialogue.store.ts";

/** Several texts sent one after the other are answered together: the reply waits this long for the next one. */
export const debounceSeconds = 3;

/** The owner's window is over: the receptionist takes the conversation and answers all that waits. */
export const openAiTurn = job<{ conversationId: string; endsAt: string }>({
  name: "open-ai-turn",
  async run(one, { conversationId, endsAt }) {
    const opened = await one.transaction(async (ctx) => {
      const conversation = await lockConversation(ctx, conversationId);
      const dialogue = await findDialogue(ctx, conversationId);
      // Answered by the owner, or a later window: not ours to open.
      const mine = dialogue?.owner_window_ends_at?.toISOString() === endsAt;
      if (!conversation || !mine) return false;
      if (conversation.state === "ai_active") return true;
      if (conversation.state !== "owner_window") return false;
      await setConversationState(ctx, conversation, "ai_active", "owner_silent");
      if (dialogue.lead_id) {
        await addLeadEvent(ctx, dialogue.lead_id, {
          type: "ai_active",
          summary: "The owner did not answer; the receptionist took over",
        });
      }
      return true;
    });
    if (opened) await answerCustomer(one, conversationId, 0);
  },
});

/** Answers what a customer wrote since our last reply; does nothing when that has been answered. */
export const replyToCustomer = job<{ conversationId: string }>({
  name: "reply-to-customer",
  expireSeconds: 180,
  async run(one, { conversationId }) {
    await answerCustomer(one, conversationId, debounceSeconds);
  },
});

/** The customer went quiet in the middle of it: the receptionist lets go and sends nothing. */
export const abandonConversation = job<{ conversationId: string; position: number }>({
  name: "abandon-conversation",
  async run(one, { conversationId, position }) {
    await one.transaction(async (ctx) => {
      const conversation = await lockConversation(ctx, conversationId);
      if (conversation?.state !== "ai_active") return;
      const inbound = (await latestMessages(ctx, conversationId, 20)).find(
        ({ direction }) => direction === "in",
      );
      if (inbound && inbound.position > position) return;
      await setConversationState(ctx, conversation, "abandoned", "customer_silent");
      const dialogue = await findDialogue(ctx, conversationId);
      if (dialogue?.lead_id) {
        await addLeadEvent(ctx, dialogue.lead_id, { type: "abandoned", summary: "The customer went quiet" });
      }
    });
  },
});
