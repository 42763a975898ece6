import { Type } from "typebox";
import { invalidField } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";

export const markSmsConversationsRead = operation({
  name: "mark_sms_conversations_read",
  surface: workspaceApi,
  section: "SMS",
  route: "POST /sms/conversations/mark-read",
  scopes: ["sms:write"],
  effect: "write",
  noun: "sms_conversation",
  summary: "Mark conversations read: those named, or all of them.",
  description:
    "Send conversation_ids or all: true, not both. Answers how many were unread and are not any more.",
  input: Type.Object(
    {
      conversation_ids: Type.Optional(
        Type.Array(Type.String({ format: "uuid" }), { maxItems: 100, description: "At most 100." }),
      ),
      all: Type.Optional(Type.Boolean({ description: "true marks every unread conversation." })),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({ updated: Type.Integer() }),
  async run(ctx, { conversation_ids: ids, all }) {
    if (ids !== undefined && all === true) {
      throw invalidField("all", "cannot be combined with conversation_ids", "Send one of the two.");
    }
    if (ids === undefined && all !== true) {
      throw invalidField(
        "conversation_ids",
        "is required unless all is true",
        "Send conversation_ids or all: true.",
      );
    }
    if (ids?.length === 0) return { updated: 0 };
    let query = ctx.db
      .update("sms_conversations")
      .set({ unread_count: 0, updated_at: ctx.now })
      .where("unread_count", ">", 0);
    if (ids) query = query.where("id", "in", ids);
    const rows = await query.returning("id").execute();
    for (const { id } of rows) {
      ctx.changed({ noun: "sms_conversation", id, action: "marked_read" });
      ctx.emit({ type: "conversation.updated", noun: "sms_conversation", recordId: id, payload: { id } });
    }
    return { updated: rows.length };
  },
});
