import { Type } from "typebox";
import { conflict, missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { deliverMessage } from "../messages/deliver-message.ts";
import { announce, lockMessage, updateMessage } from "../messages/messages.store.ts";
import { MessageRecord, presentMessage } from "../messages/present-message.ts";

export const releaseSmsMessage = operation({
  name: "release_sms_message",
  surface: workspaceApi,
  section: "SMS",
  route: "POST /sms/messages/:id/release",
  scopes: ["sms:send"],
  effect: "write",
  noun: "sms_message",
  summary: "Send a text that was held for a person.",
  description:
    "What held it back no longer counts, because a person decided; an opt-out still does, when the text is about to leave.",
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: MessageRecord,
  errors: [conflict],
  async run(ctx, { id }) {
    const before = await lockMessage(ctx, id);
    if (!before) throw missing("sms message", id);
    if (before.status !== "held") {
      throw conflict(`The message is ${before.status}, not held.`, {
        fix: "Only held messages can be released.",
      });
    }
    const after = await updateMessage(ctx, before, {
      status: "queued",
      status_reason: "released",
      send_at: ctx.now,
    });
    ctx.changed({ noun: "sms_message", id, before: { status: "held" }, after: { status: "queued" } });
    announce(ctx, after, "message.queued");
    ctx.enqueue(deliverMessage, { messageId: id, lane: after.lane });
    return presentMessage(after) as never;
  },
});
