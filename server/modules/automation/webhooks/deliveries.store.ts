import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { StoredEvent } from "../../../kernel/events.ts";
import { newId } from "../../../kernel/ids.ts";
import type { Attempt, Delivery } from "./delivery.ts";
import type { Endpoint } from "./endpoint.ts";
import { patienceMs } from "./retry-plan.ts";

/** A statement has 65,535 parameters at most. */
const rowsAtOnce = 1000;

/** How long a sender is believed to be at it; longer than a request may take. */
const leaseMs = 25_000;

/** Messages of one record go out one after the other; what concerns no record waits for nothing. */
function laneOf(event: { id: string; noun: string; recordId: string | null }): string {
  return `${event.noun} ${event.recordId ?? event.id}`;
}

export type NewMessage = { endpointId: string; event: StoredEvent };

/** Writes one delivery per message; those that are there already stay as they are. Answers the endpoints that got new ones. */
export async function insertDeliveries(ctx: Ctx, messages: readonly NewMessage[]): Promise<Set<string>> {
  const rows = messages.map(({ endpointId, event }) => ({
    ...freshRow(ctx),
    endpoint_id: endpointId,
    message_id: event.id,
    event_type: event.type,
    noun: event.noun,
    record_id: event.recordId,
    lane: laneOf(event),
    position: event.place.position,
    occurred_at: event.occurredAt,
  }));
  const gotNew = new Set<string>();
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    const inserted = await ctx.db
      .insert("webhook_deliveries", rows.slice(start, start + rowsAtOnce) as never)
      .onConflict((conflict) => conflict.columns(["workspace_id", "endpoint_id", "message_id"]).doNothing())
      .returning("endpoint_id")
      .execute();
    for (const row of inserted) gotNew.add(row.endpoint_id);
  }
  return gotNew;
}

/** A test message: of no event, tried once. */
export async function insertTest(ctx: Ctx, endpoint: Endpoint, noun: string): Promise<Delivery> {
  const id = newId(ctx.now);
  return ctx.db
    .insert("webhook_deliveries", {
      ...freshRow(ctx),
      id,
      endpoint_id: endpoint.id,
      message_id: id,
      event_type: "webhook.test",
      noun,
      record_id: endpoint.id,
      lane: `test ${id}`,
      position: 0,
      occurred_at: ctx.now,
      once: true,
    } as never)
    .returningAll()
    .executeTakeFirstOrThrow();
}

function freshRow(ctx: Ctx) {
  return { id: newId(ctx.now), status: "pending", next_attempt_at: ctx.now, created_at: ctx.now };
}

/**
 * Takes up to `limit` messages of an endpoint that are due and first in their lane, for as long as a request may take. No
 * other claim answers the same ones meanwhile. Which one is first in its lane is asked of the index for one message after the other: a
 * join that the planner could turn round would read all that waits, each time.
 */
export async function claimDeliveries(ctx: Ctx, endpoint: Endpoint, limit: number): Promise<Delivery[]> {
  const { now, workspaceId } = ctx;
  const until = new Date(now.getTime() + leaseMs);
  return ctx.db.raw<Delivery>(sql`
    update webhook_deliveries taken
       set claim = ${randomUUID()}::uuid, claimed_until = ${until},
           give_up_at = coalesce(taken.give_up_at, ${new Date(now.getTime() + patienceMs)})
     where taken.workspace_id = ${workspaceId} and taken.id = any (array(
       select head.id from webhook_deliveries head
        where head.workspace_id = ${workspaceId} and head.endpoint_id = ${endpoint.id}
          and head.status = 'pending' and head.next_attempt_at <= ${now}
          and (head.claimed_until is null or head.claimed_until <= ${now})
          and (head.once or ${endpoint.is_active})
          and head.id = (
            select first.id from webhook_deliveries first
             where first.workspace_id = head.workspace_id and first.endpoint_id = head.endpoint_id
               and first.lane = head.lane and first.status = 'pending'
             order by first.position, first.id limit 1)
        order by head.next_attempt_at, head.position, head.id
        limit ${limit} for update skip locked))
    returning taken.*`);
}

/** Until when somebody else is believed to be sending one of this endpoint's messages; undefined when nobody is. */
export async function busyUntil(ctx: Ctx, endpointId: string): Promise<Date | undefined> {
  const row = await ctx.db
    .from("webhook_deliveries")
    .select("claimed_until")
    .where("endpoint_id", "=", endpointId)
    .where("status", "=", "pending")
    .where("claimed_until", ">", ctx.now)
    .orderBy("claimed_until")
    .limit(1)
    .executeTakeFirst();
  return row?.claimed_until ?? undefined;
}

