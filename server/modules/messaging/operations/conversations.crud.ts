import { Type } from "typebox";
import { crud } from "../../../kernel/crud.ts";
import { missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { findConversation } from "../conversations/conversations.store.ts";
import { conversationStates } from "../conversations/conversation.ts";
import {
  ConversationDetails,
  ConversationRecord,
  presentConversations,
  presentDetails,
} from "../conversations/present-conversations.ts";

const id = () => Type.String({ format: "uuid" });

const resource = crud({
  noun: "sms_conversation",
  plural: "sms_conversations",
  table: "sms_conversations",
  surface: workspaceApi,
  section: "SMS",
  path: "/sms/conversations",
  scopes: { read: ["sms:read"], write: ["sms:write"] },
  record: ConversationRecord,
  sort: { column: "last_message_at", direction: "desc", kind: "timestamp" },
  summaries: { list: "List SMS conversations, the latest first, with the team members involved." },
  preloaded: true,
  present: (ctx, rows) => presentConversations(ctx, rows),
  filters: {
    status: {
      schema: Type.Union([Type.Literal("active"), Type.Literal("archived")]),
      where: (query, value: string) => query.where("status", "=", value),
    },
    state: {
      schema: Type.Union(conversationStates.map((state) => Type.Literal(state))),
      where: (query, value: string) => query.where("state", "=", value),
    },
    contact_id: { schema: id(), where: (query, value: string) => query.where("contact_id", "=", value) },
    phone_number_id: {
      schema: id(),
      where: (query, value: string) => query.where("phone_number_id", "=", value),
    },
    unread: {
      schema: Type.Boolean({
        description: "true: only those with unread messages; false: only the read ones.",
      }),
      where: (query, value: boolean) => query.where("unread_count", value ? ">" : "=", 0),
    },
  },
});

export const listSmsConversations = resource.list;

export const getSmsConversation = operation({
  name: "get_sms_conversation",
  surface: workspaceApi,
  section: "SMS",
  route: "GET /sms/conversations/:id",
  scopes: ["sms:read"],
  effect: "read",
  noun: "sms_conversation",
  preloaded: true,
  summary: "Get a conversation with the team members involved and what it is linked to.",
  input: Type.Object({ id: id() }, { additionalProperties: false }),
  output: ConversationDetails,
  async run(ctx, input) {
    const conversation = await findConversation(ctx, input.id);
    if (!conversation) throw missing("sms conversation", input.id);
    return (await presentDetails(ctx, conversation)) as never;
  },
});
