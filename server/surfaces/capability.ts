import type { OperationError } from "../kernel/errors.ts";
import type { Surface } from "../kernel/operation.ts";
import { neutral, withMarks } from "./user-content.ts";

/** What any AI agent may ask of a business: /providers/:provider_id/capabilities/… and the same over MCP. */
export const capability: Surface = {
  name: "capability",
  title: "Booking capability",
  bases: [""],
  auth: "workspace-key",
  success: (output, { operation }) => withMarks(JSON.parse(JSON.stringify(output)), operation.output),
  failure: (error) => ({
    ok: false,
    error: capabilityCode(error),
    message: neutral(error.message),
    fix: neutral(error.fix),
    ...(error.details ?? {}),
  }),
  successSchema: (output) => output as object as Record<string, unknown>,
  failureSchema: () => ({
    type: "object",
    required: ["ok", "error", "message", "fix"],
    properties: {
      ok: { const: false },
      error: { type: "string" },
      message: { type: "string" },
      fix: { type: "string" },
    },
  }),
};

// A capability's own outcomes (slot_taken, past_time …) are results, not errors; what is left is about the call.
function capabilityCode(error: OperationError): string {
  if (["VALIDATION_ERROR", "INVALID_BODY", "TOO_LARGE"].includes(error.code)) return "invalid_input";
  if (error.code === "INSUFFICIENT_SCOPE" || error.code === "FORBIDDEN") return "unauthorized";
  return error.code.toLowerCase();
}
