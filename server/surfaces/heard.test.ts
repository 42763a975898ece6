import assert from "node:assert/strict";
import { test } from "node:test";
import { eventTypes, hearingScopes, mayHear } from "../event-types.ts";
import { everyScope, knownScopes } from "../scopes.ts";
import { heardPayload } from "./heard.ts";

const registry = {
  unreadableFieldsOf: (noun: string, scopes?: ReadonlySet<string>) =>
    noun === "line" && scopes && !scopes.has("invoices:read") ? ["paid"] : [],
};
const heard = (payload: Record<string, unknown>, scopes?: string[], noun = "line") =>
  heardPayload(
    { registry } as never,
    { type: "opportunity_product.updated", noun, payload },
    scopes && new Set(scopes),
  );

test("every event says which scopes let hear of it, and they are scopes there are", () => {
  for (const scope of hearingScopes) assert.ok(knownScopes.has(scope), scope);
  const all = new Set(everyScope);
  for (const type of eventTypes) {
    assert.equal(mayHear(all, type), true, type);
    // Of an approval only the name of what waits is told; everything else takes a scope.
    assert.equal(mayHear(new Set(), type), type.startsWith("approval."), type);
  }
});

test("a scope of another entity tells nothing, and a type nobody declared is told to nobody", () => {
  assert.equal(mayHear(new Set(["webhooks:read", "webhooks:write"]), "call.missed"), false);
  assert.equal(mayHear(new Set(["calls:read"]), "call.missed"), true);
  assert.equal(mayHear(new Set(["contacts:read"]), "opportunity.updated"), false);
  assert.equal(mayHear(new Set(everyScope), "unheard.of"), false);
  assert.equal(mayHear(undefined, "unheard.of"), true, "but the program itself");
});

test("fields with a scope of their own are left out of what an event tells", () => {
  const payload = {
    id: "1",
    paid: "yes",
    _changed_fields: ["name", "paid"],
    _previous_values: { name: "A", paid: "no" },
  };
  const scopes = ["opportunities:read"];
  assert.deepEqual(heard(payload, scopes), {
    id: "1",
    _changed_fields: ["name"],
    _previous_values: { name: "A" },
  });
  assert.deepEqual(heard(payload, [...scopes, "invoices:read"]), payload);
  assert.deepEqual(heard(payload), payload);
  assert.deepEqual(heard({ id: "1" }, scopes), { id: "1" });
  assert.deepEqual(heard(payload, scopes, "other"), payload);
  assert.equal(heard(payload, ["invoices:read"]), undefined);
});
