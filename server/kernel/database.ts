/**
 * One driver (`pg`) over two engines, and the wall between workspaces.
 *
 * Nobody outside this file holds a client. A statement runs only inside `read`, `transaction` or `system`, and each
 * of those sends the scope (role + workspace) in the same pipelined batch, ahead of its first statement, every
 * time. The settings are session-wide, so a scope can outlive its user on a pooled connection; that is harmless because
 * nothing can run on the connection again before the next scope was set, and a connection whose scope failed is
 * destroyed and its results thrown away. docs/decisions/0002-tenant-wall.md says what the alternatives cost.
 */
import { createHash } from "node:crypto";
import {
  CompiledQuery,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  Transaction,
} from "kysely";
import type { DatabaseConnection, Driver, QueryResult } from "kysely";
import pg from "pg";
import { TenantStore } from "./store.ts";
import type { Tables } from "./tables.ts";

export type Role = "frontdesk_app" | "frontdesk_system";

export type Engine = {
  readonly name: "embedded" | "postgres";
  readonly pool: pg.Pool;
  /** Runs after a statement; the embedded engine gives timers a turn here. */
  breathe?(): Promise<void> | undefined;
  listen(
    channel: string,
    onPayload: (payload: string) => void,
    onReady: () => void,
  ): Promise<() => Promise<void>>;
  close(): Promise<void>;
};

const scopeSql = "select set_config('role', $1, false), set_config('frontdesk.workspace_id', $2, false)";
const nameLimit = 400;

export type SystemReason =
  | "authenticate"
  | "identify-webhook"
  | "identify-provider"
  | "installation"
  | "create-workspace"
  | "flush-last-used"
  | "sweep"
  | "follow-events"
  | "simulator"
  | "export";

export class Database {
  readonly engine: Engine;
  readonly #compiler: Kysely<Tables>;
  readonly #statementNames = new Map<string, string>();

  constructor(engine: Engine) {
    this.engine = engine;
    this.#compiler = compileOnly();
  }

  /** Reads of one workspace on one connection, without a transaction. */
  read<T>(workspaceId: string, work: (db: TenantStore) => Promise<T>): Promise<T> {
    return this.#scoped("frontdesk_app", workspaceId, false, (kysely) =>
      work(new TenantStore(kysely, workspaceId)),
    );
  }

  /**
   * One transaction in one workspace: commits when `work` resolves, rolls back when it rejects. `last` names statements that
   * go out in one batch with the commit; if one of them fails, nothing is committed.
   */
  transaction<T>(
    workspaceId: string,
    work: (tx: TenantStore) => Promise<T>,
    last?: () => CompiledQuery[],
  ): Promise<T> {
    return this.#scoped(
      "frontdesk_app",
      workspaceId,
      true,
      (kysely) => work(new TenantStore(kysely, workspaceId)),
      last,
    );
  }

  /** A transaction that sees every workspace. The reason is a closed list, so each use can be found and judged. */
  system<T>(_reason: SystemReason, work: (kysely: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.#scoped("frontdesk_system", "", true, work);
  }

  /** Statements as the owner, outside both walls: migrations and the job queue's own tables. */
  async owner(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }> {
    const client = await this.engine.pool.connect();
    try {
      const scope = client.query(scopeSql, ["none", ""]);
      const result = client.query(text, values);
      await settled(scope, result);
      return lastResult(await result);
    } finally {
      client.release();
      await this.engine.breathe?.();
    }
  }

  async close(): Promise<void> {
    await this.engine.close();
  }

  async #scoped<T>(
    role: Role,
    workspaceId: string,
    transactional: boolean,
    work: (kysely: Kysely<Tables>) => Promise<T>,
    last: () => CompiledQuery[] = () => [],
  ): Promise<T> {
    const client = await this.engine.pool.connect();
    const connection = new ScopedConnection(client, role, workspaceId, transactional, this.#statementNames);
    const kysely = this.#bind(connection);
    try {
      const result = await work(kysely);
      await connection.finish(last());
      client.release();
      return result;
    } catch (error) {
      const broken = await connection.abandon();
      client.release(broken);
      throw error;
    } finally {
      await this.engine.breathe?.();
    }
  }

  #bind(connection: ScopedConnection): Kysely<Tables> {
    const provider = {
      provideConnection: <R>(consume: (c: DatabaseConnection) => Promise<R>) => consume(connection),
    };
    const executor = this.#compiler.getExecutor().withConnectionProvider(provider);
    return new Transaction<Tables>({ config: { dialect }, dialect, driver: noDriver, executor });
  }
}

