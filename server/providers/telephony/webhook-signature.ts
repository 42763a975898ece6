// The deep import keeps start-up fast: the package's main module loads the whole REST client (0.6 s).
import {
  getExpectedBodyHash,
  getExpectedTwilioSignature,
  validateRequest,
  validateRequestWithBody,
} from "twilio/lib/webhooks/webhooks.js";
import type { WebhookRequest } from "./port.ts";

/** Whether `request` carries the signature Twilio would give it for `authToken`. Never throws. */
export function isSignedBy(authToken: string, request: WebhookRequest): boolean {
  const { url, signature, form, rawBody } = request;
  if (authToken === "" || signature === undefined || signature === "" || !URL.canParse(url)) return false;
  try {
    if (form !== undefined) return validateRequest(authToken, signature, url, form);
    if (rawBody !== undefined) return validateRequestWithBody(authToken, signature, url, rawBody);
    return validateRequest(authToken, signature, url, {});
  } catch {
    return false;
  }
}

/**
 * Signs a webhook the way Twilio does, for tests and the simulator. For a JSON body Twilio adds the body's
 * hash to the URL: post to the `url` returned, with `signature` as X-Twilio-Signature.
 */
export function signWebhook(
  authToken: string,
  request: { url: string; form?: Record<string, string>; rawBody?: string },
): { url: string; signature: string } {
  if (request.form !== undefined || request.rawBody === undefined) {
    const signature = getExpectedTwilioSignature(authToken, request.url, request.form ?? {});
    return { url: request.url, signature };
  }
  const separator = request.url.includes("?") ? "&" : "?";
  const url = `${request.url}${separator}bodySHA256=${getExpectedBodyHash(request.rawBody)}`;
  return { url, signature: getExpectedTwilioSignature(authToken, url, {}) };
}
