/**
 * The pipeline. Every surface and every in-process caller goes through `run`, in this order: scopes → one JSON value,
 * validated → idempotency claim → hold for approval → credits → handler, audit, events, jobs and stored response in
 * one transaction → output checked (tests and development). Authentication comes before it, presenting after it.
 */
import { randomUUID } from "node:crypto";
import type { CompiledQuery, Kysely } from "kysely";
import type { Actor } from "./actor.ts";
import { admit } from "./admit.ts";
import { againWhenMet } from "./again.ts";
import type { App } from "./app.ts";
import { holdForApproval } from "./approvals.ts";
import { auditRows } from "./audit.ts";
import type { Change, Occasion } from "./audit.ts";
import type { Ctx } from "./context.ts";
import { chargeCredits } from "./credits.ts";
import { forbidden } from "./errors.ts";
import { eventRows } from "./events.ts";
import type { DomainEvent } from "./events.ts";
import { secretsIn, withoutSecrets, withoutUnreadable } from "./guarded-fields.ts";
import { claimKey, storeResponse } from "./idempotency.ts";
import type { Enqueued } from "./jobs.ts";
import { markCursors, openCursors } from "./list-cursors.ts";
import type { AnyOperation, Upload } from "./operation.ts";
import { TenantStore } from "./store.ts";
import type { Tables } from "./tables.ts";
import { mustBeAsDeclared } from "./undeclared.ts";

export type Call = {
  actor: Actor;
  input: unknown;
  requestId: string;
  idempotencyKey?: string | undefined;
  /** Set when an approved call runs: it was held once and is not held again. */
  approved?: boolean;
  upload?: Upload | undefined;
};

export type Outcome = {
  status: number;
  output: unknown;
  /** The output of an operation run inside another, as it may be stored: without the secrets that are shown once. */
  kept?: unknown;
  replayed?: boolean;
  held?: boolean;
};

export function successStatus(operation: AnyOperation): number {
  if (operation.status !== undefined) return operation.status;
  if (operation.shape === "empty") return 204;
  return operation.effect === "write" && operation.name.startsWith("create_") ? 201 : 200;
}

export async function run(app: App, operation: AnyOperation, call: Call): Promise<Outcome> {
  const input = admit(operation, call.actor, call.input);
  if (operation.tenancy === "none") return runAlone(app, operation, call, input);
  const { workspaceId } = call.actor;
  if (workspaceId === undefined)
    throw forbidden("This call needs a credential of a workspace.", {
      fix: "Send a key of the workspace it is about.",
    });
  const occasion = occasionOf(app, operation, call, workspaceId);
  if (operation.effect === "read") {
    const output = await app.database.read(workspaceId, (db) => {
      const recorder = new Recorder(app, occasion, db);
      return answer(operation, recorder.ctx, input);
    });
    return complete(app, operation, call.actor, output);
  }
  const outcome = await prepareAndWrite(app, operation, call, input, occasion);
  app.bell.ring(workspaceId);
  return outcome;
}

async function prepareAndWrite(
  app: App,
  operation: AnyOperation,
  call: Call,
  input: Record<string, unknown>,
  occasion: Occasion,
): Promise<Outcome> {
  const { workspaceId } = occasion;
  const prepared = await operation.prepare?.({ app, workspaceId, input, upload: call.upload } as never);
  try {
    const full = { ...call, prepared: prepared?.value };
    // Each time with an input nobody has touched.
    return await againWhenMet(app.log, occasion, () =>
      runWrite(app, operation, full, structuredClone(input), occasion),
    );
  } finally {
    await prepared?.end();
  }
}

async function runWrite(
  app: App,
  operation: AnyOperation,
  call: Call & { prepared: unknown },
  input: Record<string, unknown>,
  occasion: Occasion,
): Promise<Outcome> {
  let flush: CompiledQuery[] = [];
  return app.database.transaction(
    occasion.workspaceId,
    async (db) => {
      const recorder = new Recorder(app, occasion, db, call);
      const claim = call.idempotencyKey
        ? await claimKey(db, occasion, call.idempotencyKey, input)
        : undefined;
      if (claim?.stored) {
        const output = withoutUnreadable(operation.output, claim.stored.output, call.actor.scopes);
        return { ...claim.stored, output, replayed: true };
      }
      const outcome = await perform(operation, call, input, recorder);
      if (recorder.quiet && !outcome.held) recorder.note(operation, input, outcome.output);
      flush = await recorder.flush();
      if (claim) flush.push(storeResponse(db, occasion, claim, recorder.kept(outcome)));
      return outcome;
    },
    () => flush,
  );
}

