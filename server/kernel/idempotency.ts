import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { CompiledQuery } from "kysely";
import type { Occasion } from "./audit.ts";
import { idempotencyConflict, idempotencyInProgress } from "./errors.ts";
import type { Outcome } from "./run.ts";
import type { TenantStore } from "./store.ts";
import type { JsonObject } from "./tables.ts";

const keptMs = 24 * 60 * 60 * 1000;

export type Claim = { key: string; hash: string; stored?: Outcome };

/**
 * Claims an Idempotency-Key of this workspace and actor until the transaction ends. It belongs to one request, whichever operation
 * that is for: answers the stored outcome when the same request was done before; throws 409 when it was another one, or is
 * running right now.
 */
export async function claimKey(
  db: TenantStore,
  occasion: Occasion,
  key: string,
  input: Record<string, unknown>,
): Promise<Claim> {
  const { workspaceId, actor, now } = occasion;
  const hash = requestHash(input);
  const lockName = `${workspaceId} ${actor.id} ${key}`;
  // Two statements, so that the second one's snapshot is taken with the lock in hand.
  const locking = db.raw(
    sql<{ locked: boolean }>`select pg_try_advisory_xact_lock(hashtextextended(${lockName}, 0)) as locked`,
  );
  const finding = db
    .from("idempotency_keys")
    .select(["operation", "request_hash", "status", "response", "created_at"])
    .where("actor_id", "=", actor.id)
    .where("key", "=", key)
    .executeTakeFirst();
  const [locked, found] = await Promise.all([locking, finding]);
  if (!locked[0]?.locked) {
    throw idempotencyInProgress("The first request with this Idempotency-Key is still running.", {
      fix: "Wait a second and send the same request again.",
      headers: { "retry-after": "1" },
    });
  }
  if (!found) return { key, hash };
  if (found.created_at.getTime() < now.getTime() - keptMs) {
    await db.remove("idempotency_keys").where("actor_id", "=", actor.id).where("key", "=", key).execute();
    return { key, hash };
  }
  if (found.operation !== requestOf(occasion) || found.request_hash !== hash) {
    throw idempotencyConflict("This Idempotency-Key was used with a different request.", {
      fix: "Use a new key for a new request, or send the first request again unchanged.",
    });
  }
  const response = (found.response ?? {}) as { output?: unknown; held?: boolean };
  return { key, hash, stored: { status: found.status, output: response.output, held: response.held } };
}

/** The insert that stores the outcome, without what is shown once; it commits with the work itself, so there is never one without the other. */
export function storeResponse(
  db: TenantStore,
  occasion: Occasion,
  claim: Claim,
  outcome: Outcome,
): CompiledQuery {
  const response: JsonObject = { output: outcome.output ?? null };
  if (outcome.held) response["held"] = true;
  return db
    .insert("idempotency_keys", {
      actor_id: occasion.actor.id,
      operation: requestOf(occasion),
      key: claim.key,
      request_hash: claim.hash,
      status: outcome.status,
      response: JSON.stringify(response),
      created_at: occasion.now,
    })
    .compile();
}

function requestOf({ surface, operation }: Occasion): string {
  return `${surface}.${operation}`;
}

/** The same request has the same hash however its keys were ordered. */
function requestHash(input: unknown): string {
  return createHash("sha256").update(canonical(input)).digest("hex");
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value && typeof value === "object") {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}
