import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField, missing } from "../../../kernel/errors.ts";
import type { StoredEvent } from "../../../kernel/events.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { deliverWebhooks } from "./deliver-webhooks.job.ts";
import { findDelivery, redeliver, requeue } from "./deliveries.store.ts";
import { DeliveryRecord, presentDelivery } from "./delivery.ts";
import { holdEndpoint, lockEndpoint } from "./endpoints.store.ts";
import type { Endpoint } from "./endpoint.ts";
import { matches } from "./event-patterns.ts";
import { mustHaveRoomToReplay } from "./most-waiting.ts";

export const replayWebhookDelivery = operation({
  name: "replay_webhook_delivery",
  surface: workspaceApi,
  section: "Webhooks",
  route: "POST /webhooks/deliveries/:id/replay",
  scopes: ["webhooks:write"],
  effect: "write",
  noun: "webhook_delivery",
  summary:
    "Send a message again, under the same webhook-id: one that waits at once, one that was given up anew.",
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: DeliveryRecord,
  async run(ctx, { id }) {
    const before = await findDelivery(ctx, id);
    const endpoint = before && (await holdEndpoint(ctx, before.endpoint_id));
    if (!endpoint) throw missing("webhook delivery", id);
    if (before.status !== "pending") await mustHaveRoomToReplay(ctx, endpoint.id);
    const delivery = await requeue(ctx, id);
    if (!delivery) throw missing("webhook delivery", id);
    ctx.enqueue(deliverWebhooks, { endpointId: delivery.endpoint_id });
    return presentDelivery(delivery);
  },
});

const pageRows = 1000;
const mostMessages = 20_000;

export const replayWebhookSubscription = operation({
  name: "replay_webhook_subscription",
  surface: workspaceApi,
  section: "Webhooks",
  route: "POST /webhooks/subscriptions/:id/replay",
  scopes: ["webhooks:write"],
  effect: "write",
  noun: "webhook_subscription",
  summary: "Deliver every event since a moment again, in order, under the ids they had.",
  description:
    "Events are kept for 30 days. Up to 20,000 at once; last_event_at says where the next call begins. While 20,000 messages wait in the workspace a call is refused (429).",
  input: Type.Object(
    {
      id: Type.String({ format: "uuid" }),
      since: Type.String({ format: "date-time", description: "The first moment to replay." }),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    replayed: Type.Integer(),
    has_more: Type.Boolean(),
    last_event_at: Type.Union([Type.String({ format: "date-time" }), Type.Null()]),
  }),
  example: { input: { since: "2026-03-01T00:00:00Z" } },
  async run(ctx, { id, since }) {
    const endpoint = await lockEndpoint(ctx, "subscription", id);
    const from = new Date(since);
    if (Number.isNaN(from.getTime()))
      throw invalidField("since", "is not an instant", "Send since like 2026-03-02T09:00:00Z.");
    await mustHaveRoomToReplay(ctx, id);
    const outcome = await replaySince(ctx, endpoint, from);
    ctx.enqueue(deliverWebhooks, { endpointId: id });
    return outcome;
  },
});

async function replaySince(ctx: Ctx, endpoint: Endpoint, from: Date) {
  let replayed = 0;
  let after: { occurredAt: Date; id: string } | undefined;
  for (;;) {
    const events = await eventsSince(ctx, after ?? from);
    const wanted = events.filter((event) => matches(endpoint.events, event.type));
    replayed += await redeliver(
      ctx,
      wanted.map((event) => ({ endpointId: endpoint.id, event })),
    );
    const last = events.at(-1);
    if (last) after = { occurredAt: last.occurredAt, id: last.id };
    const more = events.length === pageRows;
    if (!more || replayed > mostMessages - pageRows) {
      return { replayed, has_more: more, last_event_at: after?.occurredAt.toISOString() ?? null };
    }
  }
}

// The ids of events begin with their time, so the key finds the first one of a moment.
async function eventsSince(ctx: Ctx, after: Date | { id: string }): Promise<StoredEvent[]> {
  const id = after instanceof Date ? firstIdAt(after) : after.id;
  const rows = await ctx.db
    .from("events")
    .select(["id", "transaction_id", "position", "type", "noun", "record_id", "payload", "occurred_at"])
    .where("id", ">", id)
    .orderBy("id")
    .limit(pageRows)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    settled: true,
    place: { transactionId: String(row.transaction_id), position: row.position },
    type: row.type,
    noun: row.noun,
    recordId: row.record_id,
    payload: row.payload,
    occurredAt: row.occurred_at,
  }));
}

function firstIdAt(at: Date): string {
  const hex = Math.min(Math.max(at.getTime(), 0), 2 ** 48 - 1)
    .toString(16)
    .padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
