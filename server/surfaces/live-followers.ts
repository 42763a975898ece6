/** Who follows a workspace from this process: how many may, and one read of the feed for all who stand at the same place. */
import type { Actor } from "../kernel/actor.ts";
import type { App } from "../kernel/app.ts";
import { rateLimited } from "../kernel/errors.ts";
import { readEvents } from "../kernel/events.ts";
import type { FeedPlace, StoredEvent } from "../kernel/events.ts";

export const pageSize = 200;
export const mostStreamsPerCredential = 20;
export const mostStreamsPerWorkspace = 100;

type SharedRead = { begunAt: number; events: Promise<StoredEvent[]> };

/**
 * The feed of one workspace for everybody who follows it. Wake-ups are numbered, and a read knows how many there had been when it
 * began: whoever was woken later does not join it, for what woke them may be missing from it.
 */
class WorkspaceFeed {
  readonly #app: App;
  readonly #workspaceId: string;
  readonly #reads = new Map<string, SharedRead>();
  readonly #listeners = new Set<(wakeUp: number) => void>();
  readonly #stopListening: () => void;
  #wakeUps = 0;

  constructor(app: App, workspaceId: string) {
    this.#app = app;
    this.#workspaceId = workspaceId;
    this.#stopListening = app.bell.onRing(workspaceId, () => this.wakeAll());
  }

  /** Wakes every follower under one number, so that they share what they read. */
  wakeAll(): void {
    const wakeUp = this.nextWakeUp();
    for (const listener of this.#listeners) listener(wakeUp);
  }

  nextWakeUp(): number {
    this.#wakeUps += 1;
    return this.#wakeUps;
  }

  onWake(listener: (wakeUp: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Returns a page of events after a place, as it was at a wake-up or later. */
  read(place: FeedPlace, wakeUp: number): Promise<StoredEvent[]> {
    const key = `${place.transactionId} ${place.position}`;
    const running = this.#reads.get(key);
    if (running && running.begunAt >= wakeUp) return running.events;
    const events = readEvents(this.#app.database, this.#workspaceId, place, pageSize).finally(() => {
      if (this.#reads.get(key) === read) this.#reads.delete(key);
    });
    const read: SharedRead = { begunAt: this.#wakeUps, events };
    this.#reads.set(key, read);
    return events;
  }

  close(): void {
    this.#stopListening();
  }
}

export type { WorkspaceFeed };

/** A reserved place among the followers of a workspace, and the feed they share; `release` gives it back. */
export type Reserved = { feed: WorkspaceFeed; release(): void };

/** The streams of this process, counted from before they are opened until they have ended. */
export class LiveFollowers {
  readonly #app: App;
  readonly #feeds = new Map<string, WorkspaceFeed>();
  readonly #open = new Map<string, number>();

  constructor(app: App) {
    this.#app = app;
  }

  /** Reserves a place for one more stream of this actor; throws the 429 that names the limit. */
  reserve(actor: Actor, workspaceId: string): Reserved {
    const [own, all] = [`credential ${actor.id}`, `workspace ${workspaceId}`];
    this.#mustHaveRoom(own, mostStreamsPerCredential, "this credential");
    this.#mustHaveRoom(all, mostStreamsPerWorkspace, "this workspace");
    this.#count(own, 1);
    this.#count(all, 1);
    let feed = this.#feeds.get(workspaceId);
    if (!feed) this.#feeds.set(workspaceId, (feed = new WorkspaceFeed(this.#app, workspaceId)));
    let isHeld = true;
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      this.#count(own, -1);
      if (this.#count(all, -1) > 0) return;
      this.#feeds.get(workspaceId)?.close();
      this.#feeds.delete(workspaceId);
    };
    return { feed, release };
  }

  /** Wakes everybody: what other nodes commit rings no bell here. */
  wakeAll(): void {
    for (const feed of this.#feeds.values()) feed.wakeAll();
  }

  #mustHaveRoom(key: string, most: number, whose: string): void {
    if ((this.#open.get(key) ?? 0) < most) return;
    throw rateLimited(`Too many live streams: ${most} of ${whose} are open.`, {
      fix: `Close one first: at most ${most} streams of ${whose} may be open at once. One stream tells everything.`,
    });
  }

  #count(key: string, step: 1 | -1): number {
    const count = (this.#open.get(key) ?? 0) + step;
    if (count > 0) this.#open.set(key, count);
    else this.#open.delete(key);
    return count;
  }
}
