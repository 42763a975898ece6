import type { Ctx } from "./context.ts";
import { newId } from "./ids.ts";
import type { AnyOperation } from "./operation.ts";
import type { Outcome } from "./run.ts";

const pendingDays = 7;

/** Stores a write instead of doing it: 202 with the approval's id. What was asked is kept as the validated input. */
export async function holdForApproval(
  ctx: Ctx,
  operation: AnyOperation,
  input: Record<string, unknown>,
): Promise<Outcome> {
  const id = newId(ctx.now);
  const [method = "", path = ""] = (operation.route ?? "").split(" ");
  const targetId = typeof input["id"] === "string" ? input["id"] : null;
  await ctx.db
    .insert("approvals", {
      id,
      api_key_id: ctx.actor.id,
      operation: operation.name,
      surface: operation.surface.name,
      resource: operation.scopes[0]?.split(":")[0] ?? operation.noun,
      action: operation.effect,
      method,
      path: targetId ? path.replace(":id", targetId) : path,
      input: JSON.stringify(input),
      target_id: targetId,
      status: "pending",
      created_at: ctx.now,
      expires_at: new Date(ctx.now.getTime() + pendingDays * 86_400_000),
    } as never)
    .execute();
  ctx.changed({ noun: "approval", id, after: { operation: operation.name, status: "pending" } });
  ctx.emit({
    type: "approval.requested",
    noun: "approval",
    recordId: id,
    payload: { operation: operation.name },
  });
  return { status: 202, output: { approval_id: id, status: "pending" }, held: true };
}
