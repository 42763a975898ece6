import { Type } from "typebox";
import type { Selectable } from "kysely";
import { conflict, declareError, forbidden } from "../../../kernel/errors.ts";
import type { Ctx } from "../../../kernel/context.ts";
import type { ApprovalsTable } from "../../../kernel/tables.ts";
import { shownParts } from "./release.ts";

export type Approval = Selectable<ApprovalsTable>;

/** What callers may filter by; "failed" runs were approved, so they are found there. */
export const approvalStatuses = ["pending", "approved", "rejected", "expired"] as const;

const optional = () => Type.Union([Type.String(), Type.Null()]);

export const ApprovalRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  company_id: Type.String({ format: "uuid" }),
  api_key_id: Type.String({ format: "uuid", description: "The key that asked." }),
  operation: Type.String({ description: "What will run, by its name." }),
  resource: Type.String(),
  action: Type.String(),
  method: Type.String(),
  path: Type.String(),
  status: Type.Union(approvalStatuses.map((status) => Type.Literal(status))),
  request_body: Type.Object(
    {},
    { additionalProperties: true, description: "Empty for callers who lack a scope of what is held." },
  ),
  missing_scopes: Type.Array(Type.String(), {
    description: "What this caller lacks to see the body, the reason and the result, and to decide.",
  }),
  target_id: optional(),
  primary_assignee_id: optional(),
  secondary_assignee_id: optional(),
  execution_status: Type.Union([Type.Integer(), Type.Null()]),
  execution_result: Type.Unknown(),
  reason: optional(),
  created_at: Type.String({ format: "date-time" }),
  expires_at: Type.String({ format: "date-time" }),
  resolved_at: optional(),
  resolved_by: optional(),
});

/**
 * A row as callers see it: its body, its reason and its result only for those who could have made the call. A pending one past
 * its time shows as expired, before anybody has marked it.
 */
export function presentApproval(ctx: Ctx, row: Approval): Record<string, unknown> {
  const { workspace_id: companyId, input: _i, sealed_input: _x, surface: _s, ...shown } = row;
  return { ...shown, company_id: companyId, status: statusAt(row, ctx.now), ...shownParts(ctx, row) };
}

export function statusAt(row: Approval, now: Date): string {
  if (row.status === "pending" && row.expires_at <= now) return "expired";
  // It was approved and its run failed; the run's own status tells.
  return row.status === "failed" ? "approved" : row.status;
}

export const approvalNotPending = declareError(
  "APPROVAL_NOT_PENDING",
  409,
  "The approval was decided before, or has expired.",
);

export function notPending(row: Approval, now: Date): Error {
  const status = statusAt(row, now);
  return approvalNotPending(`This approval is ${status}, not pending.`, {
    fix:
      status === "expired"
        ? "Send the original request again to get a new approval."
        : "List pending approvals to find one to decide.",
    details: { status },
  });
}

/** Whoever needs approval cannot give it, and nobody decides about what their own key asked for. */
export function mustBeReviewer(ctx: Ctx, row?: Approval): void {
  if (ctx.actor.approvalLevel !== "full") {
    throw forbidden("This key's own writes need approval, so it cannot decide about any.", {
      fix: "Use a key with full access.",
    });
  }
  if (row && row.api_key_id === ctx.actor.id) {
    throw forbidden("A key cannot decide about a write it asked for itself.", { fix: "Use another key." });
  }
}

export const decidingErrors = [approvalNotPending, forbidden, conflict];
