/**
 * Work that happens later, on pg-boss. Jobs are enqueued with SQL inside the caller's own transaction, so a job exists if
 * and only if what asked for it was committed; a NOTIFY in the same transaction wakes a worker at once.
 */
import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { PgBoss } from "pg-boss";
import type { ConstructorOptions, Job, Queue, SendOptions } from "pg-boss";
import { systemActor } from "./actor.ts";
import type { App } from "./app.ts";
import type { Ctx } from "./context.ts";
import type { Database } from "./database.ts";
import { Gate } from "./gate.ts";
import type { Log } from "./log.ts";
import type { TenantStore } from "./store.ts";

export type JobDefinition<P extends Record<string, unknown> = Record<string, unknown>> = {
  /** verb-noun, the queue's name: "deliver-message". */
  readonly name: string;
  readonly retryLimit?: number;
  readonly retryDelaySeconds?: number;
  /** How long one attempt may take before another worker may have the job. */
  readonly expireSeconds?: number;
  /** Jobs of this kind in progress at once in one process; one more may be, of a workspace that has none in progress. */
  readonly concurrency?: number;
  run(job: JobCtx, payload: P): Promise<void>;
};

export type JobCtx = {
  readonly app: App;
  readonly workspaceId: string;
  readonly requestId: string;
  readonly log: Log;
  readonly attempt: number;
  /** True when a failure now sends the job to the dead letters instead of another attempt. */
  readonly lastAttempt: boolean;
  readonly signal: AbortSignal;
  /** A transaction in the job's workspace, with audit, events and jobs as in an operation. */
  transaction<T>(work: (ctx: Ctx) => Promise<T>): Promise<T>;
};

export type EnqueueOptions = {
  startAt?: Date;
  /** At most one waiting job of its kind per workspace and key: while one waits, another is not added. */
  key?: string;
  retryLimit?: number;
};

export type Enqueued = { job: JobDefinition; payload: Record<string, unknown>; options: EnqueueOptions };

type QueueDatabase = NonNullable<ConstructorOptions["db"]>;
type Envelope = { workspaceId: string; requestId: string; payload: Record<string, unknown> };

export const deadLetters = "dead-letters";
const schema = "pgboss";

/** Declares a job; nothing but types happens here. */
export function job<P extends Record<string, unknown>>(definition: JobDefinition<P>): JobDefinition<P> {
  return definition;
}

export type JobsOptions = {
  database: Database;
  log: Log;
  definitions: readonly JobDefinition[];
  /** Let the queue read the movable clock instead of the database server's. */
  movableClock: boolean;
  pollSeconds: number;
};

export class Jobs {
  readonly #boss: PgBoss;
  readonly #options: JobsOptions;
  readonly #byName: Map<string, JobDefinition>;
  readonly #gate: Gate;
  #working = false;

