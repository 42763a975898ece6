import type { Actor } from "./actor.ts";
import type { App } from "./app.ts";
import type { Change } from "./audit.ts";
import type { EnqueueOptions, JobDefinition } from "./jobs.ts";
import type { Log } from "./log.ts";
import type { AnyOperation, Upload } from "./operation.ts";
import type { Outcome } from "./run.ts";
import type { TenantStore } from "./store.ts";

/**
 * The outside world, one entry per port. The kernel knows none of them: modules add theirs by declaration merging and
 * main.ts puts them in.
 */
export interface Ports {}

/** What a piece of work in one workspace is given. `db` is scoped to the workspace and, for writes, in a transaction. */
export type Ctx = {
  readonly app: App;
  readonly workspaceId: string;
  readonly actor: Actor;
  readonly surface: string;
  readonly operation: string;
  readonly requestId: string;
  readonly now: Date;
  /** The file that came with the call, for operations that take one. */
  readonly upload?: Upload | undefined;
  /** What the operation's own `prepare` made of the call. */
  readonly prepared?: unknown;
  readonly db: TenantStore;
  readonly log: Log;
  /** Records a change: an audit entry with the fields that differ, in this transaction. */
  changed(change: Change): void;
  /** Records that something happened; its reactions are enqueued in this transaction. */
  emit(event: {
    type: string;
    noun: string;
    recordId: string | null;
    payload: Record<string, unknown>;
  }): void;
  /** Enqueues a job that exists if and only if this transaction commits. */
  enqueue<P extends Record<string, unknown>>(
    job: JobDefinition<P>,
    payload: P,
    options?: EnqueueOptions,
  ): void;
  /** Runs another operation inside this transaction, through every check, as `actor` (this one's by default). */
  run(operation: AnyOperation, input: unknown, actor?: Actor): Promise<Outcome>;
  /** For operations without a workspace of their own: a transaction in the workspace the input turned out to mean. */
  within<T>(workspaceId: string, work: (ctx: Ctx) => Promise<T>): Promise<T>;
};
