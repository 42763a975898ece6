import { haveMet } from "../kernel/again.ts";
import {
  OperationError,
  conflict,
  idempotencyInProgress,
  notFound,
  usualFix,
  validationError,
} from "../kernel/errors.ts";
import type { ErrorExtras } from "../kernel/errors.ts";
import type { Log } from "../kernel/log.ts";

type DatabaseFailure = Error & { code?: string; constraint?: string; detail?: string };
type HttpFailure = Error & { statusCode?: number };

// What the framework refuses by itself.
function fixOf(status: number): string {
  if (status === 400) return "Check the address, the headers and the length of the body.";
  if (status === 413) return "A body may have 2 MB, and 256 kB at /hooks: send it in parts.";
  return usualFix(status);
}

const folding = new Set(["lower", "upper", "btrim", "coalesce"]);

// The columns a constraint is about, as the database tells them: Key (workspace_id, lower(email))=(…) already exists.
function fieldsOf({ detail }: DatabaseFailure): string[] {
  const columns = /^Key \((.+?)\)=\(/.exec(detail ?? "")?.[1]?.split(", ") ?? [];
  return columns
    .flatMap((column) => column.split(/\W/).find((word) => word !== "" && !folding.has(word)) ?? [])
    .filter((column) => column !== "workspace_id");
}

function detailsOf(fields: readonly string[], message: string): Pick<ErrorExtras, "details"> {
  return fields.length === 0 ? {} : { details: { fields: fields.map((field) => ({ field, message })) } };
}

function taken(failure: DatabaseFailure): OperationError {
  const fields = fieldsOf(failure);
  const what = fields.length > 0 ? fields.join(" and ") : "a value";
  return conflict(`Another record has the same ${what} already.`, {
    fix: fields.length > 0 ? `Send another ${what}, or change that record.` : "Change that record instead.",
    ...detailsOf(fields, "is taken by another record"),
  });
}

function broken(failure: DatabaseFailure): OperationError {
  const fields = fieldsOf(failure);
  if (failure.detail?.includes("is still referenced")) {
    return conflict("Other records still refer to this one.", {
      fix: "Delete them first, or let them refer to another.",
    });
  }
  const what = fields.length > 0 ? ` (${fields.join(", ")})` : "";
  return notFound(`A record this refers to${what} does not exist in this workspace.`, {
    fix: `Send the id of a record that is there${fields.length > 0 ? ` as ${fields.join(", ")}` : ""}.`,
    ...detailsOf(fields, "refers to no record of this workspace"),
  });
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
    return taken(failure);
  }
  if (failure.code === "23503") return broken(failure);
  if (
    failure.code === "22P05" ||
    failure.code === "22021" ||
    /invalid byte sequence|\\u0000/.test(failure.message)
  ) {
    return validationError("A text holds the NUL character, or bytes that are no UTF-8.", {
      fix: "Take the character \\u0000 out of it, and send the text in UTF-8.",
    });
  }
  if (haveMet(failure)) {
    return conflict("Two changes met; nothing was done.", { fix: "Send the request again." });
  }
  if (failure.statusCode && failure.statusCode >= 400 && failure.statusCode < 500) {
    const code =
      failure.statusCode === 404 ? "NOT_FOUND" : failure.statusCode === 413 ? "TOO_LARGE" : "INVALID_BODY";
    return new OperationError(code, failure.statusCode, failure.message, {
      fix: fixOf(failure.statusCode),
    });
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