  constructor(options: JobsOptions) {
    this.#options = options;
    this.#byName = new Map(options.definitions.map((definition) => [definition.name, definition]));
    const { database, log } = options;
    // On a server, work in the background may have a third of the connections: however much of it waits, a request finds
    // one free. The embedded engine has one connection, and its pool already serves everybody in turn.
    const connections = database.engine.pool.options.max ?? 1;
    this.#gate = new Gate(
      connections > 1 ? Math.max(1, Math.floor(connections / 3)) : Number.MAX_SAFE_INTEGER,
    );
    this.#boss = new PgBoss({
      db: ownerAdapter(database, this.#gate),
      schema,
      schedule: false,
      backend: database.engine.name === "embedded" ? "pglite" : "postgres",
      useListenNotify: true,
      superviseIntervalSeconds: 5,
      monitorIntervalSeconds: 5,
      maintenanceIntervalSeconds: 300,
      monitorVacuum: false,
    });
    this.#boss.on("error", (error) => log.error({ error: error.message }, "the job queue reported an error"));
  }

  /** Opens the queue as another process left it: enough to look at jobs and to redrive them. */
  async attach(): Promise<void> {
    await this.#boss.start();
  }

  /** Installs the queue's tables and brings the queues to what their definitions say. */
  async start(): Promise<void> {
    await this.#boss.start();
    const { database, definitions, movableClock } = this.#options;
    const existing = new Map((await this.#boss.getQueues()).map((queue) => [queue.name, queue]));
    const added: string[] = [];
    const add = async (name: string, settings: Omit<Queue, "name">) => {
      await this.#boss.createQueue(name, settings);
      added.push(name);
    };
    if (!existing.has(deadLetters)) await add(deadLetters, {});
    for (const definition of definitions) {
      const settings = queueSettings(definition);
      const queue = existing.get(definition.name);
      if (!queue) await add(definition.name, { ...settings, policy: "short" });
      else if (!holds(queue, settings)) await this.#boss.updateQueue(definition.name, settings);
    }
    const rights = added.length > 0 ? grants : "";
    await database.owner(oneAtATime + rights + (movableClock ? movableJobNow : realJobNow));
    await this.#warm(added);
  }

  /** Takes up work; only for processes with the worker role. */
  async work(app: App): Promise<void> {
    if (this.#options.database.engine.name === "embedded") await this.takeBackOrphans();
    this.#working = true;
    for (const definition of this.#options.definitions) {
      const lanes = Array.from({ length: definition.concurrency ?? 2 }, () =>
        this.#openLane(app, definition, {}),
      );
      // However many jobs one workspace has waiting in front of it, another's finds this lane open or soon free.
      lanes.push(this.#openLane(app, definition, { groupConcurrency: 1 }));
      await Promise.all(lanes);
    }
  }

  // One worker of a kind of job. Left to itself it would wait out its polling interval after each job, however many
  // more are due: so whoever has done one looks for the next at once, and rests only after finding none.
  async #openLane(app: App, definition: JobDefinition, only: { groupConcurrency?: number }): Promise<void> {
    const { pollSeconds } = this.#options;
    // The first job may come before the queue has told us the worker's id.
    const lane = { id: "" };
    lane.id = await this.#boss.work<Envelope>(
      definition.name,
      {
        pollingIntervalSeconds: pollSeconds,
        notifyPollingIntervalSeconds: pollSeconds,
        includeMetadata: true,
        ...only,
      },
      async ([one]) => {
        try {
          if (one) await this.#runOne(app, definition, one);
        } finally {
          this.#boss.notifyWorker(lane.id);
        }
      },
    );
  }

  /**
   * For a process that alone has the database: whatever is marked as running was cut off. That was an attempt, perhaps the one
   * that ended the process: the job waits for its next one, or goes to the dead letters after its last.
   */
  async takeBackOrphans(): Promise<void> {
    for (const name of this.#byName.keys()) {
      const { rows } = await this.#options.database.owner(
        `select id from ${schema}.job where name = $1 and state = 'active'`,
        [name],
      );
      const ids = rows.map((row) => String(row["id"]));
      if (ids.length > 0) await this.#boss.fail(name, ids, { message: "the process ended while it ran" });
    }
  }

  /** Takes back jobs whose worker gave no sign of life; the queue does this by itself every few seconds. */
  async supervise(): Promise<void> {
    for (const name of this.#byName.keys()) await this.#boss.supervise(name);
  }

  /** Writes jobs through `db`, which is inside the caller's transaction. */
  async enqueueIn(db: TenantStore, workspaceId: string, requestId: string, jobs: Enqueued[]): Promise<void> {
    const adapter = transactionAdapter(db);
    for (const { job, payload, options } of jobs) {
      const envelope: Envelope = { workspaceId, requestId, payload };
      // The queues' policy lets one job wait per key; a job without a key of its own gets one that nobody else has.
      const send: SendOptions = {
        db: adapter,
        singletonKey: `${workspaceId} ${options.key ?? randomUUID()}`,
        group: { id: workspaceId },
      };
      if (options.startAt) send.startAfter = options.startAt;
      if (options.retryLimit !== undefined) send.retryLimit = options.retryLimit;
      await this.#boss.send(job.name, envelope, send);
    }
  }

  /** Puts every dead letter back where it came from; answers how many. */
  async redrive(): Promise<number> {
    if (!(await this.#boss.getQueue(deadLetters))) return 0;
    return this.#boss.redrive(deadLetters);
  }

  async deadLetterCount(): Promise<number> {
    const { rows } = await this.#options.database.owner(
      `select count(*) as waiting from ${schema}.job where name = $1 and state < 'completed'`,
      [deadLetters],
    );
    return Number(rows[0]?.["waiting"] ?? 0);
  }

  /**
   * How many jobs are due or running now, how many wait for another attempt after one that failed, since when the longest waiting
   * one is due, and when the next one after that falls due: a whole millisecond, rounded up, because that is all a clock here can be
   * set to.
   */
  async outlook(
    now: Date,
  ): Promise<{ busy: number; retrying: number; oldestDueAt: Date | undefined; nextDueAt: Date | undefined }> {
    const names = [...this.#byName.keys()];
    const { rows } = await this.#options.database.owner(
      `select count(*) filter (where state = 'active' or start_after <= $2) as busy,
              count(*) filter (where state = 'retry' and start_after > $2) as retrying,
              min(start_after) filter (where state < 'active' and start_after <= $2) as oldest,
              date_trunc('milliseconds', min(start_after) filter (where state < 'active' and start_after > $2)
                + interval '999 microseconds') as next
         from ${schema}.job where state < 'completed' and name = any($1)`,
      [names, now],
    );
    const row = rows[0] as
      { busy: number; retrying: number; oldest: Date | null; next: Date | null } | undefined;
    return {
      busy: Number(row?.busy ?? 0),
      retrying: Number(row?.retrying ?? 0),
      oldestDueAt: row?.oldest ?? undefined,
      nextDueAt: row?.next ?? undefined,
    };
  }

  /** What is due or running at `now`, in words: for whoever waits for it in vain. */
  async describeBusy(now: Date): Promise<string> {
    const { rows } = await this.#options.database.owner(
      `select name, state::text as state, count(*) as jobs, max(retry_count) as retries
         from ${schema}.job
        where state < 'completed' and name = any($1) and (state = 'active' or start_after <= $2)
        group by name, state order by name, state`,
      [[...this.#byName.keys()], now],
    );
    return rows
      .map(
        (row) => `${row["jobs"]} ${String(row["name"])} ${String(row["state"])} (${row["retries"]} retries)`,
      )
      .join(", ");
  }

  /** Wakes the workers of every process that have something to do since the clock was moved to `now`. */
  async wake(now: Date): Promise<void> {
    await this.#options.database.owner(
      `select pg_notify('pgboss_' || left(encode(sha224('${schema}'::bytea), 'hex'), 24), due.name)
         from (select distinct name from ${schema}.job
                where state < 'active' and name = any($1) and start_after <= $2) due`,
      [[...this.#byName.keys()], now],
    );
  }

  get working(): boolean {
    return this.#working;
  }

  /** Lets running jobs finish, then stops. */
  async stop(): Promise<void> {
    await this.#boss.stop({ graceful: true, timeout: 10_000, close: false });
  }

  async #runOne(
    app: App,
    definition: JobDefinition,
    one: Job<Envelope> & { retryLimit?: number },
  ): Promise<void> {
    const { workspaceId, requestId, payload } = one.data;
    const log = app.log.child({ job: definition.name, jobId: one.id, corrId: requestId });
    const ended = app.metrics.jobStarted(definition.name);
    const occasion = {
      workspaceId,
      actor: systemActor(workspaceId, definition.name),
      operation: definition.name,
      surface: "job",
      requestId,
    };
    const ctx: JobCtx = {
      app,
      workspaceId,
      requestId,
      log,
      attempt: one.retryCount + 1,
      lastAttempt: one.retryCount >= (one.retryLimit ?? definition.retryLimit ?? defaultRetryLimit),
      signal: one.signal,
      transaction: (work) => this.#gate.pass(() => app.inWorkspace(occasion, work)),
    };
    try {
      await definition.run(ctx, payload);
      ended("succeeded");
    } catch (error) {
      ended("failed");
      log.warn({ error: (error as Error).message, attempt: ctx.attempt }, "a job failed");
      throw error;
    }
  }

  // pg-boss reads the queues when it starts, and one that is new to it before its first use. On the embedded engine that
  // read would wait for the very transaction the enqueue is part of, so it happens here.
  async #warm(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const id = await this.#boss.send(name, {}, { startAfter: new Date("9999-01-01T00:00:00Z") });
      if (id) await this.#boss.deleteJob(name, id);
    }
  }
}

const defaultRetryLimit = 5;

function queueSettings(definition: JobDefinition) {
  return {
    retryLimit: definition.retryLimit ?? defaultRetryLimit,
    retryDelay: definition.retryDelaySeconds ?? 5,
    retryBackoff: true,
    retryDelayMax: 3600,
    expireInSeconds: definition.expireSeconds ?? 120,
    heartbeatSeconds: 30,
    deadLetter: deadLetters,
    notify: true,
  };
}

function holds(queue: Queue, settings: object): boolean {
  const stored: Record<string, unknown> = { ...queue };
  return Object.entries(settings).every(([name, value]) => stored[name] === value);
}

// Nodes that start at once would change the same rows of the catalogue, which the database refuses.
const oneAtATime = "select pg_advisory_xact_lock(4137202602);";
// The application role may add jobs and see that it did; what other jobs carry is not for it to read.
const grants = `
  grant usage on schema ${schema} to frontdesk_app, frontdesk_system;
  grant insert on all tables in schema ${schema} to frontdesk_app, frontdesk_system;
  grant select on ${schema}.queue to frontdesk_app, frontdesk_system;
  do $$ declare t record; begin
    for t in select c.oid::regclass as name from pg_class c join pg_attribute a on a.attrelid = c.oid
              where c.relnamespace = '${schema}'::regnamespace and a.attname = 'start_after' and c.relkind in ('r', 'p') loop
      execute format('grant select (id, name, start_after) on %s to frontdesk_app, frontdesk_system', t.name);
    end loop;
  end $$;
`;

// pg-boss asks the database for the time through this function, so moving the clock moves the queue with it.
const movableJobNow = `
  create or replace function ${schema}.job_now() returns timestamptz language sql stable security definer
    set search_path = public, pg_catalog as
  $$ select coalesce(c.frozen_at, pg_catalog.now() + c.offset_ms * interval '1 millisecond', pg_catalog.now())
       from (select 1) one left join public.simulator_clock c on c.id = 1 $$;
`;
const realJobNow = `
  create or replace function ${schema}.job_now() returns timestamptz language sql stable as
  $$ select pg_catalog.now() $$;
`;

function ownerAdapter(database: Database, gate: Gate): QueueDatabase {
  return {
    executeSql: (text, values) => gate.pass(() => database.owner(text, values)),
    listen: async (channel, onNotification, onReconnect) => ({
      close: await database.engine.listen(channel, onNotification, onReconnect),
    }),
  };
}

function transactionAdapter(db: TenantStore): QueueDatabase {
  return {
    executeSql: async (text, values = []) => {
      const { rows } = await db.kysely.executeQuery<Record<string, unknown>>({
        sql: text,
        parameters: values,
        query: sql`select 1`.toOperationNode() as never,
        queryId: { queryId: "enqueue" } as never,
      });
      return { rows };
    },
  };
}
