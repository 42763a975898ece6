import { useQuery } from "@tanstack/react-query";
import { desk } from "./desk.ts";
import type { Lead } from "./types.ts";

const mostRows = 100;

export function useCompany() {
  return useQuery({
    queryKey: ["company"],
    queryFn: () => desk.getCompanySettings(),
    staleTime: 60_000,
  });
}

export function useConversations() {
  return useQuery({
    queryKey: ["conversations"],
    queryFn: async () => (await desk.listSmsConversations({ limit: mostRows })).data,
  });
}

/** The newest part of a conversation, oldest message first. */
export function useMessages(conversationId: string) {
  return useQuery({
    queryKey: ["messages", conversationId],
    queryFn: async () => {
      const page = await desk.listSmsMessages({ id: conversationId, limit: mostRows, order: "desc" });
      return page.data.toReversed();
    },
  });
}

/** The newest lead of a contact, with its timeline; null when there is none. */
export function useLead(contactId: string | null | undefined) {
  return useQuery({
    queryKey: ["lead", contactId],
    enabled: contactId != null,
    queryFn: async (): Promise<Lead | null> => {
      if (contactId == null) return null;
      const [newest] = (await desk.listLeads({ contact_id: contactId, limit: 1 })).data;
      return newest ? desk.getLead({ id: newest.id }) : null;
    },
  });
}

/** The bookings of one day of the shop's calendar, YYYY-MM-DD. */
export function useBookings(day: string) {
  return useQuery({
    queryKey: ["bookings", day],
    queryFn: async () =>
      (await desk.listSchedulingBookings({ date_from: day, date_to: day, limit: mostRows })).data,
  });
}

/** The first confirmed booking from a day on. */
export function useNextBooking(day: string) {
  return useQuery({
    queryKey: ["next-booking", day],
    queryFn: async () => {
      const page = await desk.listSchedulingBookings({ date_from: day, status: "confirmed", limit: 1 });
      return page.data[0] ?? null;
    },
  });
}

export function useScheduledMessages() {
  return useQuery({
    queryKey: ["scheduled-messages"],
    queryFn: async () => (await desk.listScheduledMessages({ limit: mostRows })).data,
  });
}

export function useGuardDecisions() {
  return useQuery({
    queryKey: ["guard-decisions"],
    queryFn: async () => (await desk.listGuardDecisions({ limit: mostRows })).data,
  });
}

export const handBack = (id: string) => desk.handBackConversation({ id });
export const takeOver = (id: string) => desk.takeOverConversation({ id });
export const markRead = (id: string) => desk.updateSmsConversation({ id, unread_count: 0 });

/** Sends a text that a guard holds for a person to decide. */
export const release = (messageId: string) => desk.releaseSmsMessage({ id: messageId });

export const sendAsBusiness = (text: { to_number: string; message: string }) => desk.sendSms(text);
