import { Type } from "typebox";
import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { OptOutRecord } from "../opt-outs/opt-out.ts";

export const { list: listOptOuts } = crud({
  noun: "opt_out",
  plural: "opt_outs",
  table: "opt_outs",
  surface: workspaceApi,
  section: "Contacts",
  path: "/opt-outs",
  scopes: { read: ["contacts:read"], write: ["contacts:write"] },
  record: OptOutRecord,
  sort: { column: "opted_out_at", direction: "desc", kind: "timestamp" },
  summaries: {
    list: "List the numbers and addresses that opted out of texts or mails: who said so, when and how.",
  },
  present: (_ctx, rows) =>
    rows.map(({ workspace_id: _w, actor_id: _a, request_id: _r, ...shown }) => shown as never),
  filters: {
    channel: {
      schema: Type.Union([Type.Literal("sms"), Type.Literal("email")]),
      where: (query, value: "sms" | "email") => query.where("channel", "=", value),
    },
    address: {
      schema: Type.String({ description: "A number in E.164, or a mail address." }),
      where: (query, value: string) => query.where("address", "=", value.toLowerCase()),
    },
    standing: {
      schema: Type.Boolean({ description: "true: only those that still hold; false: only lifted ones." }),
      where: (query, value: boolean) => query.where("lifted_at", value ? "is" : "is not", null),
    },
  },
});
