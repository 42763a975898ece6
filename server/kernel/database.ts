/**
 * One driver (`pg`) over two engines, and the wall between workspaces.
 *
 * Nobody outside this file holds a client. A statement runs only inside `read`, `transaction` or `system`, and each of
 * those sends the scope (role + workspace) in the same batch, in the same database transaction, as the statement it is for; the
 * scope ends with that transaction (`scoped-connection.ts`). docs/decisions/0002-tenant-wall.md says what the alternatives cost.
 */
import { Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, Transaction } from "kysely";
import type { CompiledQuery, DatabaseConnection, Driver } from "kysely";
import pg from "pg";
import { ScopedConnection, StatementNames } from "./scoped-connection.ts";
import type { Scope } from "./scoped-connection.ts";
import { TenantStore } from "./store.ts";
import type { Tables } from "./tables.ts";

export type Engine = {
  readonly name: "embedded" | "postgres";
  readonly pool: pg.Pool;
  /** Whether a connection of the pool is a session of its own, or is lent a session for each transaction by a pooler. */
  readonly ownSessions: boolean;
  /** A connection outside the pool's scopes that is a session of its own, for locks and settings that outlast a statement. */
  session(): Promise<Session>;
  /** Runs after a statement; the embedded engine gives timers a turn here. */
  breathe?(): Promise<void> | undefined;
  listen(
    channel: string,
    onPayload: (payload: string) => void,
    onReady: () => void,
  ): Promise<() => Promise<void>>;
  close(): Promise<void>;
};

export type Session = { readonly client: pg.ClientBase; release(): Promise<void> };

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
  readonly #names: StatementNames;

  constructor(engine: Engine) {
    this.engine = engine;
    this.#names = new StatementNames(engine.ownSessions);
    this.#compiler = compileOnly();
  }

  /** Reads of one workspace on one connection, each statement a transaction of its own. */
  read<T>(workspaceId: string, work: (db: TenantStore) => Promise<T>): Promise<T> {
    const scope: Scope = { role: "frontdesk_app", workspaceId, transactional: false };
    return this.#scoped(scope, (kysely) => work(new TenantStore(kysely, workspaceId)));
  }

  /**
   * One transaction in one workspace: commits when `work` resolves, rolls back when it rejects. `last` names statements that
   * go out in one batch with the commit; if one of them fails, nothing is committed.
   */
  async transaction<T>(
    workspaceId: string,
    work: (tx: TenantStore) => Promise<T>,
    last?: () => CompiledQuery[],
  ): Promise<T> {
    const scope: Scope = { role: "frontdesk_app", workspaceId, transactional: true };
    let store: TenantStore | undefined;
    const result = await this.#scoped(
      scope,
      (kysely) => work((store = new TenantStore(kysely, workspaceId))),
      last,
    );
    store?.committed();
    return result;
  }

  /** A transaction that sees every workspace. The reason is a closed list, so each use can be found and judged. */
  system<T>(_reason: SystemReason, work: (kysely: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.#scoped({ role: "frontdesk_system", workspaceId: "", transactional: true }, work);
  }

  /**
   * Statements as the owner, outside both walls: migrations and the job queue's own tables. A session has no scope but in a
   * transaction of the ones above, so there is none to take off.
   */
  async owner(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }> {
    const client = await this.engine.pool.connect();
    try {
      return lastResult(await client.query(text, values));
    } finally {
      client.release();
      await this.engine.breathe?.();
    }
  }

  async close(): Promise<void> {
    await this.engine.close();
  }

  async #scoped<T>(
    scope: Scope,
    work: (kysely: Kysely<Tables>) => Promise<T>,
    last: () => CompiledQuery[] = () => [],
  ): Promise<T> {
    const client = await this.engine.pool.connect();
    const connection = new ScopedConnection(client, scope, this.#names);
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
