import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { IncomingWebhookRecord, presentIncoming, withoutToken } from "./incoming-webhook.ts";

export const incomingCrud = crud({
  noun: "incoming_webhook",
  plural: "incoming_webhooks",
  table: "incoming_webhooks",
  surface: workspaceApi,
  section: "Webhooks",
  path: "/webhooks/incoming",
  scopes: { read: ["webhooks:read"], write: ["webhooks:write"] },
  record: IncomingWebhookRecord,
  sort: { column: "created_at", direction: "desc", kind: "timestamp" },
  present: (ctx, rows) => rows.map((row) => presentIncoming(ctx.app, row)),
  recorded: withoutToken,
});
