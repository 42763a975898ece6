import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { deliverWebhooks } from "./deliver-webhooks.job.ts";
import { hurry } from "./deliveries.store.ts";
import { SubscriptionRecord, presentEndpoint } from "./endpoint.ts";
import { columnsOf, description, events, secret, url } from "./endpoint-input.ts";
import { insertEndpoint, lockEndpoint, updateEndpoint } from "./endpoints.store.ts";

const someEvents = { ...events, minItems: 1 };

export const createWebhookSubscription = operation({
  name: "create_webhook_subscription",
  surface: workspaceApi,
  section: "Webhooks",
  route: "POST /webhooks/subscriptions",
  scopes: ["webhooks:write"],
  effect: "write",
  noun: "webhook_subscription",
  summary: "Have events delivered to an address, signed with a secret.",
  description:
    "Deliveries follow Standard Webhooks: webhook-id, webhook-timestamp and webhook-signature over the body. What this key may not read is named in a delivery, not shown.",
  input: Type.Object(
    {
      url,
      events: someEvents,
      secret,
      description: Type.Optional(description),
      is_active: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  output: SubscriptionRecord,
  example: {
    input: {
      url: "https://example.com/frontdesk",
      events: ["contact.created", "booking.*"],
      secret: "a-secret-of-your-own-making",
    },
  },
  async run(ctx, input) {
    const row = await insertEndpoint(ctx, "subscription", columnsOf(ctx, input));
    return presentEndpoint(row, input);
  },
});

export const updateWebhookSubscription = operation({
  name: "update_webhook_subscription",
  surface: workspaceApi,
  section: "Webhooks",
  route: "PATCH /webhooks/subscriptions/:id",
  scopes: ["webhooks:write"],
  effect: "write",
  noun: "webhook_subscription",
  summary: "Change a subscription, or switch it off and on; what is not sent stays.",
  input: Type.Object(
    {
      id: Type.String({ format: "uuid" }),
      url: Type.Optional(url),
      events: Type.Optional(someEvents),
      secret: Type.Optional(secret),
      description: Type.Optional(description),
      is_active: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  output: SubscriptionRecord,
  example: { input: { is_active: true } },
  async run(ctx, { id, ...input }) {
    const before = await lockEndpoint(ctx, "subscription", id);
    const after = await updateEndpoint(ctx, before, columnsOf(ctx, input));
    if (after.is_active) {
      await hurry(ctx, id);
      ctx.enqueue(deliverWebhooks, { endpointId: id });
    }
    return presentEndpoint(after, input);
  },
});
