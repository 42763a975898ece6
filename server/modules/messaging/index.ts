import { module } from "../../kernel/operation.ts";
import { receiveTwilioSms } from "./inbound/receive-twilio-sms.ts";
import { receiveTwilioStatus } from "./inbound/receive-twilio-status.ts";
import { sendEmailJob } from "./email/queue-email.ts";
import { deliverMessage } from "./messages/deliver-message.ts";
import { getSmsConversation, listSmsConversations } from "./operations/conversations.crud.ts";
import { listGuardDecisions } from "./operations/list-guard-decisions.ts";
import { listOptOuts } from "./operations/list-opt-outs.ts";
import { listSmsMessages } from "./operations/list-sms-messages.ts";
import { markSmsConversationsRead } from "./operations/mark-sms-conversations-read.ts";
import { releaseSmsMessage } from "./operations/release-sms-message.ts";
import { sendSms } from "./operations/send-sms.ts";
import { updateSmsConversation } from "./operations/update-sms-conversation.ts";
import { traces } from "../../kernel/row-kinds.ts";

export const messaging = module({
  name: "messaging",
  operations: [
    listSmsConversations,
    getSmsConversation,
    listSmsMessages,
    sendSms,
    updateSmsConversation,
    markSmsConversationsRead,
    releaseSmsMessage,
    listGuardDecisions,
    listOptOuts,
    receiveTwilioSms,
    receiveTwilioStatus,
  ],
  rows: traces("sms_conversations", "sms_messages", "guard_decisions", "email_logs"),
  jobs: [deliverMessage, sendEmailJob],
  sweeps: [{ table: "unproven_sends", column: "sent_at", keepMs: 7 * 24 * 60 * 60 * 1000 }],
});
