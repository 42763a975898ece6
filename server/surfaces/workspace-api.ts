import { Type } from "typebox";
import type { TSchema } from "typebox";
import type { OperationError } from "../kernel/errors.ts";
import type { Surface } from "../kernel/operation.ts";
import type { Page } from "../kernel/pagination.ts";

/** /api/v1: the business' own systems, agents and the console. */
export const workspaceApi: Surface = {
  name: "workspace",
  title: "Workspace API",
  bases: ["/api/v1", "/functions/v1/api/v1"],
  auth: "workspace-key",
  success(output, { operation, creditsRemaining }) {
    if (operation.shape === "bare" || operation.shape === "text") return output;
    const meta = { credits_remaining: creditsRemaining };
    if (operation.shape !== "list") return { data: output, meta };
    const page = output as Page<unknown>;
    return {
      data: page.rows,
      pagination: {
        limit: page.limit,
        has_more: page.nextCursor !== null,
        next_cursor: page.nextCursor,
        prev_cursor: page.prevCursor,
      },
      meta,
    };
  },
  failure: (error) => ({ error: workspaceError(error) }),
  successSchema(output, operation) {
    if (operation.shape === "bare" || operation.shape === "text")
      return output as object as Record<string, unknown>;
    if (operation.shape === "list") {
      const rows = (output as unknown as { properties: { rows: TSchema } }).properties.rows;
      return Type.Object({ data: rows, pagination, meta }) as object as Record<string, unknown>;
    }
    return Type.Object({ data: output, meta }) as object as Record<string, unknown>;
  },
  failureSchema: () => errorBody as object as Record<string, unknown>,
};

/** The error of the workspace API; fix and hint are advice a program can follow. */
export function workspaceError(error: OperationError): Record<string, unknown> {
  return {
    code: error.code,
    message: error.message,
    fix: error.fix,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    status: error.status,
    ...(error.details === undefined ? {} : { details: error.details }),
  };
}

const meta = Type.Object({ credits_remaining: Type.Optional(Type.Integer()) });
const cursor = Type.Union([Type.String(), Type.Null()]);
const pagination = Type.Object({
  limit: Type.Integer(),
  has_more: Type.Boolean(),
  next_cursor: cursor,
  prev_cursor: cursor,
});
const errorBody = Type.Object({
  error: Type.Object({
    code: Type.String(),
    message: Type.String(),
    fix: Type.String({ description: "How to mend the call." }),
    hint: Type.Optional(Type.String()),
    status: Type.Integer(),
    details: Type.Optional(Type.Object({}, { additionalProperties: true })),
  }),
});
