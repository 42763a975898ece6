import { sql } from "kysely";
import type {
  DeleteQueryBuilder,
  DeleteResult,
  Insertable,
  InsertQueryBuilder,
  InsertResult,
  Kysely,
  RawBuilder,
  SelectQueryBuilder,
  SqlBool,
  UpdateQueryBuilder,
  UpdateResult,
} from "kysely";
import type { Tables, TenantTable } from "./tables.ts";

// Kysely cannot type a condition on a table that is itself a type parameter; this says just what is needed.
type Where<Builder> = { where(condition: RawBuilder<SqlBool>): Builder };

type NewRow<T extends TenantTable> = Omit<Insertable<Tables[T]>, "workspace_id">;

/**
 * Statements of one workspace. Each one names the workspace itself, which is the first wall; row level security
 * under it is the second. `raw` is for statements the builder cannot say; they must name the workspace as well.
 */
export class TenantStore {
  readonly workspaceId: string;
  readonly kysely: Kysely<Tables>;
  readonly #afterCommit: (() => void)[] = [];

  constructor(kysely: Kysely<Tables>, workspaceId: string) {
    this.kysely = kysely;
    this.workspaceId = workspaceId;
  }

  from<T extends TenantTable>(table: T): SelectQueryBuilder<Tables, T, object> {
    const query = this.kysely.selectFrom(table as never) as unknown as Where<
      SelectQueryBuilder<Tables, T, object>
    >;
    return query.where(this.#mine(table));
  }

  update<T extends TenantTable>(table: T): UpdateQueryBuilder<Tables, T, T, UpdateResult> {
    const query = this.kysely.updateTable(table as never) as unknown as Where<
      UpdateQueryBuilder<Tables, T, T, UpdateResult>
    >;
    return query.where(this.#mine(table));
  }

  remove<T extends TenantTable>(table: T): DeleteQueryBuilder<Tables, T, DeleteResult> {
    const query = this.kysely.deleteFrom(table as never) as unknown as Where<
      DeleteQueryBuilder<Tables, T, DeleteResult>
    >;
    return query.where(this.#mine(table));
  }

  insert<T extends TenantTable>(
    table: T,
    rows: NewRow<T> | readonly NewRow<T>[],
  ): InsertQueryBuilder<Tables, T, InsertResult> {
    const list = Array.isArray(rows) ? rows : [rows];
    const values = list.map((row: NewRow<T>) => ({ ...row, workspace_id: this.workspaceId }));
    return this.kysely.insertInto(table).values(values as never) as InsertQueryBuilder<
      Tables,
      T,
      InsertResult
    >;
  }

  /** A written statement; `sql` templates only, with the workspace named by the caller. */
  async raw<R>(statement: RawBuilder<R>): Promise<R[]> {
    return (await statement.execute(this.kysely)).rows;
  }

  /** Runs `work` under a savepoint: its failure undoes its own statements and nothing else. */
  async savepoint<R>(work: () => Promise<R>): Promise<R> {
    await sql`savepoint step`.execute(this.kysely);
    try {
      const result = await work();
      await sql`release savepoint step`.execute(this.kysely);
      return result;
    } catch (error) {
      await sql`rollback to savepoint step`.execute(this.kysely);
      // Rolling back keeps the savepoint: an outer one of the same name would be hidden behind it.
      await sql`release savepoint step`.execute(this.kysely);
      throw error;
    }
  }

  /** What this process has to do once the transaction has committed, before whoever asked for it is answered. */
  afterCommit(work: () => void): void {
    this.#afterCommit.push(work);
  }

  /** The transaction has committed. */
  committed(): void {
    for (const work of this.#afterCommit.splice(0)) work();
  }

  #mine(table: string): RawBuilder<SqlBool> {
    return sql<SqlBool>`${sql.ref(`${table}.workspace_id`)} = ${this.workspaceId}`;
  }
}
