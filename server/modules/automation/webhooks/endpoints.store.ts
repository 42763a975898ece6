import { sql } from "kysely";
import type { Actor } from "../../../kernel/actor.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { missing } from "../../../kernel/errors.ts";
import { followFromHere } from "../../../kernel/followers.ts";
import { newId } from "../../../kernel/ids.ts";
import { recordCreated, recordUpdated } from "../../../kernel/lifecycle.ts";
import { actorToday, setUpBy } from "../../../makers.ts";
import { nouns, withoutSecrets } from "./endpoint.ts";
import type { Endpoint, EndpointKind } from "./endpoint.ts";
import { sealedEndpoint } from "./sealed-secrets.ts";

/** The name of the webhooks' place in the event feed. */
export const followerName = "webhooks";

export async function insertEndpoint(
  ctx: Ctx,
  kind: EndpointKind,
  columns: Record<string, unknown>,
): Promise<Endpoint> {
  const id = newId(ctx.now);
  const row = await ctx.db
    .insert("webhook_endpoints", {
      is_active: true,
      ...columns,
      ...sealedEndpoint(ctx.app.ports.secrets.sealing, { workspace_id: ctx.workspaceId, id }, columns),
      kind,
      id,
      ...answeredForBy(ctx),
      after_position: sql`last_event_position()`,
      created_at: ctx.now,
      updated_at: ctx.now,
    } as never)
    .returningAll()
    .executeTakeFirstOrThrow();
  if (row.is_active) await followFromHere(ctx, followerName);
  recordCreated(ctx, nouns[kind], withoutSecrets(row));
  return row;
}

/** One endpoint of a kind, locked until the transaction ends; 404 without one. */
export async function lockEndpoint(ctx: Ctx, kind: EndpointKind, id: string): Promise<Endpoint> {
  const row = await findEndpoint(ctx, id, { lock: "change" });
  if (row?.kind !== kind) throw missing(nouns[kind].replaceAll("_", " "), id);
  return row;
}

/**
 * How an endpoint is locked; always before its deliveries, so that nobody who holds one of those waits for it. change: nobody
 * else changes it. change-unless-taken: the same, and undefined where somebody else is at it just now.
 */
type EndpointLock = "change" | "change-unless-taken";

export function findEndpoint(
  ctx: Ctx,
  id: string,
  options: { lock?: EndpointLock } = {},
): Promise<Endpoint | undefined> {
  const query = ctx.db.from("webhook_endpoints").selectAll().where("id", "=", id);
  if (!options.lock) return query.executeTakeFirst();
  const locked = query.forNoKeyUpdate();
  return (options.lock === "change" ? locked : locked.skipLocked()).executeTakeFirst();
}

/** An endpoint that is not deleted while its deliveries are written; undefined when it is gone. */
export function holdEndpoint(ctx: Ctx, id: string): Promise<Endpoint | undefined> {
  const query = ctx.db.from("webhook_endpoints").selectAll().where("id", "=", id);
  return query.forKeyShare().executeTakeFirst();
}

/** The endpoints that are switched on, none of which is deleted while deliveries are written for them. */
export function holdActiveEndpoints(ctx: Ctx): Promise<Endpoint[]> {
  const query = ctx.db.from("webhook_endpoints").selectAll().where("is_active", "=", true);
  return query.orderBy("id").forKeyShare().execute();
}

/** Changes an endpoint and records it. Events of the time it was switched off are not delivered when it comes back. */
export async function updateEndpoint(
  ctx: Ctx,
  before: Endpoint,
  columns: Record<string, unknown>,
): Promise<Endpoint> {
  const resumes = columns["is_active"] === true && !before.is_active;
  const after = await ctx.db
    .update("webhook_endpoints")
    .set({
      ...columns,
      ...sealedEndpoint(ctx.app.ports.secrets.sealing, before, columns),
      ...(resumes ? { failing_since: null, disabled_at: null, disabled_reason: null } : {}),
      ...(resumes ? { after_position: sql`last_event_position()` } : {}),
      ...(redirects(columns) || (resumes && !(await readerOf(ctx, before))) ? answeredForBy(ctx) : {}),
      updated_at: ctx.now,
    } as never)
    .where("id", "=", before.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  if (resumes) await followFromHere(ctx, followerName);
  recordUpdated(ctx, nouns[before.kind], withoutSecrets(before), withoutSecrets(after));
  return after;
}

/** Whoever acts answers for the endpoint from now on, with what they may read. */
function answeredForBy(ctx: Ctx) {
  return { scopes: ctx.actor.scopes ? [...ctx.actor.scopes] : null, ...setUpBy(ctx) };
}

/** With whose eyes an endpoint is told things: its maker's, by today's rules; undefined once they may do nothing any more. */
export async function readerOf(
  ctx: Ctx,
  { scopes, set_up_by: id, set_up_by_kind: kind }: Endpoint,
): Promise<Pick<Actor, "scopes"> | undefined> {
  if (id === null || kind === null) return { scopes: scopes ? new Set(scopes) : undefined };
  return actorToday(ctx, { kind, id });
}

/** The endpoints that are switched on and that one of these set up. */
export function activeEndpointsOf(ctx: Ctx, ids: readonly string[]): Promise<Endpoint[]> {
  return ctx.db
    .from("webhook_endpoints")
    .selectAll()
    .where("is_active", "=", true)
    .where("set_up_by", "in", [...ids])
    .orderBy("id")
    .execute();
}

// Whoever decides where records go, and which, is shown what their own key may read.
function redirects(columns: Record<string, unknown>): boolean {
  return ["url", "events", "secret", "headers"].some((column) => column in columns);
}

/** Notes that attempts began to fail, or that one succeeded after that; answers whether that is news. */
export async function noteHealth(ctx: Ctx, endpointId: string, succeeded: boolean): Promise<boolean> {
  const now = succeeded ? null : ctx.now;
  const noted = await ctx.db
    .update("webhook_endpoints")
    .set({ failing_since: now })
    .where("id", "=", endpointId)
    .where("failing_since", succeeded ? "is not" : "is", null)
    .executeTakeFirst();
  return Number(noted.numUpdatedRows) > 0;
}
