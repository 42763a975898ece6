import type { Actor } from "../kernel/actor.ts";
import type { AnyOperation } from "../kernel/operation.ts";

/** Whether a call by this actor would get past the pipeline's first gate: scopes and access level. */
export function mayCall(actor: Actor, operation: AnyOperation): boolean {
  if (operation.effect !== "read" && actor.approvalLevel === "read-only") return false;
  return operation.scopes.every((scope) => !actor.scopes || actor.scopes.has(scope));
}
