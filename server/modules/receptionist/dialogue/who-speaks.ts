import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { missing, notFound } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { lockConversation, setConversationState } from "../../messaging/conversations/conversations.store.ts";
import type { Conversation } from "../../messaging/conversations/conversation.ts";
import { ConversationDetails, presentDetails } from "../../messaging/conversations/present-conversations.ts";
import { cancelWaiting } from "../../messaging/messages/messages.store.ts";
import { handBack } from "./hand-over.ts";

const shared = {
  surface: workspaceApi,
  section: "SMS",
  scopes: ["sms:write"],
  effect: "write",
  noun: "sms_conversation",
  errors: [notFound],
  input: Type.Object(
    { id: Type.String({ format: "uuid", description: "The conversation." }) },
    { additionalProperties: false },
  ),
  output: ConversationDetails,
} as const;

export const takeOverConversation = operation({
  ...shared,
  name: "take_over_conversation",
  route: "POST /sms/conversations/:id/take-over",
  summary: "A person takes the conversation over: the receptionist falls silent.",
  description:
    "Replies of the receptionist that have not left yet are cancelled. Repeating it changes nothing.",
  async run(ctx, { id }) {
    const before = await locked(ctx, id);
    await cancelWaiting(ctx, id, ["reply", "notice"], "taken_over");
    const after = await setConversationState(ctx, before, "human_active", "taken_over");
    return (await presentDetails(ctx, after)) as never;
  },
});

export const handBackConversation = operation({
  ...shared,
  name: "hand_back_conversation",
  route: "POST /sms/conversations/:id/hand-back",
  summary: "Hand a conversation back to the receptionist, which answers what still waits.",
  description: "Also clears the suspicion that the other side is a machine. Repeating it changes nothing.",
  async run(ctx, { id }) {
    const before = await locked(ctx, id);
    return (await presentDetails(ctx, await handBack(ctx, before, "console"))) as never;
  },
});

async function locked(ctx: Ctx, id: string): Promise<Conversation> {
  const conversation = await lockConversation(ctx, id);
  if (!conversation) throw missing("sms conversation", id);
  return conversation;
}
