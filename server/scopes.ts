/** Every scope a credential can carry, by surface. */
export const workspaceScopes = [
  "contacts:read",
  "contacts:write",
  "contacts:delete",
  "companies:read",
  "opportunities:read",
  "company:read",
  "company:write",
  "users:read",
  "users:write",
  "users:delete",
  "crm_audit:read",
  "phone:read",
  "phone:write",
  "sms:read",
  "sms:send",
  "sms:write",
  "calls:read",
  "scheduling:read",
  "scheduling:write",
  "approvals:reassign",
  "leads:read",
  "leads:write",
] as const;

export const privateScopes = ["READ_BOOKINGS", "WRITE_BOOKINGS"] as const;

export const capabilityScopes = ["scheduling.read", "scheduling.write"] as const;

/** What a key with every scope carries. */
export const everyScope: readonly string[] = [...workspaceScopes, ...capabilityScopes];

export const knownScopes: ReadonlySet<string> = new Set([...everyScope, ...privateScopes]);