export async function keepBody(ctx: Ctx, id: string, body: string): Promise<void> {
  await ctx.db.update("webhook_deliveries").set({ body }).where("id", "=", id).execute();
}

export type Outcome = Pick<
  Attempt,
  "status" | "http_status" | "duration_ms" | "error" | "response_excerpt"
> & {
  next_attempt_at: Date | null;
};

/**
 * Records an attempt and what follows from it. Answers false when the claim was lost meanwhile: then another sender has
 * the message, and the attempt is only logged.
 */
export async function recordAttempt(ctx: Ctx, delivery: Delivery, outcome: Outcome): Promise<boolean> {
  const attempt = delivery.attempts + 1;
  await ctx.db
    .insert("webhook_attempts", {
      ...outcome,
      id: newId(ctx.now),
      endpoint_id: delivery.endpoint_id,
      delivery_id: delivery.id,
      message_id: delivery.message_id,
      event_type: delivery.event_type,
      attempt,
      created_at: ctx.now,
    } as never)
    .execute();
  const again = outcome.next_attempt_at !== null;
  const updated = await ctx.db
    .update("webhook_deliveries")
    .set({
      status: again ? "pending" : outcome.status,
      attempts: attempt,
      next_attempt_at: outcome.next_attempt_at,
      claim: null,
      claimed_until: null,
      http_status: outcome.http_status,
      error: outcome.error,
      delivered_at: outcome.status === "delivered" ? ctx.now : null,
    })
    .where("id", "=", delivery.id)
    .where("claim", "=", delivery.claim)
    .executeTakeFirst();
  return Number(updated.numUpdatedRows) > 0;
}

const asNew = {
  status: "pending",
  attempts: 0,
  claim: null,
  claimed_until: null,
  give_up_at: null,
  delivered_at: null,
} as const;

/** A delivery, not locked. */
export function findDelivery(ctx: Ctx, id: string): Promise<Delivery | undefined> {
  return ctx.db.from("webhook_deliveries").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Selects what waits in this workspace for the endpoints that are switched on, and for `endpointId` in any case. */
export function waitingDeliveries(ctx: Ctx, endpointId: string | null): RawBuilder<{ endpoint_id: string }> {
  return sql<{ endpoint_id: string }>`
    select waiting.endpoint_id from webhook_deliveries waiting
      join webhook_endpoints endpoint
        on endpoint.workspace_id = waiting.workspace_id and endpoint.id = waiting.endpoint_id
     where waiting.workspace_id = ${ctx.workspaceId} and waiting.status = 'pending'
       and (endpoint.is_active or endpoint.id = ${endpointId}::uuid)`;
}

export type Backlog = { endpoint_id: string; messages: number };

/** How many messages wait for each endpoint that is switched on, of those that came since it was. */
export function backlogs(ctx: Ctx): Promise<Backlog[]> {
  return ctx.db.raw(sql<Backlog>`
    select counted.endpoint_id, count(*)::integer as messages
      from (${waitingDeliveries(ctx, null)} and waiting.position > endpoint.after_position) counted
     group by counted.endpoint_id order by messages desc, counted.endpoint_id`);
}

/** Sends a message again: one that waits is due now, any other begins anew. */
export async function requeue(ctx: Ctx, id: string): Promise<Delivery | undefined> {
  return ctx.db
    .update("webhook_deliveries")
    .set({ ...asNew, next_attempt_at: ctx.now })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirst();
}

/** All that waits for an endpoint is due now: it was changed or switched on again. */
export async function hurry(ctx: Ctx, endpointId: string): Promise<void> {
  await ctx.db
    .update("webhook_deliveries")
    .set({ next_attempt_at: ctx.now, give_up_at: null })
    .where("endpoint_id", "=", endpointId)
    .where("status", "=", "pending")
    .execute();
}

/** Writes deliveries for these messages, and begins anew with those that were made before. Answers how many there are. */
export async function redeliver(ctx: Ctx, messages: readonly NewMessage[]): Promise<number> {
  if (messages.length === 0) return 0;
  const [{ endpointId } = { endpointId: "" }] = messages;
  await insertDeliveries(ctx, messages);
  await ctx.db
    .update("webhook_deliveries")
    .set({ ...asNew, next_attempt_at: ctx.now })
    .where("endpoint_id", "=", endpointId)
    .where(
      "message_id",
      "in",
      messages.map(({ event }) => event.id),
    )
    .where("status", "!=", "pending")
    .execute();
  return messages.length;
}
