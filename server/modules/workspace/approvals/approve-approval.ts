import { Type } from "typebox";
import { haveMet } from "../../../kernel/again.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { operation } from "../../../kernel/operation.ts";
import { asOperationError } from "../../../surfaces/failures.ts";
import { workspaceApi, workspaceError } from "../../../surfaces/workspace-api.ts";
import { decidingErrors, mustBeReviewer, notPending, statusAt } from "./approval.ts";
import type { Approval } from "./approval.ts";
import { decideApproval, lockApproval } from "./approvals.store.ts";
import { ApproverLacks, mustHaveWhatIsHeld, release, shownParts } from "./release.ts";

export const approveApproval = operation({
  name: "approve_approval",
  surface: workspaceApi,
  section: "Approvals",
  route: "POST /approvals/:id/approve",
  scopes: [],
  noScopes: "record",
  effect: "write",
  noun: "approval",
  shape: "bare",
  holdable: false,
  summary: "Approve a held write and run it now.",
  description:
    "It takes the scopes of what is held. Everything is checked again by today's rules: that the key that asked is still in force and has the scopes, and that the input is still valid. It runs once; approving again answers the first result, without the secrets that are shown once.",
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: Type.Object({
    approval_id: Type.String({ format: "uuid" }),
    status: Type.Literal("approved"),
    execution_status: Type.Integer(),
    execution_result: Type.Unknown(),
  }),
  errors: decidingErrors,
  async run(ctx, { id }) {
    mustBeReviewer(ctx);
    const held = await lockApproval(ctx, id);
    mustBeReviewer(ctx, held);
    mustHaveWhatIsHeld(ctx, held);
    if (statusAt(held, ctx.now) === "approved") {
      return answer(id, held.execution_status ?? 0, shownParts(ctx, held).execution_result);
    }
    if (statusAt(held, ctx.now) !== "pending") throw notPending(held, ctx.now);
    const { status, result, kept } = await runHeld(ctx, held);
    await decideApproval(ctx, held, {
      status: status < 400 ? "approved" : "failed",
      executionStatus: status,
      executionResult: kept,
    });
    return answer(id, status, result);
  },
});

function answer(id: string, status: number, result: unknown) {
  return {
    approval_id: id,
    status: "approved" as const,
    execution_status: status,
    execution_result: result ?? null,
  };
}

/** Runs what was held, as the key that asked and with no more than the approver may do; a failure is its result. */
async function runHeld(
  ctx: Ctx,
  held: Approval,
): Promise<{ status: number; result: unknown; kept: unknown }> {
  try {
    const { status, output, kept } = await release(ctx, held);
    return { status, result: output, kept };
  } catch (error) {
    if (error instanceof ApproverLacks) throw error.refusal;
    // Nothing is wrong with what was approved: all of it, the decision too, is done again.
    if (haveMet(error)) throw error;
    const failure = asOperationError(error, ctx.log);
    const result = { error: workspaceError(failure) };
    return { status: failure.status, result, kept: result };
  }
}
