import { Type } from "typebox";
import { conflict, invalidField, missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { parsePhone } from "../../../phones.ts";
import { mustHaveRoom } from "../../../kernel/waiting.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { defaultNumber, findNumber } from "../../phone/numbers/numbers.store.ts";
import { lockConversation, setConversationState } from "../conversations/conversations.store.ts";
import { memberOf } from "../conversations/member-of.ts";
import { leavingMessages } from "../messages/messages.store.ts";
import { sendText } from "../messages/send-text.ts";

/** Of one workspace, those that the program owes among them. */
const mostLeaving = 5_000;

const nullable = () => Type.Union([Type.String(), Type.Null()]);

export const sendSms = operation({
  name: "send_sms",
  surface: workspaceApi,
  section: "SMS",
  route: "POST /sms/send",
  scopes: ["sms:send"],
  effect: "write",
  noun: "sms_message",
  preloaded: true,
  summary: "Send a text as a person of the business.",
  description:
    "Somebody who opted out is not texted: the answer is 200 with status suppressed, and nothing appears in the thread. Sending takes the conversation over: the receptionist is silent until it is handed back.",
  input: Type.Object(
    {
      to_number: Type.String({ maxLength: 40, description: "Recipient, E.164." }),
      message: Type.String({ minLength: 1, maxLength: 1600, description: "The text." }),
      phone_number_id: Type.Optional(
        Type.String({ format: "uuid", description: "Sender; the company's default when left out." }),
      ),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    status: Type.Union([Type.Literal("queued"), Type.Literal("suppressed")]),
    reason: nullable(),
    message_id: nullable(),
    conversation_id: nullable(),
    from_number: nullable(),
  }),
  errors: [conflict],
  example: { input: { to_number: "+61412345678", message: "We are on our way." } },
  async run(ctx, { to_number: to, message, phone_number_id: numberId }) {
    if (!/^\+[1-9]\d{6,14}$/.test(to) || !parsePhone(to)) {
      throw invalidField("to_number", "is not a number in E.164", "Send to_number such as +61412345678.");
    }
    if (message.trim() === "")
      throw invalidField("message", "may not be empty", "Send the words of the text.");
    const number = numberId ? await findNumber(ctx, numberId) : await defaultNumber(ctx);
    if (!number && numberId) throw missing("phone number", numberId);
    if (!number) {
      throw conflict("The business has no phone number to send from.", { fix: "Add a phone number first." });
    }
    await mustHaveRoom(ctx, leavingMessages(ctx), {
      what: "texts to be sent",
      most: mostLeaving,
      fix: "Wait until some of them have left, then send the request again.",
    });
    const memberId = await memberOf(ctx);
    const answer = await sendText(ctx, {
      to,
      body: message,
      purpose: "manual",
      sender: "employee",
      phoneNumberId: number.id,
      memberId,
    });
    const left = answer.status === "queued";
    if (left && answer.conversationId) {
      const conversation = await lockConversation(ctx, answer.conversationId);
      if (conversation) await setConversationState(ctx, conversation, "human_active", "sent_by_person");
    }
    return {
      status: left ? ("queued" as const) : ("suppressed" as const),
      reason: answer.reason ?? null,
      message_id: answer.messageId ?? null,
      conversation_id: left ? (answer.conversationId ?? null) : null,
      from_number: number.e164,
    };
  },
});
