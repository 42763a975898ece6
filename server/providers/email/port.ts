import type { Attachment } from "../local-sink.ts";

/**
 * An e-mail to one recipient. `key` is our message id, unique per message. `from` and `to` are bare addresses;
 * `from` defaults to the configured sender.
 */
export type OutboundEmail = {
  key: string;
  from?: string;
  fromName?: string;
  to: string;
  subject: string;
  text: string;
  html?: string;
  replyTo?: string;
  headers?: Record<string, string>;
  attachments?: Attachment[];
};

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
