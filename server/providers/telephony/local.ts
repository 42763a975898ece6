import type { LocalSink } from "../local-sink.ts";
import type { Telephony } from "./port.ts";
import { isSignedBy, signWebhook } from "./webhook-signature.ts";

/** The telephony that stays on this machine, with the token that signs its webhooks. */
export interface LocalTelephony extends Telephony {
  readonly name: "local";
  /** Signs a webhook so that `verifyWebhook` accepts it; see `signWebhook` for JSON bodies. */
  signWebhook(request: { url: string; form?: Record<string, string>; rawBody?: string }): {
    url: string;
    signature: string;
  };
}

/**
 * Messages go to `sink` and nowhere else. Webhooks are verified with Twilio's own scheme and `authToken`, a
 * token of this installation, so that real form posts can be driven from outside.
 */
export function createLocalTelephony(options: {
  sink: LocalSink;
  authToken: string;
  now: () => Date;
}): LocalTelephony {
  const { sink, authToken, now } = options;
  const providerIdOf = (key: string) => `local-${key}`;
  return {
    name: "local",
    async sendSms(sms) {
      const known = await sink.find(sms.key);
      if (known === undefined) {
        await sink.put({
          channel: "sms",
          key: sms.key,
          workspaceId: sms.workspaceId,
          to: sms.to,
          from: sms.from,
          body: sms.body,
          at: now(),
        });
      }
      return { providerId: providerIdOf(sms.key), status: "sent" };
    },
    async findSms(sms) {
      const known = await sink.find(sms.key);
      return known === undefined ? undefined : { providerId: providerIdOf(sms.key), status: "sent" };
    },
    verifyWebhook: (request) => isSignedBy(authToken, request),
    signWebhook: (request) => signWebhook(authToken, request),
  };
}
