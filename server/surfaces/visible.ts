import type { Actor } from "../kernel/actor.ts";
import type { AnyOperation } from "../kernel/operation.ts";

/** Whether a call by this actor would get past the pipeline's first gate: scopes and access level. */
export function mayCall(actor: Actor, operation: AnyOperation): boolean {
  if (operation.effect !== "read" && actor.approvalLevel === "read-only") return false;
  const has = (scope: string) => !actor.scopes || actor.scopes.has(scope);
  // Where a call needs some of the scopes only, one of them opens a part of it.
  return operation.neededScopes ? operation.scopes.some(has) : operation.scopes.every(has);
}