async function perform(
  operation: AnyOperation,
  call: Call,
  input: Record<string, unknown>,
  recorder: Recorder,
): Promise<Outcome> {
  const { ctx } = recorder;
  recorder.conceal(secretsIn(operation.input, input));
  if (call.actor.approvalLevel === "with-approval" && !call.approved && operation.holdable !== false) {
    await rehearse(operation, input, recorder);
    return holdForApproval(ctx, operation, input);
  }
  if (operation.credits) await chargeCredits(ctx, operation.credits);
  const outcome = complete(ctx.app, operation, call.actor, await answer(operation, ctx, input));
  recorder.conceal(secretsIn(operation.output, outcome.output));
  return outcome;
}

/** Ends a rehearsal: everything it wrote is undone with the savepoint it ran under. */
const curtain = Symbol("the end of a rehearsal");

/**
 * Does a write that is to be held and undoes it, so that whoever asks hears at once what is wrong with it, and nobody is asked
 * to approve what cannot be done. Nothing of it is recorded and nothing is charged; handlers do not reach outside the transaction.
 */
async function rehearse(
  operation: AnyOperation,
  input: Record<string, unknown>,
  recorder: Recorder,
): Promise<void> {
  const { ctx } = recorder.apart();
  const rehearsal = ctx.db.savepoint(async () => {
    await operation.run(ctx, structuredClone(input) as never);
    throw curtain;
  });
  await rehearsal.catch((error: unknown) => {
    if (error !== curtain) throw error;
  });
}

async function runAlone(
  app: App,
  operation: AnyOperation,
  call: Call,
  input: Record<string, unknown>,
): Promise<Outcome> {
  const occasion = occasionOf(app, operation, call, "");
  const ctx: Ctx = {
    app,
    ...occasion,
    log: app.log.child({ corrId: call.requestId, operation: operation.name }),
    get db(): never {
      throw new Error(`${operation.name} has no workspace: use within()`);
    },
    changed: refuse,
    emit: refuse,
    enqueue: refuse,
    run: () => Promise.reject(new Error("use within()")),
    within: (workspaceId, work) =>
      app.inWorkspace({ ...occasion, workspaceId, actor: { ...call.actor, workspaceId } }, work),
  };
  return complete(app, operation, call.actor, await answer(operation, ctx, input));
}

/** Runs the operation itself; the cursors of a list are checked before and marked after. */
async function answer(operation: AnyOperation, ctx: Ctx, input: Record<string, unknown>): Promise<unknown> {
  const output = await operation.run(ctx, openCursors(operation, input) as never);
  return markCursors(operation, input, output);
}

function refuse(): never {
  throw new Error("an operation without a workspace records nothing: use within()");
}

/** What an operation answered, as this actor may see it. */
function complete(app: App, operation: AnyOperation, { scopes }: Actor, answered: unknown): Outcome {
  const output = withoutUnreadable(operation.output, answered, scopes);
  if (app.config.checkOutputs && operation.shape !== "empty" && operation.shape !== "file") {
    mustBeAsDeclared(operation, output);
  }
  return { status: successStatus(operation), output };
}

function occasionOf(app: App, operation: AnyOperation, call: Call, workspaceId: string): Occasion {
  return {
    workspaceId,
    actor: call.actor,
    operation: operation.name,
    surface: operation.surface.name,
    requestId: call.requestId,
    now: app.clock.now(),
  };
}

/**
 * A transaction in one workspace with a full ctx; what jobs, webhooks and the program itself use. `work` may run again from its
 * beginning when its transaction met another: what it is given is new each time, and it keeps nothing outside.
 */
export function inWorkspace<T>(
  app: App,
  occasion: Omit<Occasion, "now">,
  work: (ctx: Ctx) => Promise<T>,
): Promise<T> {
  const full: Occasion = { ...occasion, now: app.clock.now() };
  return againWhenMet(app.log, full, () => onceInWorkspace(app, full, work));
}

async function onceInWorkspace<T>(app: App, full: Occasion, work: (ctx: Ctx) => Promise<T>): Promise<T> {
  let flush: CompiledQuery[] = [];
  let happened = false;
  const result = await app.database.transaction(
    full.workspaceId,
    async (db) => {
      const recorder = new Recorder(app, full, db);
      const value = await work(recorder.ctx);
      flush = await recorder.flush();
      happened = recorder.happened;
      return value;
    },
    () => flush,
  );
  if (happened) app.bell.ring(full.workspaceId);
  return result;
}

export function newRequestId(): string {
  return randomUUID();
}

