/**
 * The pipeline. Every surface and every in-process caller goes through `run`, in this order: scopes → one JSON value,
 * validated → idempotency claim → hold for approval → credits → handler, audit, events, jobs and stored response in
 * one transaction → output checked (tests and development). Authentication comes before it, presenting after it.
 */
import { randomUUID } from "node:crypto";
import type { CompiledQuery, Kysely } from "kysely";
import type { Actor } from "./actor.ts";
import type { App } from "./app.ts";
import { holdForApproval } from "./approvals.ts";
import { auditRows } from "./audit.ts";
import type { Change, Occasion } from "./audit.ts";
import type { Ctx } from "./context.ts";
import { chargeCredits } from "./credits.ts";
import { forbidden, insufficientScope } from "./errors.ts";
import { eventRows } from "./events.ts";
import type { DomainEvent } from "./events.ts";
import { claimKey, storeResponse } from "./idempotency.ts";
import type { Enqueued } from "./jobs.ts";
import type { AnyOperation, Upload } from "./operation.ts";
import { TenantStore } from "./store.ts";
import type { Tables } from "./tables.ts";
import { invalidInput, validatorOf, withDefaults } from "./validation.ts";

export type Call = {
  actor: Actor;
  input: unknown;
  requestId: string;
  idempotencyKey?: string | undefined;
  /** Set when an approved call runs: it was held once and is not held again. */
  approved?: boolean;
  upload?: Upload | undefined;
};

export type Outcome = { status: number; output: unknown; replayed?: boolean; held?: boolean };

export function successStatus(operation: AnyOperation): number {
  if (operation.status !== undefined) return operation.status;
  if (operation.shape === "empty") return 204;
  return operation.effect === "write" && operation.name.startsWith("create_") ? 201 : 200;
}

export async function run(app: App, operation: AnyOperation, call: Call): Promise<Outcome> {
  const input = admit(operation, call);
  if (operation.tenancy === "none") return runAlone(app, operation, call, input);
  const { workspaceId } = call.actor;
  if (workspaceId === undefined) throw forbidden("This call needs a credential of a workspace.");
  const occasion = occasionOf(app, operation, call, workspaceId);
  if (operation.effect === "read") {
    const output = await app.database.read(workspaceId, (db) => {
      const recorder = new Recorder(app, occasion, db);
      return operation.run(recorder.ctx, input as never);
    });
    return complete(app, operation, output);
  }
  const outcome = await runWrite(app, operation, call, input, occasion);
  app.bell.ring(workspaceId);
  return outcome;
}

/** Everything that can refuse a call before anything is touched; answers the validated input. */
function admit(operation: AnyOperation, call: Call): Record<string, unknown> {
  const { scopes } = call.actor;
  const needed = operation.neededScopes?.((call.input ?? {}) as Record<string, unknown>) ?? operation.scopes;
  const missingScopes = scopes ? lacking(operation.scopes, needed, scopes) : [];
  if (missingScopes.length > 0) {
    throw insufficientScope(`This needs the scope ${missingScopes.join(" and ")}.`, {
      fix: "Use a key with that scope, or add it to this key.",
      details: { required_scopes: needed, missing_scopes: missingScopes },
    });
  }
  if (operation.effect !== "read" && call.actor.approvalLevel === "read-only") {
    throw forbidden("This key is read-only.", { fix: "Use a key with full access or with approval." });
  }
  const raw = withDefaults(operation.input, (call.input ?? {}) as Record<string, unknown>);
  const validator = validatorOf(operation.input);
  if (!validator.check(raw)) throw invalidInput(validator.problems(raw));
  return raw;
}

// Where the record decides which scope it takes, a caller without any of them is refused before the record is looked for.
function lacking(
  all: readonly string[],
  needed: readonly string[],
  has: ReadonlySet<string>,
): readonly string[] {
  if (needed.length === 0) return all.some((scope) => has.has(scope)) ? [] : all;
  return needed.filter((scope) => !has.has(scope));
}

async function runWrite(
  app: App,
  operation: AnyOperation,
  call: Call,
  input: Record<string, unknown>,
  occasion: Occasion,
): Promise<Outcome> {
  let flush: CompiledQuery[] = [];
  return app.database.transaction(
    occasion.workspaceId,
    async (db) => {
      const recorder = new Recorder(app, occasion, db, call.upload);
      const claim = call.idempotencyKey
        ? await claimKey(db, occasion, call.idempotencyKey, input)
        : undefined;
      if (claim?.stored) return { ...claim.stored, replayed: true };
      const outcome = await perform(operation, call, input, recorder);
      if (recorder.quiet && !outcome.held) recorder.note(operation, input, outcome.output);
      flush = await recorder.flush();
      if (claim) flush.push(storeResponse(db, occasion, claim, outcome));
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
  if (call.actor.approvalLevel === "with-approval" && !call.approved && operation.holdable !== false) {
    return holdForApproval(ctx, operation, input);
  }
  if (operation.credits) await chargeCredits(ctx, operation.credits);
  const output = await operation.run(ctx, input as never);
  return complete(ctx.app, operation, output);
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
  return complete(app, operation, await operation.run(ctx, input as never));
}

function refuse(): never {
  throw new Error("an operation without a workspace records nothing: use within()");
}

function complete(app: App, operation: AnyOperation, output: unknown): Outcome {
  if (app.config.checkOutputs && operation.shape !== "empty" && operation.shape !== "file") {
    const plain: unknown = JSON.parse(JSON.stringify(output ?? null));
    const validator = validatorOf(operation.output);
    if (!validator.check(plain)) {
      throw new Error(
        `${operation.name} answered something its definition does not allow: ${JSON.stringify(validator.problems(plain))}`,
      );
    }
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

/** A transaction in one workspace with a full ctx; what jobs, webhooks and the program itself use. */
export async function inWorkspace<T>(
  app: App,
  occasion: Omit<Occasion, "now">,
  work: (ctx: Ctx) => Promise<T>,
): Promise<T> {
  const full: Occasion = { ...occasion, now: app.clock.now() };
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
  #happenedInside = false;

  constructor(app: App, occasion: Occasion, db: TenantStore, upload?: Upload) {
    this.#app = app;
    this.#occasion = occasion;
    this.#db = db;
    this.ctx = {
      app,
      ...occasion,
      upload,
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
      auditRows(this.#occasion, this.#changes),
      eventRows(this.#occasion, this.#events),
    );
  }

  async #runInside(operation: AnyOperation, rawInput: unknown, actor = this.ctx.actor): Promise<Outcome> {
    const call: Call = { actor, input: rawInput, requestId: this.#occasion.requestId, approved: true };
    const input = admit(operation, call);
    const inner = new Recorder(
      this.#app,
      { ...this.#occasion, actor, operation: operation.name, surface: operation.surface.name },
      this.#db,
    );
    const outcome = await perform(operation, call, input, inner);
    if (inner.quiet && operation.effect !== "read") inner.note(operation, input, outcome.output);
    for (const statement of await inner.flush()) await this.#db.kysely.executeQuery(statement);
    this.#happenedInside ||= inner.happened;
    return outcome;
  }
}
