import type { OperationError } from "../kernel/errors.ts";

/** {ok: false, error: {code, message}}: the error shape the private bookings API and the edge share, which has codes of its own. */
export function okFailure(error: OperationError, code: string = error.code): Record<string, unknown> {
  return {
    ok: false,
    error: {
      code,
      message: error.message,
      fix: error.fix,
      ...(error.details === undefined ? {} : { details: error.details }),
    },
  };
}

export function okFailureSchema(): Record<string, unknown> {
  return {
    type: "object",
    required: ["ok", "error"],
    properties: {
      ok: { const: false },
      error: {
        type: "object",
        required: ["code", "message", "fix"],
        properties: { code: { type: "string" }, message: { type: "string" }, fix: { type: "string" } },
      },
    },
  };
}
