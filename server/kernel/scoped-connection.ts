/**
 * A client under one scope for the length of one unit of work. Scope and statement travel in one batch of the protocol, with
 * one Sync behind them: PostgreSQL runs such a batch in one transaction and skips what is left of it after an error. The scope
 * is local to that transaction, so a statement cannot run without it, and it cannot outlive the statement, whoever stands
 * between us and the server and whatever becomes of the connection.
 */
import { createHash } from "node:crypto";
import type { CompiledQuery, DatabaseConnection, QueryResult } from "kysely";
import pg from "pg";
import { mustNameItsWorkspace } from "./named-workspace.ts";

export type Role = "frontdesk_app" | "frontdesk_system";

export type Scope = { readonly role: Role; readonly workspaceId: string; readonly transactional: boolean };

type Step = { readonly name: string; readonly text: string; readonly values: readonly string[] };

const begin: Step = { name: "begin", text: "begin", values: [] };
const scopeText = "select set_config('role', $1, true), set_config('frontdesk.workspace_id', $2, true)";
const nameLimit = 400;

/** The names of prepared statements: they save the planner's time, on sessions that are our own. */
export class StatementNames {
  readonly #names = new Map<string, string>();
  readonly #prepared = new WeakSet<pg.PoolClient>();
  readonly #kept: boolean;

  /** `kept`: a statement prepared on a connection is there the next time. Behind a pooler of transactions it may not be. */
  constructor(kept: boolean) {
    this.#kept = kept;
  }

