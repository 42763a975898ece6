import type { Twilio } from "twilio";
import type RequestClient from "twilio/lib/base/RequestClient.js";
import type { MessageInstance } from "twilio/lib/rest/api/v2010/account/message.js";
import { ProviderError, isRetryableStatus, thrownField, thrownMessage } from "../errors.ts";
import { oncePerKey } from "../once-per-key.ts";
import type { OutboundSms, SentSms, Telephony } from "./port.ts";
import { isSignedBy } from "./webhook-signature.ts";

/** `baseUrl` replaces https://api.twilio.com (and every other Twilio host) by something else, e.g. a loopback. */
export type TwilioOptions = { accountSid: string; authToken: string; baseUrl?: string; timeoutMs?: number };

export interface TwilioTelephony extends Telephony {
  readonly name: "twilio";
}

const provider = "twilio";
/** Twilio stamps messages with its own clock, in whole seconds. */
const clockSkewMs = 5_000;
/** What a trial account puts in front of every text. */
const trialPrefix = "Sent from your Twilio trial account - ";
/** Twilio lists newest first; messages between one pair of numbers since a crash are few. */
const maxListed = 500;
const maxListedUndated = 50;

/** Telephony through Twilio's REST API. The SDK is loaded on first use. */
export function createTwilioTelephony(options: TwilioOptions): TwilioTelephony {
  let client: Promise<Twilio> | undefined;
  const connect = () => (client ??= loadClient(options));
  const once = oncePerKey<SentSms>();

  return {
    name: "twilio",
    sendSms: (sms) => once(sms.key, async () => createMessage(await connect(), sms)),
    findSms: async (sms, since) => findMessage(await connect(), sms, since),
    verifyWebhook: (request) => isSignedBy(options.authToken, request),
  };
}

async function loadClient(options: TwilioOptions): Promise<Twilio> {
  const { default: twilio } = await import("twilio");
  const { accountSid, authToken, baseUrl, timeoutMs = 15_000 } = options;
  /** The SDK can only vary the host within twilio.com, so the base URL is applied where requests leave. */
  class RebasedClient extends twilio.RequestClient {
    override request<Data>(request: RequestClient.RequestOptions<Data>) {
      return super.request({ ...request, uri: rebase(request.uri, baseUrl) });
    }
  }
  const httpClient = new RebasedClient({ timeout: timeoutMs });
  return twilio(accountSid, authToken, { httpClient });
}

function rebase(uri: string, baseUrl: string | undefined): string {
  if (baseUrl === undefined) return uri;
  const { pathname, search } = new URL(uri);
  return `${baseUrl.replace(/(?<!\/)\/+$/, "")}${pathname}${search}`;
}

async function createMessage(client: Twilio, sms: OutboundSms): Promise<SentSms> {
  const { from, to, body, statusCallbackUrl: statusCallback } = sms;
  const message = await client.messages
    .create({ from, to, body, ...(statusCallback === undefined ? {} : { statusCallback }) })
    .catch((thrown: unknown) => {
      throw toProviderError(thrown);
    });
  if (typeof message.sid !== "string" || message.sid === "") {
    throw new ProviderError({
      provider,
      code: "bad-response",
      message: "the answer carried no message sid",
      retryable: false,
      outcomeUnknown: true,
    });
  }
  if (message.status === "failed") {
    const text = message.errorMessage ?? "the message was refused";
    throw new ProviderError({
      provider,
      code: String(message.errorCode ?? "failed"),
      message: text,
      retryable: false,
    });
  }
  return toSentSms(message);
}

/**
 * Twilio has no key of ours to look up, so a message is recognised by its pair of numbers, its text and its
 * creation time. The date filter covers what was sent; the second, undated page what still waits in the
 * carrier's queue, as its date of sending is empty and may not match a date filter.
 */
async function findMessage(client: Twilio, sms: OutboundSms, since: Date): Promise<SentSms | undefined> {
  const earliestMs = since.getTime() - clockSkewMs;
  const text = sms.body.trim();
  const isOurs = (message: MessageInstance) =>
    message.status !== "canceled" &&
    message.dateCreated.getTime() >= earliestMs &&
    (message.body.trim() === text || message.body.trim() === `${trialPrefix}${text}`);
  const pair = { from: sms.from, to: sms.to };
  try {
    const dated = await client.messages.list({
      ...pair,
      dateSentAfter: new Date(earliestMs),
      limit: maxListed,
      pageSize: 100,
    });
    const sent = dated.find(isOurs);
    if (sent !== undefined) return toSentSms(sent);
    const newest = await client.messages.list({ ...pair, limit: maxListedUndated });
    const queued = newest.find(isOurs);
    return queued === undefined ? undefined : toSentSms(queued);
  } catch (thrown) {
    throw toProviderError(thrown);
  }
}

/** "sent" only when the message reached the carrier; what failed later is told by the status callback. */
function toSentSms(message: MessageInstance): SentSms {
  const sent: readonly string[] = ["sent", "delivered", "undelivered", "read"];
  return { providerId: message.sid, status: sent.includes(message.status) ? "sent" : "queued" };
}

function toProviderError(thrown: unknown): ProviderError {
  const status = thrownField(thrown, "status");
  const code = thrownField(thrown, "code");
  const about = { provider, message: thrownMessage(thrown), cause: thrown };
  if (typeof status === "number") {
    return new ProviderError({
      ...about,
      code: code === undefined || code === null ? `http-${status}` : String(code),
      retryable: isRetryableStatus(status),
      outcomeUnknown: status >= 500,
      status,
    });
  }
  if (code === "ECONNABORTED" || code === "ETIMEDOUT") {
    return new ProviderError({ ...about, code: "timeout", retryable: true, outcomeUnknown: true });
  }
  if (typeof code === "string") {
    const outcomeUnknown = !["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"].includes(code);
    return new ProviderError({ ...about, code: "network", retryable: true, outcomeUnknown });
  }
  return new ProviderError({ ...about, code: "bad-response", retryable: false, outcomeUnknown: true });
}
