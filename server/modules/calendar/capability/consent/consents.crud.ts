import { Type } from "typebox";
import { crud } from "../../../../kernel/crud.ts";
import { workspaceApi } from "../../../../surfaces/workspace-api.ts";
import type { Ctx } from "../../../../kernel/context.ts";
import { isOver } from "./consent.ts";
import type { Consent, ConsentState } from "./consent.ts";

const states = [
  "asked",
  "confirmed",
  "granted",
  "revoked",
  "failed",
] as const satisfies readonly ConsentState[];

export const ConsentRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  agent_name: Type.String({ description: "As the agent calls itself; nobody has checked it." }),
  customer_name: Type.String(),
  channel: Type.Union([Type.Literal("email"), Type.Literal("sms")]),
  address: Type.String({ description: "The e-mail address or number the person proved to be theirs." }),
  scopes: Type.Array(Type.String()),
  state: Type.Union([
    Type.Literal("asked"),
    Type.Literal("confirmed"),
    Type.Literal("granted"),
    Type.Literal("revoked"),
    Type.Literal("failed"),
    Type.Literal("expired"),
  ]),
  created_at: Type.String({ format: "date-time" }),
  granted_at: Type.Union([Type.String({ format: "date-time" }), Type.Null()]),
  expires_at: Type.String({ format: "date-time" }),
  revoked_at: Type.Union([Type.String({ format: "date-time" }), Type.Null()]),
  revoked_by: Type.Union([Type.Literal("person"), Type.Literal("business"), Type.Null()]),
});

export const consentHead = {
  surface: workspaceApi,
  section: "AI agents",
  path: "/agent-consents",
  noun: "agent_consent",
} as const;

export function presentConsent(ctx: Ctx, row: Consent) {
  const open = row.state !== "revoked" && row.state !== "failed";
  return {
    id: row.id,
    agent_name: row.agent_name,
    customer_name: row.customer_name,
    channel: row.channel,
    address: row.address,
    scopes: row.scopes,
    state: open && isOver(row, ctx.now) ? ("expired" as const) : row.state,
    created_at: row.created_at.toISOString(),
    granted_at: row.granted_at?.toISOString() ?? null,
    expires_at: row.expires_at.toISOString(),
    revoked_at: row.revoked_at?.toISOString() ?? null,
    revoked_by: row.revoked_by,
  };
}

export const consentsCrud = crud({
  ...consentHead,
  plural: "agent_consents",
  table: "agent_consents",
  scopes: { read: ["company:read"], write: ["company:write"] },
  record: ConsentRecord,
  sort: { column: "created_at", direction: "desc", kind: "timestamp" },
  present: (ctx, rows) => rows.map((row) => presentConsent(ctx, row)),
  summaries: {
    list: "List which AI agents customers have let book in their name, and which asked to.",
    get: "Get one customer's consent to an AI agent.",
  },
  filters: {
    state: {
      schema: Type.Union(states.map((state) => Type.Literal(state))),
      where: (query, value: ConsentState) => query.where("state", "=", value),
    },
  },
});
