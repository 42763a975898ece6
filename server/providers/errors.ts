/**
 * What every adapter throws when the outside world says no, whatever SDK is underneath.
 * - `code`: the provider's own code where it has one ("21610" = opted out at the carrier, Twilio), otherwise
 *   "http-<status>", "timeout", "aborted", "network", "bad-response" or a code of the adapter.
 * - `retryable`: the same request may succeed later (429, 5xx, timeouts, connection failures).
 * - `retryAfterMs`: how long the provider asks us to wait, where it says.
 * - `outcomeUnknown`: the request may have taken effect although no answer arrived; look it up before retrying.
 */
export class ProviderError extends Error {
  readonly provider: string;
  readonly code: string;
  readonly retryable: boolean;
  readonly outcomeUnknown: boolean;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(fields: {
    provider: string;
    code: string;
    message: string;
    retryable: boolean;
    outcomeUnknown?: boolean;
    status?: number;
    retryAfterMs?: number | undefined;
    cause?: unknown;
  }) {
    super(`${fields.provider}: ${fields.message}`, { cause: fields.cause });
    this.name = "ProviderError";
    this.provider = fields.provider;
    this.code = fields.code;
    this.retryable = fields.retryable;
    this.outcomeUnknown = fields.outcomeUnknown ?? false;
    this.status = fields.status;
    this.retryAfterMs = fields.retryAfterMs;
  }
}

/** Whether an HTTP status says "later" (408, 409, 425, 429 and every 5xx) rather than "never". */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 409 || status === 425 || status === 429 || status >= 500;
}

/** Reads a property of something thrown without trusting its shape. */
export function thrownField(thrown: unknown, name: string): unknown {
  return typeof thrown === "object" && thrown !== null
    ? (thrown as Record<string, unknown>)[name]
    : undefined;
}

/** The message of something thrown, for a human. */
export function thrownMessage(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
