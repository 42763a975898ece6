import { EventEmitter } from "node:events";
import { sql } from "kysely";
import type { Occasion } from "./audit.ts";
import type { Database } from "./database.ts";
import { newId } from "./ids.ts";
import type { TenantStore } from "./store.ts";
import type { JsonObject } from "./tables.ts";

/** Something that happened, in the past tense: "booking.created". */
export type DomainEvent = { type: string; noun: string; recordId: string | null; payload: JsonObject };

export type StoredEvent = DomainEvent & { id: string; place: FeedPlace; settled: boolean; occurredAt: Date };

/** The rows that record what happened in one run. */
export function eventRows(occasion: Occasion, events: DomainEvent[]) {
  return events.map((event) => ({
    workspace_id: occasion.workspaceId,
    id: newId(occasion.now),
    type: event.type,
    noun: event.noun,
    record_id: event.recordId,
    payload: JSON.stringify(event.payload),
    request_id: occasion.requestId,
    occurred_at: occasion.now,
  }));
}

/** A place in the feed: everything at or before it has been read. */
export type FeedPlace = { transactionId: string; position: number };

export const startOfFeed: FeedPlace = { transactionId: "0", position: 0 };

/**
 * The durable event table as a feed, ordered by transaction and then position. A transaction that began early can commit
 * late, so an event may yet appear before ones that are already there; those are not `settled`. A follower may use
 * an event at once, but keeps its place at the last settled one and so never steps over any.
 */
export function readEvents(
  database: Database,
  workspaceId: string,
  after: FeedPlace,
  limit: number,
): Promise<StoredEvent[]> {
  return database.read(workspaceId, (db) => eventsAfter(db, after, limit));
}

/** The same, for whoever holds a connection already. */
export async function eventsAfter(db: TenantStore, after: FeedPlace, limit: number): Promise<StoredEvent[]> {
  const { transactionId, position } = after;
  const rows = await db
    .from("events")
    .select(["id", "transaction_id", "position", "type", "noun", "record_id", "payload", "occurred_at"])
    .select(settled.as("settled"))
    .where(sql<boolean>`(transaction_id, position) > (${transactionId}::xid8, ${position}::bigint)`)
    .orderBy("transaction_id")
    .orderBy("position")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    settled: row.settled,
    place: { transactionId: String(row.transaction_id), position: row.position },
    type: row.type,
    noun: row.noun,
    recordId: row.record_id,
    payload: row.payload,
    occurredAt: row.occurred_at,
  }));
}

// The oldest transaction of the whole server counts, also one of another database: which of those that run are ours is not told
// together with the snapshot, and an event that is called settled too early is lost to whoever follows. What is unsettled is read
// again, so such a transaction costs reading, never an event.
const settled = sql<boolean>`transaction_id < pg_snapshot_xmin(pg_current_snapshot())`;

/** The last settled place of the feed. */
export function endOfFeed(database: Database, workspaceId: string): Promise<FeedPlace> {
  return database.read(workspaceId, settledEnd);
}

/** The same, for whoever holds a connection already. */
export async function settledEnd(db: TenantStore): Promise<FeedPlace> {
  const row = await db
    .from("events")
    .select(["transaction_id", "position"])
    .where(settled)
    .orderBy("transaction_id", "desc")
    .orderBy("position", "desc")
    .limit(1)
    .executeTakeFirst();
  return row ? { transactionId: String(row.transaction_id), position: row.position } : startOfFeed;
}

/** The place of an event, by its id; undefined when the workspace has no such event. */
export async function placeOf(
  database: Database,
  workspaceId: string,
  eventId: string,
): Promise<FeedPlace | undefined> {
  const row = await database.read(workspaceId, (db) =>
    db.from("events").select(["transaction_id", "position"]).where("id", "=", eventId).executeTakeFirst(),
  );
  return row ? { transactionId: String(row.transaction_id), position: row.position } : undefined;
}

const any = Symbol("any workspace");

/** Wakes this node's followers after a commit; followers on other nodes notice by looking every half second. */
export class EventBell {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  ring(workspaceId: string): void {
    this.#emitter.emit(workspaceId);
    this.#emitter.emit(any, workspaceId);
  }

  onAnyRing(listener: (workspaceId: string) => void): () => void {
    this.#emitter.on(any, listener);
    return () => this.#emitter.off(any, listener);
  }

  onRing(workspaceId: string, listener: () => void): () => void {
    this.#emitter.on(workspaceId, listener);
    return () => this.#emitter.off(workspaceId, listener);
  }
}
