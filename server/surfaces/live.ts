/** What happens in a workspace, as it happens: server-sent events, first what was missed, then what comes. */
import type { ServerResponse } from "node:http";
import { once } from "node:events";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Actor } from "../kernel/actor.ts";
import type { App } from "../kernel/app.ts";
import { validationError } from "../kernel/errors.ts";
import { endOfFeed, placeOf, readEvents, startOfFeed } from "../kernel/events.ts";
import type { FeedPlace, StoredEvent } from "../kernel/events.ts";
import { isId } from "../kernel/ids.ts";
import { authenticate } from "./authenticate.ts";
import { heardPayload } from "./heard.ts";
import { one } from "./http.ts";
import { countCall } from "./limits.ts";
import { LiveFollowers, pageSize } from "./live-followers.ts";
import type { WorkspaceFeed } from "./live-followers.ts";
import { workspaceApi } from "./workspace-api.ts";

const lookEveryMs = 500;
const heartbeatEveryMs = 15_000;

export function addLive(http: FastifyInstance, app: App): void {
  const streams = new Set<LiveStream>();
  const followers = new LiveFollowers(app);
  let isClosing = false;
  // Other nodes' commits ring no bell here, so every workspace somebody follows is looked at.
  const looking = setInterval(() => followers.wakeAll(), lookEveryMs).unref();
  http.addHook("preClose", (done) => {
    isClosing = true;
    clearInterval(looking);
    for (const stream of streams) stream.end();
    done();
  });
  for (const base of workspaceApi.bases) {
    http.get(`${base}/events/stream`, async (request, reply) => {
      const stream = await openStream(app, followers, request, reply);
      streams.add(stream);
      stream.onEnd(() => streams.delete(stream));
      stream.start();
      if (isClosing) stream.end();
      return reply;
    });
  }
}

async function openStream(
  app: App,
  followers: LiveFollowers,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<LiveStream> {
  const header = (name: string) => one(request.headers[name]);
  const { ip: address } = request;
  const incoming = { url: "", address, origins: [], header, form: undefined, rawBody: undefined };
  const actor = await authenticate(app, "workspace-key", incoming);
  const workspaceId = actor.workspaceId ?? "";
  // Before anything else is waited for: of many that come at once each is counted before the next one is.
  const { feed, release } = followers.reserve(actor, workspaceId);
  try {
    countCall(app, actor);
    const query = request.query as Record<string, string | undefined>;
    const place = await placeAfter(app, workspaceId, header("last-event-id") ?? query["after"]);
    const known = place.fromNow ? await eventsSince(app, workspaceId, place) : [];
    reply.hijack();
    const whoNow = () => authenticate(app, "workspace-key", incoming).catch(() => undefined);
    const stream = new LiveStream({ app, feed, place, known, out: reply.raw, requestId: request.id, whoNow });
    stream.onEnd(release);
    return stream;
  } catch (error) {
    release();
    throw error;
  }
}

/** No place: from now on. "0": from the beginning. Else the id of the last event the caller has seen. */
async function placeAfter(
  app: App,
  workspaceId: string,
  after: string | undefined,
): Promise<FeedPlace & { fromNow?: boolean }> {
  if (after === undefined || after === "") {
    return { ...(await endOfFeed(app.database, workspaceId)), fromNow: true };
  }
  if (after === "0") return startOfFeed;
  const place = isId(after) ? await placeOf(app.database, workspaceId, after) : undefined;
  if (place) return place;
  throw validationError("after: is not the id of an event of this workspace", {
    fix: "Send the id of the last event you saw, or 0 for all of them.",
    details: { fields: [{ field: "after", message: "is not the id of an event of this workspace" }] },
  });
}

async function eventsSince(app: App, workspaceId: string, place: FeedPlace): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  for (let from = place; ; from = found.at(-1)?.place ?? place) {
    const page = await readEvents(app.database, workspaceId, from, pageSize);
    found.push(...page);
    if (page.length < pageSize) return found;
  }
}

