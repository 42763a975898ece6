import { Type } from "typebox";
import { missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { lockConversation, updateConversation } from "../conversations/conversations.store.ts";
import { ConversationDetails, presentDetails } from "../conversations/present-conversations.ts";

export const updateSmsConversation = operation({
  name: "update_sms_conversation",
  surface: workspaceApi,
  section: "SMS",
  route: "PATCH /sms/conversations/:id",
  scopes: ["sms:write"],
  effect: "write",
  noun: "sms_conversation",
  summary: "Mark a conversation read (unread_count 0), archive it or take it back.",
  input: Type.Object(
    {
      id: Type.String({ format: "uuid" }),
      unread_count: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 0,
          description: "0 marks it read. The count itself is of what came in; it cannot be set.",
        }),
      ),
      status: Type.Optional(Type.Union([Type.Literal("active"), Type.Literal("archived")])),
    },
    { additionalProperties: false },
  ),
  output: ConversationDetails,
  async run(ctx, { id, unread_count, status }) {
    const before = await lockConversation(ctx, id);
    if (!before) throw missing("sms conversation", id);
    const after = await updateConversation(ctx, before, {
      ...(unread_count === undefined ? {} : { unread_count }),
      ...(status === undefined ? {} : { status }),
    });
    ctx.changed({ noun: "sms_conversation", id, before, after });
    ctx.emit({ type: "conversation.updated", noun: "sms_conversation", recordId: id, payload: { id } });
    return (await presentDetails(ctx, after)) as never;
  },
});
