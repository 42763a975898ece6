import assert from "node:assert/strict";
import { test } from "node:test";
import { Type } from "typebox";
import { workspaceApi } from "../surfaces/workspace-api.ts";
import { anonymous, systemActor } from "./actor.ts";
import type { Actor } from "./actor.ts";
import { admit, lacksScopes, missingScopes, mustHaveScopes } from "./admit.ts";
import { OperationError } from "./errors.ts";
import { operation } from "./operation.ts";
import type { AnyOperation, Operation } from "./operation.ts";

function thing(fields: Partial<Operation> = {}): AnyOperation {
  return operation({
    name: "get_thing",
    surface: workspaceApi,
    section: "Things",
    scopes: ["a:read", "b:read"],
    effect: "read",
    noun: "thing",
    summary: "Get it.",
    input: Type.Object(
      { name: Type.Optional(Type.String()), size: Type.Integer({ default: 3 }) },
      { additionalProperties: false },
    ),
    output: Type.Null(),
    run: () => Promise.resolve(null),
    ...fields,
  });
}

const having = (scopes: readonly string[], approvalLevel: Actor["approvalLevel"] = "full"): Actor => ({
  ...anonymous,
  scopes: new Set(scopes),
  approvalLevel,
});
const both = ["a:read", "b:read"];

function refusal(work: () => unknown): { code: string; missing: unknown; required: unknown } {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof OperationError, String(error));
    const { missing_scopes: missing, required_scopes: required } = error.details ?? {};
    return { code: error.code, missing, required };
  }
  throw new assert.AssertionError({ message: "it was let in" });
}

test("whoever lacks a scope is told which, before what they sent is looked at", () => {
  const wrong = { size: "x" };
  assert.deepEqual(
    refusal(() => admit(thing(), having(["a:read"]), wrong)),
    {
      code: "INSUFFICIENT_SCOPE",
      missing: ["b:read"],
      required: both,
    },
  );
  const readOnly = having(both, "read-only");
  assert.equal(refusal(() => admit(thing({ effect: "write" }), readOnly, wrong)).code, "FORBIDDEN");
  assert.equal(refusal(() => admit(thing({ effect: "destructive" }), readOnly, {})).code, "FORBIDDEN");
  assert.equal(refusal(() => admit(thing(), readOnly, wrong)).code, "VALIDATION_ERROR", "a read is let in");
});

test("what is let in is validated, with its defaults", () => {
  assert.deepEqual(admit(thing(), having(both), undefined), { size: 3 });
  assert.deepEqual(admit(thing({ effect: "write" }), having(both, "with-approval"), { name: "A" }), {
    name: "A",
    size: 3,
  });
  assert.deepEqual(admit(thing(), systemActor("w"), { size: 4 }), { size: 4 });
  assert.equal(refusal(() => admit(thing(), having(both), { more: 1 })).code, "VALIDATION_ERROR");
});

test("the scopes a call needs may depend on what it asks for, or on its record", () => {
  const missing = (fields: Partial<Operation>, has: readonly string[] | undefined, input = {}) =>
    missingScopes(thing(fields), input, has && new Set(has));
  const byName = { neededScopes: (input: Record<string, unknown>) => [String(input["name"])] };
  assert.deepEqual(missing(byName, ["a:read"], { name: "a:read" }), []);
  assert.deepEqual(missing(byName, ["a:read"], { name: "b:read" }), ["b:read"]);
  const byRecord = { neededScopes: () => [] };
  assert.deepEqual(missing(byRecord, ["b:read"]), []);
  assert.deepEqual(missing(byRecord, ["c:read"]), both);
  assert.deepEqual(missing({ scopes: [] }, []), []);
  for (const fields of [{}, byRecord, byName]) assert.deepEqual(missing(fields, undefined), []);
});

test("records a call turned out to touch take scopes as well", () => {
  mustHaveScopes(having(both), ["a:read", "b:read", "a:read"]);
  mustHaveScopes(systemActor("w"), ["a:read"]);
  mustHaveScopes(having([]), []);
  assert.deepEqual(
    refusal(() => mustHaveScopes(having(["a:read"]), ["a:read", "b:read", "b:read"])),
    {
      code: "INSUFFICIENT_SCOPE",
      missing: ["b:read"],
      required: both,
    },
  );
  assert.equal((lacksScopes(["a:read"]) as OperationError).status, 403);
});
