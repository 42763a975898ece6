import { module } from "../../../kernel/operation.ts";
import { deliverWebhooks } from "./deliver-webhooks.job.ts";
import { deliveriesCrud } from "./deliveries.crud.ts";
import { disableEndpointsOf } from "./disable-endpoint.ts";
import { outgoingCrud, subscriptionsCrud } from "./endpoints.crud.ts";
import { webhooksFollower } from "./follow.ts";
import { createIncomingWebhook, rotateIncomingWebhook, updateIncomingWebhook } from "./incoming-webhooks.ts";
import { incomingCrud } from "./incoming-webhooks.crud.ts";
import { listWebhookEventTypes } from "./list-webhook-event-types.ts";
import { createOutgoingWebhook, testOutgoingWebhook, updateOutgoingWebhook } from "./outgoing-webhooks.ts";
import { replayWebhookDelivery, replayWebhookSubscription } from "./replay.ts";
import { createWebhookSubscription, updateWebhookSubscription } from "./webhook-subscriptions.ts";
import { traces } from "../../../kernel/row-kinds.ts";

const monthMs = 30 * 24 * 60 * 60 * 1000;

export const webhooks = module({
  name: "webhooks",
  operations: [
    incomingCrud.list,
    incomingCrud.get,
    createIncomingWebhook,
    updateIncomingWebhook,
    incomingCrud.remove,
    rotateIncomingWebhook,
    outgoingCrud.list,
    outgoingCrud.get,
    createOutgoingWebhook,
    updateOutgoingWebhook,
    outgoingCrud.remove,
    testOutgoingWebhook,
    outgoingCrud.logs,
    subscriptionsCrud.list,
    subscriptionsCrud.get,
    createWebhookSubscription,
    updateWebhookSubscription,
    subscriptionsCrud.remove,
    subscriptionsCrud.logs,
    replayWebhookSubscription,
    deliveriesCrud.list,
    deliveriesCrud.get,
    replayWebhookDelivery,
    listWebhookEventTypes,
  ],
  rows: traces("webhook_deliveries", "webhook_attempts", "incoming_webhook_payloads"),
  jobs: [deliverWebhooks],
  followers: [webhooksFollower],
  setUps: [{ what: "webhooks", stop: disableEndpointsOf }],
  sweeps: [
    { table: "webhook_deliveries", column: "created_at", keepMs: monthMs },
    { table: "webhook_attempts", column: "created_at", keepMs: monthMs },
    { table: "incoming_webhook_payloads", column: "received_at", keepMs: monthMs },
  ],
});
