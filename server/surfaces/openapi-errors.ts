import {
  OperationError,
  forbidden,
  idempotencyConflict,
  idempotencyInProgress,
  insufficientCredits,
  insufficientScope,
  notFound,
  rateLimited,
  unauthorized,
  validationError,
  usualFix,
} from "../kernel/errors.ts";
import type { DeclaredError, ErrorExtras } from "../kernel/errors.ts";
import type { AnyOperation, AuthKind } from "../kernel/operation.ts";
import type { ResponseObject } from "./openapi-operation.ts";
import { errorName } from "./openapi-schemas.ts";
import { spokenFailure, spokenStatus } from "./spoken-failure.ts";

/** Whether an Idempotency-Key means anything to the operation. */
export function isKeyed(operation: AnyOperation): boolean {
  return operation.effect !== "read" && operation.tenancy !== "none";
}

/** Whether callers come with a key that has scopes and an approval level. */
export function isKeyAuth(auth: AuthKind): boolean {
  return auth === "workspace-key" || auth === "agent-token" || auth === "scoped-token";
}

// Whatever a caller names by id, in the path or anywhere in the input, may not be there.
function namesRecords(operation: AnyOperation): boolean {
  return /\/:/.test(operation.route ?? "") || /"format":"uuid"|_ids?":/.test(JSON.stringify(operation.input));
}

/** Every error an operation can answer, declared and common, in one list without repetitions. */
export function errorsOf(operation: AnyOperation): DeclaredError[] {
  const auth = operation.auth ?? operation.surface.auth;
  const isWrite = operation.effect !== "read";
  const all: DeclaredError[] = [
    validationError,
    ...(auth === "provider-signature" ? [forbidden] : auth === "public" ? [] : [unauthorized]),
    ...(operation.scopes.length > 0 ? [insufficientScope] : []),
    ...(isWrite && isKeyAuth(auth) ? [forbidden] : []),
    ...(namesRecords(operation) ? [notFound] : []),
    ...(isKeyed(operation) ? [idempotencyConflict, idempotencyInProgress] : []),
    ...(operation.credits ? [insufficientCredits] : []),
    ...(auth === "provider-signature" ? [] : [rateLimited]),
    ...(operation.errors ?? []),
  ];
  return [...new Map(all.map((one) => [one.code, one])).values()];
}

/** The error responses of an operation, one per status with an example of each code. */
export function failures(operation: AnyOperation): Record<string, ResponseObject> {
  const internal = { code: "INTERNAL_ERROR", status: 500, summary: "Something went wrong on our side." };
  const responses: Record<string, ResponseObject> = {};
  for (const { code, status, summary } of [...errorsOf(operation), internal]) {
    const { voice } = operation;
    // Told with the success, which it looks like to a program.
    if (voice?.status !== undefined && spokenStatus(voice, status) === voice.status) continue;
    const response = (responses[String(status)] ??= { description: "", content: {} });
    const media = ((response.content ??= {})[voice ? "text/plain" : "application/json"] ??= {
      schema: voice ? { type: "string" } : { $ref: `#/components/schemas/${errorName(operation.surface)}` },
      examples: {},
    });
    const error = new OperationError(code, status, summary, exampleExtras(code, status));
    const value = voice ? spokenFailure(voice, error) : operation.surface.failure(error);
    media.examples = { ...media.examples, [code]: { summary, value } };
    response.description = [response.description, `${code}: ${summary}`].filter(Boolean).join(" ");
    if (status === 429) {
      response.headers = { "Retry-After": { description: "Seconds to wait.", schema: { type: "integer" } } };
    }
  }
  return responses;
}

function exampleExtras(code: string, status: number): ErrorExtras {
  if (code !== "VALIDATION_ERROR") return { fix: usualFix(status) };
  return {
    fix: "Send name, a text.",
    details: { fields: [{ field: "name", message: "is required" }] },
  };
}
