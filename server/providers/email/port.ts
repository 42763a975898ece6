import type { Attachment } from "../local-sink.ts";

/**
 * An e-mail to one recipient. `key` is our message id, unique per message. `from` and `to` are bare addresses;
 * `from` defaults to the configured sender.
 */
export type OutboundEmail = {
  key: string;
  /** Whose message it is. No header says so. */
  workspaceId: string;
  from?: string;
  fromName?: string;
  to: string;
  subject: string;
  text: string;
  html?: string;
  replyTo?: string;
  headers?: Record<string, string>;
  attachments?: Attachment[];
  calendar?: CalendarPart;
};

/**
 * An invitation (iMIP, RFC 6047): it goes as an alternative to the text, where mail programs look for what they can answer
 * or put into a calendar, and as a file for those that look nowhere else. `content` is an iCalendar file with this METHOD.
 */
export type CalendarPart = { method: "REQUEST" | "CANCEL"; filename: string; content: string };

/** `providerId` is stable per key: a resend of the same message carries the same one. */
export type SentEmail = { providerId: string };

/** Outgoing mail, in our words. */
export interface Email {
  readonly name: "local" | "smtp";
  /** The configured sender's bare address. */
  readonly from: string;
  /**
   * Sends a mail; the same key twice within a process sends once. Throws ProviderError: a retry after
   * `outcomeUnknown` may arrive twice, but carries the same Message-ID, by which mailboxes drop the second.
   */
  sendEmail(email: OutboundEmail): Promise<SentEmail>;
  close?(): Promise<void>;
}
