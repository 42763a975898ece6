/** What is sent: the envelope, and its signature as Standard Webhooks describes it. */
import { Webhook } from "standardwebhooks";
import { systemActor } from "../../../kernel/actor.ts";
import type { Actor } from "../../../kernel/actor.ts";
import { systemClock } from "../../../kernel/clock.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { OperationError } from "../../../kernel/errors.ts";
import type { AnyOperation } from "../../../kernel/operation.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { heardPayload } from "../../../surfaces/heard.ts";
import { mayCall } from "../../../surfaces/visible.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import type { Delivery } from "./delivery.ts";
import type { Endpoint } from "./endpoint.ts";
import { secretPrefix } from "./endpoint-input.ts";

/** The body of a delivery: {id, type, occurred_at, workspace_id, data: {id, noun, …, object}}. */
export async function composeBody(
  ctx: Ctx,
  endpoint: Endpoint,
  delivery: Delivery,
  { scopes }: Pick<Actor, "scopes">,
): Promise<string> {
  return JSON.stringify({
    id: delivery.message_id,
    type: delivery.event_type,
    occurred_at: delivery.occurred_at.toISOString(),
    workspace_id: ctx.workspaceId,
    data: {
      id: delivery.record_id,
      noun: delivery.noun,
      ...(endpoint.include_trigger_data ? await triggerData(ctx, delivery, scopes) : {}),
    },
  });
}

/** What the event says, and the record as the API shows it, as far as whoever set the endpoint up may read them. */
async function triggerData(
  ctx: Ctx,
  delivery: Delivery,
  scopes: ReadonlySet<string> | undefined,
): Promise<JsonObject> {
  const reader: Actor = { ...systemActor(ctx.workspaceId, "webhooks"), scopes };
  const event = await ctx.db
    .from("events")
    .select("payload")
    .where("id", "=", delivery.message_id)
    .executeTakeFirst();
  const about = { type: delivery.event_type, noun: delivery.noun, payload: event?.payload ?? {} };
  // A test is of the endpoint itself, and tells nothing.
  const payload = about.type === "webhook.test" ? {} : heardPayload(ctx.app, about, scopes);
  if (!payload) return {};
  const reads = ctx.app.registry.operations.filter(
    (one) => one.effect === "read" && one.surface === workspaceApi && one.noun === delivery.noun,
  );
  const get = reads.find((one) => one.name === `get_${delivery.noun}` && mayCall(reader, one));
  const object =
    get && delivery.record_id !== null ? await recordOf(ctx, get, delivery.record_id, reader) : undefined;
  return { ...payload, ...(object === undefined ? {} : { object }) };
}

// null: the record is gone by now.
async function recordOf(ctx: Ctx, get: AnyOperation, id: string, reader: Actor): Promise<unknown> {
  if ((get.input as { required?: string[] }).required?.join() !== "id") return undefined;
  try {
    return (await ctx.db.savepoint(() => ctx.run(get, { id }, reader))).output;
  } catch (error) {
    if (error instanceof OperationError && error.status < 500) return null;
    // A record that cannot be shown is no reason to keep the message, and those behind it, for ever.
    ctx.log.warn(
      { error: (error as Error).message, operation: get.name },
      "a webhook goes without its record",
    );
    return undefined;
  }
}

/** The headers that name, date and sign a message. Its receiver lives in real time, whatever our clock was moved to. */
export function signedHeaders(secret: string, messageId: string, body: string): Record<string, string> {
  const at = systemClock.now();
  return {
    "webhook-id": messageId,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": signer(secret).sign(messageId, at, body),
  };
}

/** A secret after whsec_ is base64; any other is used as it stands. */
export function signer(secret: string): Webhook {
  return secret.startsWith(secretPrefix) ? new Webhook(secret) : new Webhook(secret, { format: "raw" });
}
