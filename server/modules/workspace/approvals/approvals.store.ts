import type { Ctx } from "../../../kernel/context.ts";
import { missing } from "../../../kernel/errors.ts";
import { secretsIn, withoutSecrets } from "../../../kernel/guarded-fields.ts";
import type { Approval } from "./approval.ts";
import { heldOperation } from "./release.ts";

/** One approval, locked until the transaction ends, so that it is decided once. */
export async function lockApproval(ctx: Ctx, id: string): Promise<Approval> {
  const row = await ctx.db.from("approvals").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
  if (!row) throw missing("approval", id);
  return row;
}

type Decision = {
  status: "approved" | "failed" | "rejected";
  executionStatus?: number;
  executionResult?: unknown;
  reason?: string | null;
};

export async function decideApproval(ctx: Ctx, before: Approval, decision: Decision): Promise<void> {
  await ctx.db
    .update("approvals")
    .set({
      status: decision.status,
      execution_status: decision.executionStatus ?? null,
      execution_result:
        decision.executionResult === undefined ? null : JSON.stringify(decision.executionResult),
      reason: decision.reason ?? null,
      input: JSON.stringify(keptInput(ctx, before)),
      sealed_input: null,
      resolved_at: ctx.now,
      resolved_by: ctx.actor.id,
    })
    .where("id", "=", before.id)
    .execute();
  const kept = { operation: before.operation };
  ctx.changed({
    noun: "approval",
    id: before.id,
    before: { ...kept, status: before.status },
    after: { ...kept, status: decision.status, execution_status: decision.executionStatus ?? null },
  });
  ctx.emit({
    type: decision.status === "rejected" ? "approval.rejected" : "approval.approved",
    noun: "approval",
    recordId: before.id,
    payload: { id: before.id, operation: before.operation, execution_status: decision.executionStatus },
  });
}

// Held before secrets were sealed, a call may have them in the open.
function keptInput(ctx: Ctx, held: Approval): unknown {
  const operation = heldOperation(ctx, held);
  return operation ? withoutSecrets(held.input, secretsIn(operation.input, held.input)) : held.input;
}

/** Which of these ids are active members of the workspace. */
export async function membersAmong(ctx: Ctx, ids: string[]): Promise<Set<string>> {
  const rows = await ctx.db
    .from("members")
    .select("id")
    .where("id", "in", ids)
    .where("status", "=", "active")
    .execute();
  return new Set(rows.map((row) => row.id));
}
