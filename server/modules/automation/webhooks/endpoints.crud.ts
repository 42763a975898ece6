import type { TObject } from "typebox";
import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { AttemptRecord, presentAttempt } from "./delivery.ts";
import { OutgoingRecord, SubscriptionRecord, nouns, presentEndpoint, withoutSecrets } from "./endpoint.ts";
import type { EndpointKind } from "./endpoint.ts";

const common = {
  surface: workspaceApi,
  section: "Webhooks",
  scopes: { read: ["webhooks:read"], write: ["webhooks:write"] },
  sort: { column: "created_at", direction: "desc", kind: "timestamp" },
} as const;

function endpointsOf(kind: EndpointKind, plural: string, path: string, record: TObject) {
  const endpoints = crud({
    ...common,
    noun: nouns[kind],
    plural,
    table: "webhook_endpoints",
    path,
    only: { column: "kind", value: kind },
    record,
    present: (_ctx, rows) => rows.map((row) => presentEndpoint(row)),
    recorded: withoutSecrets,
  });
  const logs = crud({
    ...common,
    noun: nouns[kind],
    plural: `${nouns[kind]}_logs`,
    table: "webhook_attempts",
    path: `${path}/:id/logs`,
    parent: {
      param: "id",
      column: "endpoint_id",
      table: "webhook_endpoints",
      noun: nouns[kind],
      only: { column: "kind", value: kind },
    },
    record: AttemptRecord,
    present: (_ctx, rows) => rows.map(presentAttempt),
    summaries: {
      list: "Every attempt to deliver: what was answered, how long it took, when the next one is due.",
    },
  });
  return { ...endpoints, logs: logs.list };
}

export const subscriptionsCrud = endpointsOf(
  "subscription",
  "webhook_subscriptions",
  "/webhooks/subscriptions",
  SubscriptionRecord,
);

export const outgoingCrud = endpointsOf(
  "outgoing",
  "outgoing_webhooks",
  "/webhooks/outgoing",
  OutgoingRecord,
);
