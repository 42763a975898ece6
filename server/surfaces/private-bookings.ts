import type { Surface } from "../kernel/operation.ts";
import { okFailure, okFailureSchema } from "./ok-errors.ts";

/** /api/private/v1: approved integrations with a token scoped to one organization. */
export const privateBookings: Surface = {
  name: "bookings",
  title: "Private bookings API",
  bases: ["/api/private/v1"],
  auth: "scoped-token",
  success: (output) => ({ ok: true, ...(output as object) }),
  failure: okFailure,
  successSchema: (output) => ({
    allOf: [{ type: "object", required: ["ok"], properties: { ok: { const: true } } }, output],
  }),
  failureSchema: okFailureSchema,
};
