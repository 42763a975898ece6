/**
 * Followers read the event feed to the end, once, whatever happens to a process: each keeps its place in the database, and
 * the row that holds it is its lock, so of several nodes one reads at a time. A commit on this node wakes it at once;
 * looking round now and then finds what a node left behind that died between its commit and the reading.
 */
import { sql } from "kysely";
import { systemActor } from "./actor.ts";
import type { App } from "./app.ts";
import type { Ctx } from "./context.ts";
import { eventsAfter, settledEnd } from "./events.ts";
import type { FeedPlace, StoredEvent } from "./events.ts";
import { newRequestId } from "./run.ts";

export type Follower = {
  /** Its name in event_followers: "webhooks". */
  readonly name: string;
  /**
   * A page of the feed, in one transaction with the follower's place. An event that has not settled comes again, so
   * taking one twice must change nothing.
   */
  take(ctx: Ctx, events: readonly StoredEvent[]): Promise<void>;
};

const channel = "frontdesk_followers";
const lookEveryMs = 2_000;
const pageSize = 200;

/** Lets a follower read this workspace's events from here on; where it does already, it goes on. In this transaction. */
export async function followFromHere(ctx: Ctx, name: string): Promise<void> {
  const place = await settledEnd(ctx.db);
  // Written even where there is one, so that this waits for whoever is just ending the following.
  await ctx.db
    .insert("event_followers", { name, transaction_id: place.transactionId, position: place.position })
    .onConflict((conflict) => conflict.columns(["workspace_id", "name"]).doUpdateSet({ name }))
    .execute();
  await ctx.db.raw(sql`select pg_notify(${channel}, ${ctx.workspaceId})`);
}

/** Ends it: nobody in the workspace needs the events any more. */
export async function stopFollowing(ctx: Ctx, name: string): Promise<void> {
  await ctx.db.remove("event_followers").where("name", "=", name).execute();
}

type Run = { again: boolean };

/** This process' part in reading the feeds. */
export class Followers {
  readonly #app: App;
  readonly #followed = new Set<string>();
  readonly #runs = new Map<string, Run>();
  readonly #reading = new Set<Promise<void>>();
  readonly #cleanup: (() => void | Promise<void>)[] = [];
  #stopped = false;

  constructor(app: App) {
    this.#app = app;
  }

  async start(): Promise<void> {
    const app = this.#app;
    if (app.registry.followers.length === 0) return;
    const look = () => void this.#look();
    const begun = (workspaceId: string) => {
      this.#followed.add(workspaceId);
      this.#wake(workspaceId);
    };
    const stopListening = await app.database.engine.listen(channel, begun, look);
    const looking = setInterval(look, lookEveryMs).unref();
    const stopHearing = app.bell.onAnyRing((workspaceId) => {
      if (this.#followed.has(workspaceId)) this.#wake(workspaceId);
    });
    this.#cleanup.push(() => clearInterval(looking), stopHearing, stopListening);
  }

  /** Resolves when everything this process knows of has been read. */
  async quiet(): Promise<void> {
    while (this.#reading.size > 0) await Promise.all(this.#reading);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const step of this.#cleanup) await step();
    await this.quiet();
  }

  #wake(workspaceId: string): void {
    if (this.#stopped) return;
    const running = this.#runs.get(workspaceId);
    if (running) {
      running.again = true;
      return;
    }
    const run = { again: false };
    this.#runs.set(workspaceId, run);
    const reading: Promise<void> = this.#read(workspaceId, run)
      .catch((error: Error) =>
        this.#app.log.warn({ error: error.message }, "the event feed could not be read; it is tried again"),
      )
      .finally(() => {
        this.#runs.delete(workspaceId);
        this.#reading.delete(reading);
      });
    this.#reading.add(reading);
  }

  async #read(workspaceId: string, run: Run): Promise<void> {
    do {
      run.again = false;
      for (const follower of this.#app.registry.followers) await this.#toTheEnd(workspaceId, follower);
    } while (run.again && !this.#stopped);
  }

  async #toTheEnd(workspaceId: string, follower: Follower): Promise<void> {
    let from: FeedPlace | undefined;
    do {
      from = await this.#page(workspaceId, follower, from);
    } while (from && !this.#stopped);
  }

  /** Answers where the next page begins, or undefined after the last. */
  #page(
    workspaceId: string,
    follower: Follower,
    from: FeedPlace | undefined,
  ): Promise<FeedPlace | undefined> {
    const actor = systemActor(workspaceId, follower.name);
    const about = {
      workspaceId,
      actor,
      operation: follower.name,
      surface: "feed",
      requestId: newRequestId(),
    };
    return this.#app.inWorkspace(about, async (ctx) => {
      const place = await lockPlace(ctx, follower.name);
      if (!place) return undefined;
      const events = await eventsAfter(ctx.db, from ?? place, pageSize);
      if (events.length === 0) return undefined;
      await follower.take(ctx, events);
      // Events settle in the order of the feed: after one that has not, none has.
      const settled = from ? undefined : events.findLast((event) => event.settled);
      if (settled) await movePlace(ctx, follower.name, settled.place);
      return events.length === pageSize ? events.at(-1)?.place : undefined;
    });
  }

  /** Learns which workspaces are followed, and reads where something is waiting that nobody here was told of. */
  async #look(): Promise<void> {
    try {
      const rows = await this.#app.database.system("follow-events", (kysely) =>
        kysely
          .selectFrom("event_followers as follower")
          .select("follower.workspace_id")
          .select(
            sql<boolean>`exists (select from events where events.workspace_id = follower.workspace_id
              and (events.transaction_id, events.position) > (follower.transaction_id, follower.position))`.as(
              "behind",
            ),
          )
          .execute(),
      );
      for (const row of rows) {
        this.#followed.add(row.workspace_id);
        if (row.behind) this.#wake(row.workspace_id);
      }
    } catch (error) {
      if (!this.#stopped) {
        this.#app.log.warn({ error: (error as Error).message }, "the followers could not look round");
      }
    }
  }
}

async function lockPlace(ctx: Ctx, name: string): Promise<FeedPlace | undefined> {
  const row = await ctx.db
    .from("event_followers")
    .select(["transaction_id", "position"])
    .where("name", "=", name)
    .forUpdate()
    .executeTakeFirst();
  return row && { transactionId: String(row.transaction_id), position: row.position };
}

async function movePlace(ctx: Ctx, name: string, place: FeedPlace): Promise<void> {
  await ctx.db
    .update("event_followers")
    .set({ transaction_id: place.transactionId, position: place.position })
    .where("name", "=", name)
    .execute();
}
