import type { ConversationState } from "../../messaging/conversations/conversation.ts";
import type { LeadStatus } from "../leads/lead.ts";

type NextAction = { code: string; guidance: string };

const byState: Record<ConversationState, NextAction> = {
  idle: { code: "none", guidance: "Nothing to do yet." },
  missed_detected: {
    code: "call_back",
    guidance: "Call the customer back: no text went out after their missed call.",
  },
  texted: {
    code: "wait_for_customer",
    guidance: "Wait for the customer to answer the text back, or call them.",
  },
  owner_window: { code: "answer_now", guidance: "Answer the customer now, or leave it to the receptionist." },
  ai_active: {
    code: "wait_for_receptionist",
    guidance: "The receptionist is arranging it; no step is needed.",
  },
  human_active: {
    code: "answer_customer",
    guidance: "A person has this conversation: answer the customer, or hand it back.",
  },
  scheduled: { code: "do_the_visit", guidance: "Do the visit; then mark the lead Won or Lost." },
  escalated: {
    code: "contact_customer",
    guidance: "Contact the customer: the receptionist asked for a person.",
  },
  abandoned: {
    code: "follow_up",
    guidance: "The customer went quiet; follow up once or mark the lead Lost.",
  },
  closed: { code: "none", guidance: "The conversation is closed." },
};

/** What somebody should do next about a conversation. */
export function nextAction(
  status: LeadStatus | undefined,
  state: ConversationState | undefined,
  reason: string | undefined,
  coming: string | undefined,
): NextAction {
  if (status === "Won" || status === "Lost") {
    return { code: "none", guidance: `The lead is ${status}; nothing more is done automatically.` };
  }
  if (state === "escalated" && reason)
    return { ...byState.escalated, guidance: `Contact the customer: ${reason}.` };
  if (coming && (state === "scheduled" || status === "Booked")) {
    return { code: "do_the_visit", guidance: `Do the visit (${coming}); then mark the lead Won or Lost.` };
  }
  return state ? byState[state] : { code: "contact_customer", guidance: "Contact the customer." };
}
