import { haveMet } from "../kernel/again.ts";
import {
  OperationError,
  conflict,
  idempotencyInProgress,
  notFound,
  validationError,
} from "../kernel/errors.ts";
import type { Log } from "../kernel/log.ts";

type DatabaseFailure = Error & { code?: string; constraint?: string; detail?: string };
type HttpFailure = Error & { statusCode?: number };

// What the framework refuses by itself.
function fixOf(status: number): { fix?: string } {
  if (status === 415)
    return { fix: "Send the body as JSON, with the header content-type: application/json." };
  if (status === 413) return { fix: "A body may have 2 MB, and 256 kB at /hooks: send it in parts." };
  return {};
}

/**
 * Any failure as an error a caller may see. What the program declared passes as it is; constraints of the database
 * that say something about the input become its 4xx; the rest is logged whole and shown as a plain 500.
 */
export function asOperationError(error: unknown, log: Log): OperationError {
  if (error instanceof OperationError) return error;
  const failure = error as DatabaseFailure & HttpFailure;
  if (failure.code === "23505") {
    if (failure.constraint?.startsWith("idempotency_keys")) {
      return idempotencyInProgress("The first request with this Idempotency-Key has just ended.", {
        fix: "Send the same request again to get its answer.",
        headers: { "retry-after": "1" },
      });
    }
    return conflict(`Another record already has this value (${failure.constraint ?? "unique"}).`);
  }
  if (failure.code === "23503") return notFound("A record this refers to does not exist in this workspace.");
  if (
    failure.code === "22P05" ||
    failure.code === "22021" ||
    /invalid byte sequence|\\u0000/.test(failure.message)
  ) {
    return validationError("Text may not contain the NUL character.");
  }
  if (haveMet(failure)) {
    return conflict("Two changes met; nothing was done.", { fix: "Send the request again." });
  }
  if (failure.statusCode && failure.statusCode >= 400 && failure.statusCode < 500) {
    const code =
      failure.statusCode === 404 ? "NOT_FOUND" : failure.statusCode === 413 ? "TOO_LARGE" : "INVALID_BODY";
    return new OperationError(code, failure.statusCode, failure.message, fixOf(failure.statusCode));
  }
  log.error(
    {
      error: failure.message,
      stack: failure.stack,
      cause: String((failure as { cause?: unknown }).cause ?? ""),
    },
    "an unexpected failure",
  );
  return new OperationError("INTERNAL_ERROR", 500, "Something went wrong on our side; it was recorded.", {
    fix: "Try again; if it goes on, look for the x-corr-id of this answer in the server's log.",
  });
}