// Both in one statement where there are both: each statement costs the server and the driver about the same again.
function recordStatements(
  kysely: Kysely<Tables>,
  audit: ReturnType<typeof auditRows>,
  events: ReturnType<typeof eventRows>,
): CompiledQuery[] {
  if (audit.length > 0 && events.length > 0) {
    const recorded = kysely.with("recorded", (query) => query.insertInto("audit_entries").values(audit));
    return [recorded.insertInto("events").values(events).compile()];
  }
  if (audit.length > 0) return [kysely.insertInto("audit_entries").values(audit).compile()];
  return events.length > 0 ? [kysely.insertInto("events").values(events).compile()] : [];
}

/** Collects what a unit of work wants recorded, and turns it into the statements that go out just before the commit. */
class Recorder {
  readonly ctx: Ctx;
  readonly #app: App;
  readonly #occasion: Occasion;
  readonly #db: TenantStore;
  readonly #changes: Change[] = [];
  readonly #events: DomainEvent[] = [];
  readonly #jobs: Enqueued[] = [];
  readonly #secrets: string[] = [];
  #happenedInside = false;

  constructor(
    app: App,
    occasion: Occasion,
    db: TenantStore,
    brought: { upload?: Upload | undefined; prepared?: unknown } = {},
  ) {
    this.#app = app;
    this.#occasion = occasion;
    this.#db = db;
    this.ctx = {
      app,
      ...occasion,
      upload: brought.upload,
      prepared: brought.prepared,
      db,
      // Most calls log nothing; a logger of their own is made for those that do.
      get log() {
        return app.log.child({ corrId: occasion.requestId, operation: occasion.operation });
      },
      changed: (change) => void this.#changes.push(change),
      emit: (event) => void this.#events.push(event),
      enqueue: (job, payload, options = {}) => void this.#jobs.push({ job: job as never, payload, options }),
      run: (operation, input, actor) => this.#runInside(operation, input, actor),
      within: () => Promise.reject(new Error("already in a workspace")),
    };
  }

  get quiet(): boolean {
    return this.#changes.length === 0;
  }

  /** Whether there are events, here or in what was run inside. */
  get happened(): boolean {
    return this.#happenedInside || this.#events.length > 0;
  }

  /** Secrets that went in or came out: nothing that is kept of this call holds them. */
  conceal(secrets: readonly string[]): void {
    this.#secrets.push(...secrets);
  }

  /** An outcome as it may be kept. */
  kept(outcome: Outcome): Outcome {
    return { ...outcome, output: withoutSecrets(outcome.output, this.#secrets) };
  }

  /** Another one on the same occasion, of which nothing is flushed. */
  apart(): Recorder {
    const { upload, prepared } = this.ctx;
    return new Recorder(this.#app, this.#occasion, this.#db, { upload, prepared });
  }

  /** A write that recorded no change of its own is still on the record. */
  note(operation: AnyOperation, input: Record<string, unknown>, output: unknown): void {
    const id = (input["id"] ?? (output as { id?: unknown } | undefined)?.id ?? "") as string;
    this.#changes.push({ noun: operation.noun, id: String(id), action: "ran" });
  }

  async flush(): Promise<CompiledQuery[]> {
    const { kysely } = this.#db;
    for (const event of this.#events) {
      for (const reaction of this.#app.registry.reactionsTo(event.type)) {
        const payload = reaction.payload(event);
        if (payload !== undefined)
          this.#jobs.push({ job: reaction.job, payload: payload as Record<string, unknown>, options: {} });
      }
    }
    const { workspaceId, requestId } = this.#occasion;
    if (this.#jobs.length > 0) await this.#app.jobs.enqueueIn(this.#db, workspaceId, requestId, this.#jobs);
    return recordStatements(
      kysely,
      auditRows(this.#occasion, withoutSecrets(this.#changes, this.#secrets)),
      eventRows(this.#occasion, withoutSecrets(this.#events, this.#secrets)),
    );
  }

  async #runInside(operation: AnyOperation, rawInput: unknown, actor = this.ctx.actor): Promise<Outcome> {
    const call: Call = { actor, input: rawInput, requestId: this.#occasion.requestId, approved: true };
    if (operation.prepare) throw new Error(`${operation.name} does not run inside a transaction`);
    const input = admit(operation, actor, rawInput);
    const inner = new Recorder(
      this.#app,
      { ...this.#occasion, actor, operation: operation.name, surface: operation.surface.name },
      this.#db,
    );
    const outcome = await perform(operation, call, input, inner);
    if (inner.quiet && operation.effect !== "read") inner.note(operation, input, outcome.output);
    for (const statement of await inner.flush()) await this.#db.kysely.executeQuery(statement);
    this.#happenedInside ||= inner.happened;
    this.conceal(inner.#secrets);
    return { ...outcome, kept: inner.kept(outcome).output };
  }
}
