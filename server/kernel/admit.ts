/** The first gate of the pipeline: who may call an operation, and what of it they may see. */
import type { Actor } from "./actor.ts";
import { forbidden, insufficientScope } from "./errors.ts";
import type { AnyOperation } from "./operation.ts";
import { invalidInput, validatorOf, withDefaults } from "./validation.ts";

type Input = Record<string, unknown>;

/** Refuses whoever may not call this, then whatever does not fit; answers the input, validated. */
export function admit(operation: AnyOperation, actor: Actor, sent: unknown): Input {
  const input = (sent ?? {}) as Input;
  const missing = missingScopes(operation, input, actor.scopes);
  if (missing.length > 0) throw lacksScopes(missing, neededScopes(operation, input));
  if (operation.effect !== "read" && actor.approvalLevel === "read-only") {
    throw forbidden("This key is read-only.", { fix: "Use a key with full access or with approval." });
  }
  const raw = withDefaults(operation.input, input);
  const validator = validatorOf(operation.input);
  if (!validator.check(raw)) throw invalidInput(validator.problems(raw));
  return raw;
}

/** The scopes that are missing for a call; none for the program itself, whose scopes are undefined. */
export function missingScopes(
  operation: AnyOperation,
  input: Input,
  has: ReadonlySet<string> | undefined,
): readonly string[] {
  if (!has) return [];
  const needed = neededScopes(operation, input);
  // Where the record decides which scope it takes, a caller without any of them is refused before the record is looked for.
  if (needed.length === 0) {
    return operation.scopes.some((scope) => has.has(scope)) ? [] : operation.scopes;
  }
  return needed.filter((scope) => !has.has(scope));
}

function neededScopes(operation: AnyOperation, input: Input): readonly string[] {
  return operation.neededScopes?.(input) ?? operation.scopes;
}

/** The 403 of a credential that lacks scopes, naming them. */
export function lacksScopes(missing: readonly string[], needed: readonly string[] = missing): Error {
  return insufficientScope(`This needs the scope ${missing.join(" and ")}.`, {
    fix: "Use a key with that scope, or add it to this key.",
    details: { required_scopes: needed, missing_scopes: missing },
  });
}

/** Refuses a caller who lacks one of these scopes, which are those of records a call turned out to touch. */
export function mustHaveScopes({ scopes }: Actor, needed: Iterable<string>): void {
  const all = [...new Set(needed)];
  const missing = scopes ? all.filter((scope) => !scopes.has(scope)) : [];
  if (missing.length > 0) throw lacksScopes(missing, all);
}
