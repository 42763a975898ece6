import type { Ctx } from "../../../kernel/context.ts";
import type { StoredEvent } from "../../../kernel/events.ts";
import { stopFollowing } from "../../../kernel/followers.ts";
import type { Follower } from "../../../kernel/followers.ts";
import { insertDeliveries } from "./deliveries.store.ts";
import type { NewMessage } from "./deliveries.store.ts";
import { deliverWebhooks } from "./deliver-webhooks.job.ts";
import { disableEndpoint, makerGone } from "./disable-endpoint.ts";
import type { Endpoint } from "./endpoint.ts";
import { followerName, holdActiveEndpoints, readerOf } from "./endpoints.store.ts";
import { matches } from "./event-patterns.ts";
import { disableTheFullest } from "./most-waiting.ts";

/** Turns events into deliveries for every endpoint that asked for them, and wakes the senders. */
export const webhooksFollower: Follower = { name: followerName, take };

async function take(ctx: Ctx, events: readonly StoredEvent[]): Promise<void> {
  const endpoints = await holdActiveEndpoints(ctx);
  if (endpoints.length === 0) return stopFollowing(ctx, followerName);
  const wanted: NewMessage[] = [];
  for (const endpoint of endpoints) {
    const asked = events.filter((event) => wants(endpoint, event));
    if (asked.length === 0) continue;
    if (await readerOf(ctx, endpoint))
      wanted.push(...asked.map((event) => ({ endpointId: endpoint.id, event })));
    // Nobody would be left to send it for: the message would wait for ever.
    else await disableEndpoint(ctx, endpoint.id, makerGone, { unlessTaken: true });
  }
  const full = await disableTheFullest(ctx, wanted.length);
  const messages = wanted.filter(({ endpointId }) => !full.has(endpointId));
  for (const endpointId of await insertDeliveries(ctx, messages)) {
    ctx.enqueue(deliverWebhooks, { endpointId });
  }
}

// What happens to an endpoint itself is told to the others.
function wants(endpoint: Endpoint, event: StoredEvent): boolean {
  return (
    event.place.position > endpoint.after_position &&
    event.recordId !== endpoint.id &&
    // A subscription is a trigger like the others: what was asked to set nothing off does not set it off.
    event.payload["skip_automations"] !== true &&
    matches(endpoint.events, event.type)
  );
}
