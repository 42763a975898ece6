import { Type } from "typebox";
import { invalidField } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { ApprovalRecord, approvalNotPending, notPending, presentApproval, statusAt } from "./approval.ts";
import { lockApproval, membersAmong } from "./approvals.store.ts";

export const assignApproval = operation({
  name: "assign_approval",
  surface: workspaceApi,
  section: "Approvals",
  route: "POST /approvals/:id/assign",
  scopes: ["approvals:reassign"],
  effect: "write",
  noun: "approval",
  holdable: false,
  summary: "Say who is to decide about a pending approval.",
  input: Type.Object(
    {
      id: Type.String({ format: "uuid" }),
      primary_assignee_id: Type.String({ format: "uuid", description: "A member of the workspace." }),
      secondary_assignee_id: Type.Optional(
        Type.Union([Type.String({ format: "uuid" }), Type.Null()], {
          description: "Another member; null clears, absent leaves as it is.",
        }),
      ),
    },
    { additionalProperties: false },
  ),
  output: ApprovalRecord,
  errors: [approvalNotPending],
  async run(ctx, { id, primary_assignee_id: primary, secondary_assignee_id: secondary }) {
    const before = await lockApproval(ctx, id);
    if (statusAt(before, ctx.now) !== "pending") throw notPending(before, ctx.now);
    const members = await membersAmong(ctx, secondary ? [primary, secondary] : [primary]);
    for (const [field, value] of [
      ["primary_assignee_id", primary],
      ["secondary_assignee_id", secondary],
    ] as const) {
      if (value && !members.has(value))
        throw invalidField(
          field,
          "is not a member of this workspace",
          "GET /company/users lists the members.",
        );
    }
    const after = await ctx.db
      .update("approvals")
      .set({
        primary_assignee_id: primary,
        ...(secondary === undefined ? {} : { secondary_assignee_id: secondary }),
      })
      .where("id", "=", id)
      .returningAll()
      .executeTakeFirstOrThrow();
    const assignees = ({ primary_assignee_id, secondary_assignee_id }: typeof after) => ({
      primary_assignee_id,
      secondary_assignee_id,
    });
    ctx.changed({ noun: "approval", id, before: assignees(before), after: assignees(after) });
    return presentApproval(ctx, after) as never;
  },
});
