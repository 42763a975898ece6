/** The API's records under the names the page has for them; all from the generated client. */
import type {
  Lead as ApiLead,
  ListGuardDecisionsOutput,
  ListScheduledMessagesOutput,
  ListSmsConversationsOutput,
  SmsMessage,
} from "../../../sdk/client.ts";

export type { Booking } from "../../../sdk/client.ts";

export type Conversation = ListSmsConversationsOutput["data"][number];
export type ConversationState = Conversation["state"];
export type Message = SmsMessage;
export type Lead = ApiLead;
export type LeadEvent = Lead["timeline"][number];
export type ScheduledMessage = ListScheduledMessagesOutput["data"][number];
export type GuardDecision = ListGuardDecisionsOutput["data"][number];
