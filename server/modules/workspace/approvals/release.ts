/** Who may see, approve or reject a held call: whoever has the scopes of what it would do, and as much of them as it takes. */
import type { Actor } from "../../../kernel/actor.ts";
import { lacksScopes, missingScopes } from "../../../kernel/admit.ts";
import { heldInput } from "../../../kernel/approvals.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { OperationError, insufficientScope, unauthorized } from "../../../kernel/errors.ts";
import { withoutUnreadable } from "../../../kernel/guarded-fields.ts";
import type { AnyOperation } from "../../../kernel/operation.ts";
import type { Outcome } from "../../../kernel/run.ts";
import { keyToday } from "../../../makers.ts";
import { workspaceScopeOf } from "../../../scopes.ts";
import type { Approval } from "./approval.ts";

/** The operation a held call is of; undefined when the program has it no longer. */
export function heldOperation({ app }: Ctx, { surface, operation }: Approval): AnyOperation | undefined {
  return app.registry.find(`${surface}.${operation}`);
}

/** The scopes the caller lacks to decide about a held call. */
export function missingToRelease(ctx: Ctx, held: Approval): readonly string[] {
  const operation = heldOperation(ctx, held);
  return operation ? missingScopes(operation, held.input, reachOf(ctx.actor, operation.scopes)) : [];
}

/** Refuses whoever could not have made the held call. */
export function mustHaveWhatIsHeld(ctx: Ctx, held: Approval): void {
  const missing = missingToRelease(ctx, held);
  if (missing.length > 0) throw lacksScopes(missing);
}

/** What of a held call, and of its result, the caller may see. */
export function shownParts(ctx: Ctx, held: Approval) {
  const operation = heldOperation(ctx, held);
  const missing = missingToRelease(ctx, held);
  const hidden = !operation || missing.length > 0;
  return {
    request_body: hidden ? {} : readableInput(ctx, operation, held.input),
    execution_result: hidden
      ? null
      : withoutUnreadable(operation.output, held.execution_result, ctx.actor.scopes),
    // Whoever gave it may have quoted what was held.
    reason: hidden ? null : held.reason,
    missing_scopes: [...missing],
  };
}

// A field that takes a scope to be read takes it in what was sent as well.
function readableInput(ctx: Ctx, { noun }: AnyOperation, input: Approval["input"]): Record<string, unknown> {
  const hidden = ctx.app.registry.unreadableFieldsOf(noun, ctx.actor.scopes);
  return Object.fromEntries(Object.entries(input).filter(([name]) => !hidden.includes(name)));
}

/** Runs what was held, under a savepoint: a failure undoes its own work and nothing else. */
export async function release(ctx: Ctx, held: Approval): Promise<Outcome> {
  const operation = heldOperation(ctx, held);
  if (!operation) {
    throw new OperationError("NOT_FOUND", 404, `There is no operation ${held.operation} any more.`, {
      fix: "Reject this approval: it cannot be carried out.",
    });
  }
  const asker = await askerOf(ctx, held);
  const reach = reachOf(ctx.actor, asker.scopes ?? []);
  const both = new Set([...(asker.scopes ?? [])].filter((scope) => reach?.has(scope) ?? true));
  try {
    return await ctx.db.savepoint(() => ctx.run(operation, heldInput(ctx, held), { ...asker, scopes: both }));
  } catch (error) {
    throw onlyApproverLacks(error, asker) ? new ApproverLacks(error) : error;
  }
}

/** The approver lacks a scope that the call turned out to take and its key has: the approval goes on waiting for another. */
export class ApproverLacks extends Error {
  readonly refusal: OperationError;

  constructor(refusal: OperationError) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

function onlyApproverLacks(error: unknown, { scopes }: Actor): error is OperationError {
  if (!(error instanceof OperationError) || error.code !== insufficientScope.code) return false;
  const missing = (error.details?.["missing_scopes"] ?? []) as string[];
  return missing.length > 0 && missing.every((scope) => scopes?.has(scope));
}

/** The scopes of an actor, and those of other surfaces that they stand for. */
function reachOf({ scopes }: Actor, others: Iterable<string>): ReadonlySet<string> | undefined {
  if (!scopes) return undefined;
  return new Set([...scopes, ...[...others].filter((scope) => scopes.has(workspaceScopeOf(scope)))]);
}

async function askerOf(ctx: Ctx, held: Approval): Promise<Actor> {
  const actor = await keyToday(ctx, held.api_key_id);
  if (actor) return actor;
  throw unauthorized("The key that asked for this is no longer in force.", {
    fix: "Send the request again with a key that is.",
  });
}
