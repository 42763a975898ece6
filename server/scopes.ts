/** Every scope a credential can carry, by surface. */
import { dictionary } from "./kernel/dictionary.ts";
import { isReadScope } from "./kernel/read-scope.ts";

export const workspaceScopes = [
  "contacts:read",
  "contacts:write",
  "contacts:delete",
  "companies:read",
  "companies:write",
  "companies:delete",
  "opportunities:read",
  "opportunities:write",
  "opportunities:delete",
  "pipelines:read",
  "pipelines:write",
  "invoices:read",
  "invoices:write",
  "products:read",
  "products:write",
  "activities:read",
  "activities:write",
  "tasks:read",
  "tasks:write",
  "work-orders:read",
  "work-orders:write",
  "crm-templates:read",
  "crm-templates:write",
  "company:read",
  "company:write",
  "users:read",
  // Invites people and gives them roles, up to what the key itself may do: with every scope it makes administrators.
  "users:write",
  "users:delete",
  "crm_audit:read",
  "phone:read",
  "phone:write",
  "sms:read",
  "sms:send",
  "sms:write",
  "calls:read",
  "email:send",
  "scheduling:read",
  "scheduling:write",
  "approvals:reassign",
  "leads:read",
  "leads:write",
  "exports:read",
  "exports:write",
  "exports:delete",
  "webhooks:read",
  "webhooks:write",
] as const;

export const privateScopes = ["READ_BOOKINGS", "WRITE_BOOKINGS"] as const;

const standsFor: Record<string, string> = dictionary({
  READ_BOOKINGS: "scheduling:read",
  WRITE_BOOKINGS: "scheduling:write",
});

/** The workspace's own scope for the same thing, where another surface has a word of its own for it. */
export function workspaceScopeOf(scope: string): string {
  return standsFor[scope] ?? scope;
}

export const capabilityScopes = ["scheduling.read", "scheduling.write"] as const;

/** What a key with every scope carries. */
export const everyScope: readonly string[] = [...workspaceScopes, ...capabilityScopes];

export const knownScopes: ReadonlySet<string> = new Set([...everyScope, ...privateScopes]);

export const memberRoles = ["client_admin", "client_editor", "client_viewer"] as const;

type MemberRole = (typeof memberRoles)[number];

/** What only administrators may do: people, the company itself, keys, money, what leaves for other systems, the trail. */
export const administratorScopes: ReadonlySet<string> = new Set([
  "api-keys:read",
  "api-keys:write",
  "approvals:reassign",
  "billing:write",
  "company:write",
  "crm_audit:read",
  "email-config:write",
  "integrations:write",
  "users:delete",
  "users:write",
  "webhooks:write",
]);

const scopesByRole: Record<MemberRole, ReadonlySet<string>> = dictionary({
  client_admin: new Set(everyScope),
  client_editor: new Set(everyScope.filter((scope) => !administratorScopes.has(scope))),
  client_viewer: new Set(everyScope.filter((scope) => isReadScope(scope) && !administratorScopes.has(scope))),
});

/** What a person with this role may do. A viewer's credential is read-only besides, for writes that ask no write scope. */
export function scopesOfRole(role: string): ReadonlySet<string> {
  return scopesByRole[role as MemberRole] ?? new Set();
}