  /** Returns how a text is sent. The number of names is bounded because texts with lists vary. */
  nameOf(text: string): { name?: string } {
    if (!this.#kept) return {};
    const known = this.#names.get(text);
    if (known !== undefined) return { name: known };
    if (this.#names.size >= nameLimit || text.length > 4000) return {};
    const name = `s${createHash("sha1").update(text).digest("hex").slice(0, 24)}`;
    this.#names.set(text, name);
    return { name };
  }

  /** Prepares the steps every batch begins with, once for each connection; true if batches may call them by name. */
  prepareSteps(client: pg.PoolClient): boolean {
    if (this.#kept && !this.#prepared.has(client)) {
      this.#prepared.add(client);
      // Sent ahead of the first batch and not waited for: without them, that batch fails as a whole.
      void client.query({ name: "scope", text: scopeText, values: ["none", ""] }).catch(() => undefined);
      const opening = client.query({ name: begin.name, text: begin.text, values: [] });
      void Promise.allSettled([opening, client.query("rollback")]);
    }
    return this.#kept;
  }
}

export class ScopedConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  readonly #names: StatementNames;
  readonly #scope: Scope;
  readonly #stepsAreNamed: boolean;
  #begun = false;
  #unfit: Error | undefined;
  #pending: Promise<unknown>[] = [];

  constructor(client: pg.PoolClient, scope: Scope, names: StatementNames) {
    this.#client = client;
    this.#names = names;
    this.#scope = scope;
    this.#stepsAreNamed = names.prepareSteps(client);
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#scope.role === "frontdesk_app") mustNameItsWorkspace(query, this.#scope.workspaceId);
    const sent = this.#send(query);
    this.#pending.push(sent.catch(() => undefined));
    const result = await sent.catch((error: Error) => {
      throw this.#unfit ?? withStatement(error, query.sql);
    });
    if (this.#unfit) throw this.#unfit;
    return { rows: result.rows as R[], numAffectedRows: BigInt(result.rowCount ?? 0) };
  }

  streamQuery(): AsyncIterableIterator<never> {
    throw new Error("streaming is done with keyset pages");
  }

  /**
   * Sends the last statements and the commit together. A transaction that PostgreSQL had already given up answers
   * ROLLBACK to a commit instead of failing; the statement that spoilt it rejects first, and either way we throw.
   */
  async finish(last: CompiledQuery[]): Promise<void> {
    const sent: Promise<unknown>[] = last.map((query) => this.executeQuery(query));
    if (this.#begun) sent.push(this.#client.query("commit").then(mustBeCommit));
    const results = await Promise.allSettled(sent);
    await Promise.all(this.#pending);
    if (this.#unfit) throw this.#unfit;
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }

  /** Rolls back after a failure; returns the error that makes the connection unfit for reuse, if there is one. */
  async abandon(): Promise<Error | undefined> {
    await Promise.all(this.#pending);
    if (this.#unfit) return this.#unfit;
    if (!this.#begun) return undefined;
    try {
      await this.#client.query("rollback");
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  #send(query: CompiledQuery): Promise<pg.QueryResult> {
    return new Promise((resolve, reject) => {
      const batch = new Batch(
        this.#steps(),
        this.#stepsAreNamed,
        // Always the extended protocol, in which a text is one statement.
        {
          text: query.sql,
          values: query.parameters,
          queryMode: "extended",
          ...this.#names.nameOf(query.sql),
        },
        (error, result) => {
          if (error) {
            if (batch.inSteps) this.#unfit ??= error;
            Error.captureStackTrace(error);
            reject(error);
          } else {
            this.#mustBeWhereWeThink();
            resolve(result);
          }
        },
      );
      this.#client.query(batch);
    });
  }

  #steps(): Step[] {
    const { role, workspaceId, transactional } = this.#scope;
    if (this.#begun) return [];
    this.#begun = transactional;
    const scope = { name: "scope", text: scopeText, values: [role, workspaceId] };
    return transactional ? [begin, scope] : [scope];
  }

  // The server says with each answer whether a transaction is open. One that ended under our feet took the scope along, so
  // no answer after it is looked at; one that nobody asked for must not meet the next user of the connection.
  #mustBeWhereWeThink(): void {
    const open = this.#client.getTransactionStatus() !== "I";
    if (open !== this.#scope.transactional) {
      this.#unfit ??= new Error(
        open ? "a statement left a transaction open" : "the transaction was ended before its time",
      );
    }
  }
}

type Wire = {
  parse(message: { name: string; text: string }): void;
  bind(message: { portal: string; statement: string; values: readonly string[] }): void;
  execute(message: { portal: string; rows: number }): void;
};

type Callback = (error: Error | null, result: pg.QueryResult) => void;

// What pg's own class does on the wire; its published types leave it out.
type WireQuery = pg.Submittable & {
  prepare(wire: Wire): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
};
const WireQuery = pg.Query as unknown as new (
  config: object,
  values: undefined,
  callback: Callback,
) => WireQuery;

/** A statement and the steps ahead of it, before one Sync. The answers of the steps are counted and dropped. */
class Batch extends WireQuery {
  readonly #steps: readonly Step[];
  readonly #named: boolean;
  #answered = 0;

  constructor(steps: readonly Step[], named: boolean, statement: object, callback: Callback) {
    super(statement, undefined, callback);
    this.#steps = steps;
    this.#named = named;
  }

  /** True until the steps have succeeded. */
  get inSteps(): boolean {
    return this.#answered < this.#steps.length;
  }

  override prepare(wire: Wire): void {
    for (const { name, text, values } of this.#steps) {
      if (!this.#named) wire.parse({ name: "", text });
      wire.bind({ portal: "", statement: this.#named ? name : "", values });
      wire.execute({ portal: "", rows: 0 });
    }
    super.prepare(wire);
  }

  override handleDataRow(message: unknown): void {
    if (!this.inSteps) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, wire: Wire): void {
    if (this.inSteps) this.#answered += 1;
    else super.handleCommandComplete(message, wire);
  }
}

function mustBeCommit(result: pg.QueryResult): void {
  if (result.command !== "COMMIT") throw new Error("the transaction was rolled back by the database");
}

function withStatement(error: Error, statement: string): Error {
  if (!("statement" in error))
    Object.defineProperty(error, "statement", { value: statement, enumerable: false });
  return error;
}
