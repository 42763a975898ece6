/** What dashboards, their cards and funnels take: whoever arranges them reads deals, and may change something. */
export const reportScopes = {
  read: ["opportunities:read"],
  write: ["opportunities:read", "opportunities:write"],
} as const;