/** A client under one scope for the length of one unit of work. */
class ScopedConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  readonly #names: Map<string, string>;
  readonly #transactional: boolean;
  readonly #opening: Promise<unknown>;
  #scopeFailed: Error | undefined;
  #pending: Promise<unknown>[] = [];

  constructor(
    client: pg.PoolClient,
    role: Role,
    workspaceId: string,
    transactional: boolean,
    names: Map<string, string>,
  ) {
    this.#client = client;
    this.#names = names;
    this.#transactional = transactional;
    const opening: Promise<unknown>[] = [
      client.query({ name: "scope", text: scopeSql, values: [role, workspaceId] }),
    ];
    if (transactional) opening.push(client.query("begin"));
    this.#opening = Promise.all(opening).catch((error: Error) => {
      this.#scopeFailed = error;
    });
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const sent = this.#client.query({
      text: query.sql,
      values: query.parameters as unknown[],
      ...this.#nameFor(query.sql),
    });
    this.#pending.push(sent.catch(() => undefined));
    await this.#opening;
    const result = await sent.catch((error: Error) => {
      throw this.#scopeFailed ?? withStatement(error, query.sql);
    });
    // The answer of a statement that ran without its scope is never looked at.
    if (this.#scopeFailed) throw this.#scopeFailed;
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
    if (this.#transactional) sent.push(this.#client.query("commit").then(mustBeCommit));
    const results = await Promise.allSettled(sent);
    await Promise.all([this.#opening, ...this.#pending]);
    if (this.#scopeFailed) throw this.#scopeFailed;
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }

  /** Rolls back after a failure; answers the error that makes the connection unfit for reuse, if there is one. */
  async abandon(): Promise<Error | undefined> {
    await Promise.all([this.#opening, ...this.#pending]);
    if (this.#scopeFailed) return this.#scopeFailed;
    if (!this.#transactional) return undefined;
    try {
      await this.#client.query("rollback");
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  // Prepared statements save the planner's time; the number of names is bounded because texts with lists vary.
  #nameFor(text: string): { name?: string } {
    const known = this.#names.get(text);
    if (known !== undefined) return { name: known };
    if (this.#names.size >= nameLimit || text.length > 4000) return {};
    const name = `s${createHash("sha1").update(text).digest("hex").slice(0, 24)}`;
    this.#names.set(text, name);
    return { name };
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

async function settled(...promises: Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(promises);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

function lastResult(result: pg.QueryResult | pg.QueryResult[]): { rows: Record<string, unknown>[] } {
  const last = Array.isArray(result) ? result.at(-1) : result;
  return { rows: (last?.rows ?? []) as Record<string, unknown>[] };
}

const noDriver: Driver = {
  init: async () => {},
  acquireConnection: () => Promise.reject(new Error("statements run only inside a scope")),
  beginTransaction: async () => {},
  commitTransaction: async () => {},
  rollbackTransaction: async () => {},
  releaseConnection: async () => {},
  destroy: async () => {},
};

const dialect = {
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => noDriver,
  createIntrospector: (db: Kysely<Tables>) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
};

function compileOnly(): Kysely<Tables> {
  return new Kysely<Tables>({ dialect });
}

const parseAnyInstant = pg.types.getTypeParser(1184, "text") as (text: string) => Date;
const utcInstant = /^([1-9]\d{3})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?\+00$/;

/** A timestamptz in a session whose zone is UTC, which ours are; several times faster than the general parser. */
export function parseInstant(text: string): Date {
  const found = utcInstant.exec(text);
  if (!found) return parseAnyInstant(text);
  const [, year, month, day, hour, minute, second, fraction = ""] = found;
  const ms = fraction === "" ? 0 : Number(fraction.padEnd(3, "0").slice(0, 3));
  return new Date(
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second), ms),
  );
}

/** How columns arrive: bigint as number (our counts and cents stay far below 2^53), date as its text. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") => {
    if (oid === 20) return (text: string) => Number(text);
    if (oid === 1184) return parseInstant;
    if (oid === 1082) return (text: string) => text;
    return format === "binary" ? pg.types.getTypeParser(oid, format) : pg.types.getTypeParser(oid, "text");
  }) as typeof pg.types.getTypeParser,
};
