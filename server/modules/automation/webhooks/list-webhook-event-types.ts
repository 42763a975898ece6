import { Type } from "typebox";
import { eventTypes } from "../../../event-types.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";

export const listWebhookEventTypes = operation({
  name: "list_webhook_event_types",
  surface: workspaceApi,
  section: "Webhooks",
  route: "GET /webhooks/event-types",
  scopes: ["webhooks:read"],
  effect: "read",
  noun: "webhook_event_type",
  summary: "List every event type that can be subscribed to.",
  description: "Subscriptions take these names, contact.* for all of a kind, and * for all.",
  input: Type.Object({}, { additionalProperties: false }),
  output: Type.Object({ event_types: Type.Array(Type.Object({ type: Type.String(), noun: Type.String() })) }),
  run: () =>
    Promise.resolve({ event_types: eventTypes.map((type) => ({ type, noun: type.split(".")[0] ?? type })) }),
});
