/**
 * One code per cause. A declared error is a factory that an operation lists in `errors` and throws;
 * each surface spells it in its own shape. `message` is safe to show, `fix` says how to repair the call.
 */
export type ErrorDetails = Record<string, unknown>;

export type ErrorExtras = {
  fix?: string;
  hint?: string;
  details?: ErrorDetails;
  cause?: unknown;
  headers?: Record<string, string>;
};

export class OperationError extends Error {
  readonly code: string;
  readonly status: number;
  readonly fix: string | undefined;
  readonly hint: string | undefined;
  readonly details: ErrorDetails | undefined;
  readonly headers: Record<string, string> | undefined;

  constructor(code: string, status: number, message: string, extras: ErrorExtras = {}) {
    super(message, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.name = "OperationError";
    this.code = code;
    this.status = status;
    this.fix = extras.fix;
    this.hint = extras.hint;
    this.details = extras.details;
    this.headers = extras.headers;
  }
}

export type DeclaredError = {
  (message: string, extras?: ErrorExtras): OperationError;
  readonly code: string;
  readonly status: number;
  readonly summary: string;
};

/** Declares an error an operation may answer with; `summary` is what the API reference prints. */
export function declareError(code: string, status: number, summary: string): DeclaredError {
  const make = (message: string, extras?: ErrorExtras) => new OperationError(code, status, message, extras);
  return Object.assign(make, { code, status, summary });
}

export const validationError = declareError(
  "VALIDATION_ERROR",
  400,
  "A field is missing, malformed or unknown.",
);
export const unauthorized = declareError("UNAUTHORIZED", 401, "No valid credential came with the call.");
export const insufficientScope = declareError("INSUFFICIENT_SCOPE", 403, "The credential lacks a scope.");
export const forbidden = declareError("FORBIDDEN", 403, "The credential may not do this.");
export const notFound = declareError("NOT_FOUND", 404, "No such record in this workspace.");
export const conflict = declareError("CONFLICT", 409, "The record is not in a state that allows this.");
export const idempotencyConflict = declareError(
  "IDEMPOTENCY_CONFLICT",
  409,
  "The Idempotency-Key was used before with another request.",
);
export const idempotencyInProgress = declareError(
  "IDEMPOTENCY_IN_PROGRESS",
  409,
  "The first request with this Idempotency-Key is still running.",
);
export const insufficientCredits = declareError(
  "INSUFFICIENT_CREDITS",
  402,
  "The workspace has too few credits.",
);
export const rateLimited = declareError("RATE_LIMITED", 429, "Too many requests with this credential.");
export const unavailable = declareError("UNAVAILABLE", 503, "The server cannot take this request now.");

/** Returns the plural of a noun: contacts, activities, task categories. */
function pluralOf(noun: string): string {
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return /(?:s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
}

/** A record that is missing, or belongs to somebody else: the two answers are the same. */
export function missing(noun: string, id: string): OperationError {
  return notFound(`No ${noun} with id ${id}.`, { fix: `List the ${pluralOf(noun)} to find a valid id.` });
}

/** A field that was sent wrongly; the message and the details name it. */
export function invalidField(field: string, message: string, fix?: string): OperationError {
  return validationError(`${field}: ${message}`, {
    fix: fix ?? `Correct ${field} and send the request again.`,
    details: { fields: [{ field, message }] },
  });
}
