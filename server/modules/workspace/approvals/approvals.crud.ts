import { Type } from "typebox";
import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { ApprovalRecord, approvalStatuses, presentApproval } from "./approval.ts";

export const approvalsCrud = crud({
  noun: "approval",
  plural: "approvals",
  table: "approvals",
  surface: workspaceApi,
  section: "Approvals",
  path: "/approvals",
  scopes: { read: [], write: [] },
  noScopes: "record",
  record: ApprovalRecord,
  sort: { column: "created_at", direction: "desc", kind: "timestamp" },
  present: (ctx, rows) => rows.map((row) => presentApproval(ctx, row)),
  summaries: { list: "List approvals, the pending ones unless another status is asked for." },
  filters: {
    status: {
      schema: Type.Union(
        [...approvalStatuses, "all" as const].map((status) => Type.Literal(status)),
        { default: "pending", description: "pending, approved, rejected, expired or all." },
      ),
      where: (query, value: string, ctx) => {
        if (value === "all") return query;
        if (value === "pending") {
          return query.where("status", "=", "pending").where("expires_at", ">", ctx.now);
        }
        if (value === "expired") {
          return query.where((where) =>
            where.or([
              where("status", "=", "expired"),
              where.and([where("status", "=", "pending"), where("expires_at", "<=", ctx.now)]),
            ]),
          );
        }
        return query.where("status", "in", value === "approved" ? ["approved", "failed"] : [value]);
      },
    },
  },
});
