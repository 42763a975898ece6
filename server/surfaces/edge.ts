import type { Surface } from "../kernel/operation.ts";
import { okFailure, okFailureSchema } from "./ok-errors.ts";

/** Providers' webhooks and internal services. Its errors have four codes; ours are folded into them. */
export const edge: Surface = {
  name: "edge",
  title: "Edge",
  bases: [""],
  auth: "provider-signature",
  success: (output) => output,
  failure: (error) => okFailure(error, edgeCode(error.status)),
  successSchema: (output) => output as object as Record<string, unknown>,
  failureSchema: okFailureSchema,
};

function edgeCode(status: number): string {
  if (status === 401 || status === 403) return "UNAUTHORIZED";
  if (status === 409) return "CONFLICT";
  return status >= 500 ? "PROVIDER_ERROR" : "BAD_REQUEST";
}
