import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { decidingErrors, mustBeReviewer, notPending, statusAt } from "./approval.ts";
import { decideApproval, lockApproval } from "./approvals.store.ts";
import { mustHaveWhatIsHeld } from "./release.ts";

export const rejectApproval = operation({
  name: "reject_approval",
  surface: workspaceApi,
  section: "Approvals",
  route: "POST /approvals/:id/reject",
  scopes: [],
  noScopes: "record",
  effect: "write",
  noun: "approval",
  shape: "bare",
  holdable: false,
  summary: "Reject a held write; it never runs.",
  description: "It takes the scopes of what is held.",
  input: Type.Object(
    {
      id: Type.String({ format: "uuid" }),
      reason: Type.Optional(Type.Union([Type.String({ maxLength: 2000 }), Type.Null()])),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    approval_id: Type.String({ format: "uuid" }),
    status: Type.Literal("rejected"),
    reason: Type.Union([Type.String(), Type.Null()]),
  }),
  errors: decidingErrors,
  example: { input: { reason: "This contact exists already." } },
  async run(ctx, { id, reason }) {
    mustBeReviewer(ctx);
    const held = await lockApproval(ctx, id);
    mustBeReviewer(ctx, held);
    mustHaveWhatIsHeld(ctx, held);
    if (statusAt(held, ctx.now) !== "pending") throw notPending(held, ctx.now);
    await decideApproval(ctx, held, { status: "rejected", reason: reason ?? null });
    return { approval_id: id, status: "rejected" as const, reason: reason ?? null };
  },
});
