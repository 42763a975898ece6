import assert from "node:assert/strict";
import { test } from "node:test";
import {
  administratorScopes,
  everyScope,
  knownScopes,
  memberRoles,
  privateScopes,
  scopesOfRole,
  workspaceScopeOf,
} from "./scopes.ts";

test("what only administrators may do is this, and an editor may do all the rest", () => {
  // Written out, so that a change of it is one somebody meant: people, the company, the trail, what leaves for other systems.
  const theirs = [
    "approvals:reassign",
    "company:write",
    "crm_audit:read",
    "users:delete",
    "users:write",
    "webhooks:write",
  ];
  assert.deepEqual(everyScope.filter((scope) => administratorScopes.has(scope)).sort(), theirs);
  assert.deepEqual(scopesOfRole("client_admin"), new Set(everyScope));
  assert.deepEqual(everyScope.filter((scope) => !scopesOfRole("client_editor").has(scope)).sort(), theirs);
});

test("a viewer reads what an editor reads, and nothing else", () => {
  const viewer = scopesOfRole("client_viewer");
  for (const scope of everyScope) {
    const reads = /[:.]read$/.test(scope) && scopesOfRole("client_editor").has(scope);
    assert.equal(viewer.has(scope), reads, scope);
  }
  assert.equal(viewer.has("crm_audit:read"), false);
  assert.ok(viewer.has("contacts:read") && viewer.has("scheduling.read"));
});

test("a role nobody knows may do nothing", () => {
  for (const role of ["", "client_owner", "constructor", "CLIENT_ADMIN"]) {
    assert.equal([...scopesOfRole(role)].length, 0, role);
  }
  assert.equal(memberRoles.length, 3);
});

test("a private token's scopes stand for the workspace's own", () => {
  for (const scope of privateScopes) assert.ok(everyScope.includes(workspaceScopeOf(scope)), scope);
  assert.equal(workspaceScopeOf("WRITE_BOOKINGS"), "scheduling:write");
  for (const scope of everyScope) assert.equal(workspaceScopeOf(scope), scope);
  for (const scope of privateScopes) assert.ok(knownScopes.has(scope) && !everyScope.includes(scope));
});
