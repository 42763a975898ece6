import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { deliverWebhooks } from "./deliver-webhooks.job.ts";
import { hurry, insertTest } from "./deliveries.store.ts";
import { DeliveryRecord, presentDelivery } from "./delivery.ts";
import { OutgoingRecord, presentEndpoint } from "./endpoint.ts";
import { columnsOf, description, events, headers, name, newSecret, secret, url } from "./endpoint-input.ts";
import { insertEndpoint, lockEndpoint, updateEndpoint } from "./endpoints.store.ts";
import { mustHaveRoomToReplay } from "./most-waiting.ts";

const optionalFields = {
  description: Type.Optional(description),
  events: Type.Optional(events),
  headers: Type.Optional(headers),
  include_trigger_data: Type.Optional(
    Type.Boolean({
      description: "Whether deliveries hold the event's data and the record; true by default.",
    }),
  ),
  is_active: Type.Optional(Type.Boolean()),
  secret: Type.Optional(secret),
};

export const createOutgoingWebhook = operation({
  name: "create_outgoing_webhook",
  surface: workspaceApi,
  section: "Webhooks",
  route: "POST /webhooks/outgoing",
  scopes: ["webhooks:write"],
  effect: "write",
  noun: "outgoing_webhook",
  summary: "Set up an address that is called when something happens, or by an automation.",
  description: "Without a secret one is made; it is shown in this answer and masked from then on.",
  input: Type.Object({ name, url, ...optionalFields }, { additionalProperties: false }),
  output: OutgoingRecord,
  example: {
    input: { name: "Accounts", url: "https://example.com/accounts", events: ["opportunity.won"] },
  },
  async run(ctx, input) {
    const whole = { secret: newSecret(), ...input };
    const row = await insertEndpoint(ctx, "outgoing", { events: [], ...columnsOf(ctx, whole) });
    return presentEndpoint(row, whole);
  },
});

export const updateOutgoingWebhook = operation({
  name: "update_outgoing_webhook",
  surface: workspaceApi,
  section: "Webhooks",
  route: "PATCH /webhooks/outgoing/:id",
  scopes: ["webhooks:write"],
  effect: "write",
  noun: "outgoing_webhook",
  summary: "Change an outgoing webhook, or switch it off and on; what is not sent stays.",
  input: Type.Object(
    {
      id: Type.String({ format: "uuid" }),
      name: Type.Optional(name),
      url: Type.Optional(url),
      ...optionalFields,
    },
    { additionalProperties: false },
  ),
  output: OutgoingRecord,
  example: { input: { include_trigger_data: false } },
  async run(ctx, { id, ...input }) {
    const before = await lockEndpoint(ctx, "outgoing", id);
    const after = await updateEndpoint(ctx, before, columnsOf(ctx, input));
    if (after.is_active) {
      await hurry(ctx, id);
      ctx.enqueue(deliverWebhooks, { endpointId: id });
    }
    return presentEndpoint(after, input);
  },
});

export const testOutgoingWebhook = operation({
  name: "test_outgoing_webhook",
  surface: workspaceApi,
  section: "Webhooks",
  route: "POST /webhooks/outgoing/:id/test",
  scopes: ["webhooks:write"],
  effect: "write",
  noun: "outgoing_webhook",
  summary: "Send a signed test event now, once, whether or not the webhook is switched on.",
  description:
    "Answers the delivery as it is being sent; GET /webhooks/deliveries/:id and the logs tell what the receiver answered.",
  status: 202,
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: DeliveryRecord,
  async run(ctx, { id }) {
    const endpoint = await lockEndpoint(ctx, "outgoing", id);
    await mustHaveRoomToReplay(ctx, id);
    const delivery = await insertTest(ctx, endpoint, "outgoing_webhook");
    ctx.enqueue(deliverWebhooks, { endpointId: id });
    return presentDelivery(delivery);
  },
});
