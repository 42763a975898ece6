import { Type } from "typebox";
import type { Actor } from "../../../kernel/actor.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { OperationError, unauthorized } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { asOperationError } from "../../../surfaces/failures.ts";
import { workspaceApi, workspaceError } from "../../../surfaces/workspace-api.ts";
import { decidingErrors, mustBeReviewer, notPending, statusAt } from "./approval.ts";
import type { Approval } from "./approval.ts";
import { decideApproval, lockApproval } from "./approvals.store.ts";

export const approveApproval = operation({
  name: "approve_approval",
  surface: workspaceApi,
  section: "Approvals",
  route: "POST /approvals/:id/approve",
  scopes: [],
  effect: "write",
  noun: "approval",
  shape: "bare",
  holdable: false,
  summary: "Approve a held write and run it now.",
  description:
    "Everything is checked again by today's rules: that the key is still in force and has the scopes, and that the input is still valid. It runs once; approving again answers the first result.",
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
    if (statusAt(held, ctx.now) === "approved") {
      return answer(id, held.execution_status ?? 0, held.execution_result);
    }
    if (statusAt(held, ctx.now) !== "pending") throw notPending(held, ctx.now);
    const { status, result } = await runHeld(ctx, held);
    await decideApproval(ctx, held, {
      status: status < 400 ? "approved" : "failed",
      executionStatus: status,
      executionResult: result,
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

/** Runs what was held, as the key that asked, under a savepoint: a failure undoes its own work and is the result. */
async function runHeld(ctx: Ctx, held: Approval): Promise<{ status: number; result: unknown }> {
  const wanted = ctx.app.registry.find(`${held.surface}.${held.operation}`);
  try {
    if (!wanted)
      throw new OperationError("NOT_FOUND", 404, `There is no operation ${held.operation} any more.`);
    const actor = await actorBehind(ctx, held);
    const outcome = await ctx.db.savepoint(() => ctx.run(wanted, held.input, actor));
    return { status: outcome.status, result: outcome.output };
  } catch (error) {
    const failure = asOperationError(error, ctx.log);
    return { status: failure.status, result: { error: workspaceError(failure) } };
  }
}

async function actorBehind(ctx: Ctx, held: Approval): Promise<Actor> {
  const row = await ctx.db
    .from("api_keys")
    .selectAll()
    .where("id", "=", held.api_key_id)
    .where("revoked_at", "is", null)
    .where((where) => where.or([where("expires_at", "is", null), where("expires_at", ">", ctx.now)]))
    .executeTakeFirst();
  const actor = row && ctx.app.credentials.actorOfRow(row);
  if (actor) return actor;
  throw unauthorized("The key that asked for this is no longer in force.", {
    fix: "Send the request again with a key that is.",
  });
}
