import { Type } from "typebox";
import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { CallRecord, presentCall } from "./call.ts";

const id = () => Type.String({ format: "uuid" });

export const listPhoneCallLogs = crud({
  noun: "phone_call_log",
  plural: "phone_call_logs",
  table: "calls",
  surface: workspaceApi,
  section: "Phone",
  path: "/phone/call-logs",
  scopes: { read: ["calls:read"], write: ["phone:write"] },
  record: CallRecord,
  sort: { column: "started_at", direction: "desc", kind: "timestamp" },
  summaries: { list: "List calls, the latest first, with whether they were answered." },
  present: (_ctx, rows) => rows.map(presentCall),
  filters: {
    phone_number_id: {
      schema: id(),
      where: (query, value: string) => query.where("phone_number_id", "=", value),
    },
    contact_id: { schema: id(), where: (query, value: string) => query.where("contact_id", "=", value) },
    outcome: {
      schema: Type.Union([Type.Literal("answered"), Type.Literal("missed")]),
      where: (query, value: "answered" | "missed") => query.where("outcome", "=", value),
    },
  },
}).list;
