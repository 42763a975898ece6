import { Type } from "typebox";
import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { GuardDecisionRecord } from "../messages/guard-decision.ts";

const id = () => Type.String({ format: "uuid" });

export const listGuardDecisions = crud({
  noun: "guard_decision",
  plural: "guard_decisions",
  table: "guard_decisions",
  surface: workspaceApi,
  section: "SMS",
  path: "/sms/guard-decisions",
  scopes: { read: ["sms:read"], write: ["sms:write"] },
  record: GuardDecisionRecord,
  sort: { column: "created_at", direction: "desc", kind: "timestamp" },
  summaries: { list: "List the texts that were held back, with what held them and why." },
  present: (_ctx, rows) => rows.map(({ workspace_id: _w, ...shown }) => shown),
  filters: {
    conversation_id: {
      schema: id(),
      where: (query, value: string) => query.where("conversation_id", "=", value),
    },
    contact_id: { schema: id(), where: (query, value: string) => query.where("contact_id", "=", value) },
    guard: { schema: Type.String(), where: (query, value: string) => query.where("guard", "=", value) },
    decision: {
      schema: Type.Union(["held", "suppressed", "deferred"].map((name) => Type.Literal(name))),
      where: (query, value: string) => query.where("decision", "=", value as "held"),
    },
  },
}).list;
