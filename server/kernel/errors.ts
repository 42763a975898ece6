/**
 * One code per cause. A declared error is a factory that an operation lists in `errors` and throws;
 * each surface spells it in its own shape. `message` is safe to show and says what is wrong, `fix` says how to repair the call:
 * every error has one, and it is never the message once more.
 */
export type ErrorDetails = Record<string, unknown>;

export type ErrorExtras = {
  fix: string;
  hint?: string;
  details?: ErrorDetails;
  cause?: unknown;
  headers?: Record<string, string>;
};

export class OperationError extends Error {
  readonly code: string;
  readonly status: number;
  readonly fix: string;
  readonly hint: string | undefined;
  readonly details: ErrorDetails | undefined;
  readonly headers: Record<string, string> | undefined;

  constructor(code: string, status: number, message: string, extras: ErrorExtras) {
    super(message, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.name = "OperationError";
    this.code = code;
    this.status = status;
    this.fix = isSaidIn(message, extras.fix) ? usualFix(status) : extras.fix;
    this.hint = extras.hint;
    this.details = extras.details;
    this.headers = extras.headers;
  }
}

/** Whether a text says nothing but what stands in the message already; case and punctuation make no difference. */
function isSaidIn(message: string, text: string): boolean {
  return lettersOf(message).includes(lettersOf(text));
}

function lettersOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** What helps with an error of a status when nothing better is known. */
export function usualFix(status: number): string {
  if (status >= 500) return "Send the request again later.";
  return usual.get(status) ?? "Correct what the message names and send the request again.";
}

const usual: ReadonlyMap<number, string> = new Map([
  [401, "Send a valid key in the header Authorization: Bearer <key>."],
  [402, "Add credits to the workspace, then send the request again."],
  [403, "Use a credential that may do this."],
  [404, "List the records of this kind to find one that is there."],
  [405, "See /docs for the methods of this path."],
  [409, "Read the record again and send what its present state allows."],
  [413, "Send it in smaller parts."],
  [415, "Send the body as JSON, with the header content-type: application/json."],
  [429, "Wait a little, then send the request again."],
]);

export type DeclaredError = {
  (message: string, extras: ErrorExtras): OperationError;
  readonly code: string;
  readonly status: number;
  readonly summary: string;
};

/** Declares an error an operation may answer with; `summary` is what the API reference prints. */
export function declareError(code: string, status: number, summary: string): DeclaredError {
  const make = (message: string, extras: ErrorExtras) => new OperationError(code, status, message, extras);
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

/** A field that was sent wrongly; the message and the details name it, the fix says what to send instead. */
export function invalidField(field: string, message: string, fix: string): OperationError {
  return validationError(`${field}: ${message}`, {
    fix,
    details: { fields: [{ field, message }] },
  });
}
