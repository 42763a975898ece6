/** How many messages may wait for the endpoints of one workspace, and what happens beyond. docs/decisions/0022-what-may-wait.md. */
import type { App } from "../../../kernel/app.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { mustHaveRoom } from "../../../kernel/waiting.ts";
import { backlogs, waitingDeliveries } from "./deliveries.store.ts";
import { disableEndpoint } from "./disable-endpoint.ts";

/** Of what happened, for the endpoints that are switched on. */
export const mostWaiting = 50_000;
/** While so many wait nobody adds to them by asking: the rest is for what happens. */
export const mostBeforeReplays = 20_000;

/** Refuses a replay or a test of an endpoint, with a 429, while the receivers have enough to do. */
export function mustHaveRoomToReplay(ctx: Ctx, endpointId: string): Promise<void> {
  return mustHaveRoom(ctx, waitingDeliveries(ctx, endpointId), {
    what: "webhook messages",
    most: mostBeforeReplays,
    fix: "Wait until the receivers have taken some, or switch off a webhook whose receiver takes none; then send the request again.",
  });
}

/** How many more messages each workspace may get before somebody has to count again. */
const rooms = new WeakMap<App, Map<string, number>>();

/**
 * Switches off the endpoint with the longest queue, and the next, where `more` messages would be too many for the workspace; answers
 * which. Like an endpoint that fails, it keeps what waits for it; what happens from now on stays among the events, for a replay.
 */
export async function disableTheFullest(
  ctx: Ctx,
  more: number,
  most = mostWaiting,
): Promise<ReadonlySet<string>> {
  const known = roomsOf(ctx.app);
  const left = (known.get(ctx.workspaceId) ?? 0) - more;
  known.set(ctx.workspaceId, left);
  return left > 0 || more === 0 ? new Set() : countAndDisable(ctx, more, most);
}

async function countAndDisable(ctx: Ctx, more: number, most: number): Promise<ReadonlySet<string>> {
  const queues = await backlogs(ctx);
  let total = queues.reduce((sum, { messages }) => sum + messages, more);
  const tooFull: string[] = [];
  for (const { endpoint_id: id, messages } of queues) {
    if (total <= most) break;
    tooFull.push(id);
    total -= messages;
  }
  const full = new Set<string>();
  const reason = `more than ${most.toLocaleString("en-GB")} messages wait for the webhooks of this workspace, most of them for this one`;
  // In the order of their ids, as others go through several. One that somebody is changing is looked at with the next events.
  for (const id of tooFull.toSorted()) {
    if (await disableEndpoint(ctx, id, reason, { unlessTaken: true })) full.add(id);
  }
  // Other nodes count for themselves: each uses a part of what is left before it looks again.
  roomsOf(ctx.app).set(ctx.workspaceId, Math.floor(Math.max(0, most - total) / 10));
  return full;
}

function roomsOf(app: App): Map<string, number> {
  let known = rooms.get(app);
  if (!known) rooms.set(app, (known = new Map()));
  return known;
}
