import type { ConversationState, Message } from "../api/types.ts";

type Look = { label: string; color: string; speaking: string };

/** What each state is called, and who speaks in it. */
export const states: Record<ConversationState, Look> = {
  idle: { label: "Quiet", color: "gray", speaking: "Nobody is waiting" },
  missed_detected: { label: "Missed call", color: "orange", speaking: "A call was missed" },
  texted: { label: "Texted back", color: "blue", speaking: "Waiting for the customer" },
  owner_window: { label: "Owner’s turn", color: "yellow", speaking: "The owner may answer first" },
  ai_active: { label: "Receptionist", color: "violet", speaking: "The receptionist is answering" },
  human_active: { label: "Your team", color: "lagoon", speaking: "Your team is answering" },
  scheduled: { label: "Booked", color: "green", speaking: "Booked; the receptionist is listening" },
  escalated: { label: "Needs a person", color: "red", speaking: "Waiting for somebody from your team" },
  abandoned: { label: "Gone quiet", color: "gray", speaking: "The customer stopped answering" },
  closed: { label: "Closed", color: "gray", speaking: "This conversation is closed" },
};

export const speakers: Record<Message["sender"], string> = {
  customer: "Customer",
  ai: "Receptionist",
  employee: "Your team",
  system: "Automatic",
};

/** States in which a person has the word, and may give it back. */
export function isWithPeople(state: ConversationState): boolean {
  return state === "human_active" || state === "escalated";
}