type StreamParts = {
  app: App;
  feed: WorkspaceFeed;
  place: FeedPlace;
  /** Events after the place that the caller does not want: they were there before it came. */
  known: readonly StoredEvent[];
  out: ServerResponse;
  requestId: string;
  /** The caller as it is now; undefined once its credential is in force no longer. */
  whoNow(): Promise<Actor | undefined>;
};

class LiveStream {
  readonly #parts: StreamParts;
  #place: FeedPlace;
  /** The id of the event at the place: where the caller goes on when it comes back. */
  #placeId: string | undefined;
  /** What was sent of the events after the place, which are read again until they have settled. */
  readonly #ahead: Set<string>;
  #busy = false;
  #again = false;
  /** The latest wake-up: what is read has to be as new as that. */
  #wakeUp = 0;
  #ended = false;
  readonly #cleanup: (() => void)[] = [];

  constructor(parts: StreamParts) {
    this.#parts = parts;
    this.#place = parts.place;
    this.#ahead = new Set(parts.known.map((event) => event.id));
  }

  onEnd(listener: () => void): void {
    this.#cleanup.push(listener);
  }

  start(): void {
    const { feed, out, requestId } = this.#parts;
    // Whoever left while the stream was being opened will not be heard leaving.
    if (out.destroyed) return this.end();
    out.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
      "x-content-type-options": "nosniff",
      "x-corr-id": requestId,
    });
    out.write("retry: 2000\n: following\n\n");
    const heartbeat = setInterval(() => void this.#beat(), heartbeatEveryMs).unref();
    this.#cleanup.push(
      () => clearInterval(heartbeat),
      feed.onWake((wakeUp) => this.#wake(wakeUp)),
    );
    out.on("close", () => this.end());
    this.#wake(feed.nextWakeUp());
  }

  /** Reads what is new; a wake during a read makes it read once more. */
  #wake(wakeUp: number): void {
    this.#wakeUp = wakeUp;
    this.#again = true;
    if (!this.#busy && !this.#ended) void this.#drain();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const step of this.#cleanup) step();
    this.#parts.out.end();
  }

  async #drain(): Promise<void> {
    const { app, feed } = this.#parts;
    this.#busy = true;
    try {
      while (this.#again && !this.#ended) {
        this.#again = false;
        let from = this.#place;
        let events: StoredEvent[];
        do {
          events = await feed.read(from, this.#wakeUp);
          // What is sent is for who the caller is now: a revoked key, or another role, counts before the next event.
          const actor = events.length > 0 ? await this.#parts.whoNow() : undefined;
          if (events.length > 0 && !actor) return this.end();
          for (const event of events) await this.#take(event, actor?.scopes);
          from = events.at(-1)?.place ?? from;
        } while (events.length === pageSize && !this.#ended);
      }
    } catch (error) {
      // The client comes back with the last id it saw and misses nothing.
      if (!this.#ended) app.log.warn({ error: (error as Error).message }, "a live stream was cut");
      this.end();
    } finally {
      this.#busy = false;
    }
  }

  async #take(event: StoredEvent, scopes: ReadonlySet<string> | undefined): Promise<void> {
    const wasSent = this.#ahead.has(event.id);
    if (event.settled) {
      this.#place = event.place;
      this.#placeId = event.id;
      this.#ahead.delete(event.id);
    } else this.#ahead.add(event.id);
    if (wasSent || this.#ended) return;
    const payload = heardPayload(this.#parts.app, event, scopes);
    if (payload) await this.#send(event, payload);
  }

  async #send(event: StoredEvent, payload: StoredEvent["payload"]): Promise<void> {
    const shown = {
      id: event.id,
      type: event.type,
      noun: event.noun,
      record_id: event.recordId,
      payload,
      occurred_at: event.occurredAt.toISOString(),
    };
    const { out } = this.#parts;
    const place = this.#placeId ? `id: ${this.#placeId}\n` : "";
    const text = `${place}event: ${event.type}\ndata: ${JSON.stringify(shown)}\n\n`;
    if (!out.write(text) && !this.#ended) await Promise.race([once(out, "drain"), once(out, "close")]);
  }

  async #beat(): Promise<void> {
    if (!(await this.#parts.whoNow())) return this.end();
    if (!this.#ended) this.#parts.out.write(": still here\n\n");
  }
}
