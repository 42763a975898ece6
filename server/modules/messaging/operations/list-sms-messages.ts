import { Type } from "typebox";
import { missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { keysetPage, pageOf, pagingInput } from "../../../kernel/pagination.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { findConversation } from "../conversations/conversations.store.ts";
import type { Message } from "../messages/message.ts";
import { MessageRecord, presentMessage } from "../messages/present-message.ts";

export const listSmsMessages = operation({
  name: "list_sms_messages",
  surface: workspaceApi,
  section: "SMS",
  route: "GET /sms/conversations/:id/messages",
  scopes: ["sms:read"],
  effect: "read",
  noun: "sms_message",
  shape: "list",
  preloaded: true,
  summary: "List the messages of a conversation, oldest first unless order says otherwise.",
  input: Type.Object(
    {
      id: Type.String({ format: "uuid", description: "The conversation." }),
      order: Type.Optional(Type.Union([Type.Literal("asc"), Type.Literal("desc")], { default: "asc" })),
      ...pagingInput(),
    },
    { additionalProperties: false },
  ),
  output: pageOf(MessageRecord),
  async run(ctx, input) {
    if (!(await findConversation(ctx, input.id))) throw missing("sms conversation", input.id);
    const query = ctx.db.from("sms_messages").selectAll().where("conversation_id", "=", input.id);
    const page = await keysetPage(
      query as never,
      "sms_messages",
      { column: "position", direction: input.order ?? "asc", kind: "number" },
      input,
    );
    return { ...page, rows: (page.rows as Message[]).map(presentMessage) } as never;
  },
});
