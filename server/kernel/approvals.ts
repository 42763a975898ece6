import type { Ctx } from "./context.ts";
import { secretsIn, withoutSecrets } from "./guarded-fields.ts";
import { newId } from "./ids.ts";
import type { AnyOperation } from "./operation.ts";
import type { Outcome } from "./run.ts";
import { sealJson, unsealJson } from "./seal.ts";

const pendingDays = 7;

type Held = { workspace_id: string; id: string; input: unknown; sealed_input: string | null };

/** The input of a held call, whole. */
export function heldInput({ app }: Pick<Ctx, "app">, held: Held): Record<string, unknown> {
  const { sealed_input: sealed, input } = held;
  if (sealed === null) return input as Record<string, unknown>;
  return unsealJson(app.ports.secrets.sealing, placeOf(held), sealed);
}

function placeOf({ workspace_id, id }: Pick<Held, "workspace_id" | "id">): string {
  return `approval ${workspace_id} ${id}`;
}

/**
 * Stores a write instead of doing it: 202 with the approval's id. What was asked is kept as the validated input; if it holds
 * secrets, masked, and whole only under seal until somebody has decided.
 */
export async function holdForApproval(
  ctx: Ctx,
  operation: AnyOperation,
  input: Record<string, unknown>,
): Promise<Outcome> {
  const id = newId(ctx.now);
  const [method = "", path = ""] = (operation.route ?? "").split(" ");
  const secrets = secretsIn(operation.input, input);
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
      input: JSON.stringify(withoutSecrets(input, secrets)),
      sealed_input:
        secrets.length === 0
          ? null
          : sealJson(ctx.app.ports.secrets.sealing, placeOf({ workspace_id: ctx.workspaceId, id }), input),
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
