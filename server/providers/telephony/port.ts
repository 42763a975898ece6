/** A text message to hand to the carrier. `key` is our message id, unique per message. Phones are E.164. */
export type OutboundSms = {
  key: string;
  /** Whose message it is. The carrier is not told. */
  workspaceId: string;
  from: string;
  to: string;
  body: string;
  statusCallbackUrl?: string;
};

/** What the carrier calls the message, and how far it got when it answered. */
export type SentSms = { providerId: string; status: "queued" | "sent" };

/**
 * A webhook as it arrived. `url` is the full public URL with its query, `signature` the X-Twilio-Signature
 * header. Give `form` for a form post, `rawBody` for a JSON post, neither for a GET.
 */
export type WebhookRequest = {
  url: string;
  signature: string | undefined;
  form?: Record<string, string>;
  rawBody?: string;
};

/** The phone company, in our words. */
export interface Telephony {
  readonly name: "local" | "twilio";
  /**
   * Sends a message; the same key twice within a process sends once. Throws ProviderError: when
   * `outcomeUnknown` is set, ask `findSms` before trying again.
   */
  sendSms(sms: OutboundSms): Promise<SentSms>;
  /**
   * Whether a message that may have left before a crash really left, looked up by our key, or by sender,
   * recipient and body among those created since an instant. undefined = it did not leave.
   */
  findSms(sms: OutboundSms, since: Date): Promise<SentSms | undefined>;
  /** Whether the webhook was signed with our auth token. Never throws. */
  verifyWebhook(request: WebhookRequest): boolean;
  close?(): Promise<void>;
}
