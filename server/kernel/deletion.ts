/**
 * Deleting records. What refers to one that goes is cleared while it belongs to something else, and goes with it when it does
 * not; both are told in the audit and as events, each on the record it happens to. Which rows those are is read
 * from the database's foreign keys; what they are is declared by their modules (`rows`). docs/decisions/0017-deletions.md.
 */
import { dictionary } from "./dictionary.ts";
import { sql } from "kysely";
import type { Ctx } from "./context.ts";
import { recordDeleted, recordUpdated } from "./lifecycle.ts";
import { referencesTo } from "./references.ts";
import type { Reference } from "./references.ts";
import type { Row, RowKind } from "./row-kinds.ts";
import type { TenantTable } from "./tables.ts";

/** What a deletion does to rows beside the one it is about: how many, by what they are. */
export type Consequences = {
  deleted: Record<string, number>;
  /** "opportunity.contact_id" and how many of them lose it. */
  cleared: Record<string, number>;
  /** Rows that have to go first. */
  refused: Record<string, number>;
};

/** Deletes rows of a table, with all that hangs on them; returns those that were there. */
export async function deleteRows(ctx: Ctx, what: string | RowKind, ids: readonly string[]): Promise<Row[]> {
  const deletion = new Deletion(ctx, false);
  const rows = await deletion.remove(kindOf(ctx, what), ids);
  await deletion.tell();
  return rows;
}

/** Returns what deleting rows would take along and what would lose a reference, and does nothing. */
export async function deletionConsequences(
  ctx: Ctx,
  table: string,
  ids: readonly string[],
): Promise<{ rows: Row[]; consequences: Consequences }> {
  const deletion = new Deletion(ctx, true);
  const rows = await deletion.remove(kindOf(ctx, table), ids);
  return { rows, consequences: deletion.consequences };
}

type Gone = { kind: RowKind; row: Row; with: Consequences };

class Deletion {
  readonly consequences: Consequences = none();
  readonly #ctx: Ctx;
  /** Only looks: nothing is locked, written or told. */
  readonly #looking: boolean;
  readonly #gone = new Map<string, Gone>();
  readonly #changed = new Map<string, { kind: RowKind; before: Row }>();

  constructor(ctx: Ctx, looking: boolean) {
    this.#ctx = ctx;
    this.#looking = looking;
  }

  /** Removes rows of one table after everything that refers to them was seen to; returns them as they were. */
  async remove(kind: RowKind, ids: readonly string[], top = true): Promise<Row[]> {
    const { table } = kind;
    const fresh = ids.filter((id) => !this.#gone.has(`${table} ${id.toLowerCase()}`));
    const rows = fresh.length === 0 ? [] : await this.#rowsBy(kind, "id", fresh);
    if (rows.length === 0) return [];
    const alongside = none();
    for (const row of rows) {
      this.#gone.set(`${table} ${row.id}`, { kind, row, with: rows.length === 1 ? alongside : none() });
    }
    if (!top) count(this.consequences.deleted, kind.noun, rows.length);
    const found = rows.map((row) => row.id);
    const { app, db } = this.#ctx;
    for (const reference of await referencesTo(app.database, db, table)) {
      await this.#letGo(reference, found, alongside);
    }
    if (!this.#looking) {
      await db
        .remove(table as TenantTable)
        .where("id" as never, "in", found as never)
        .execute();
    }
    return rows;
  }

  /** Tells of everything that went and of everything that changed, as it is now. */
  async tell(): Promise<void> {
    for (const { kind, row, with: alongside } of this.#gone.values()) {
      const told = recordedBy(kind, row);
      recordDeleted(this.#ctx, kind.noun, { ...told, ...taken(alongside) });
    }
    const staying = [...this.#changed].filter(([key]) => !this.#gone.has(key)).map(([, one]) => one);
    for (const [kind, changed] of Map.groupBy(staying, (one) => one.kind)) {
      const ids = changed.map(({ before }) => before.id);
      const now = new Map((await this.#rowsBy(kind, "id", ids)).map((row) => [row.id, row]));
      for (const { before } of changed) {
        const after = now.get(before.id);
        if (!after) continue;
        if (kind.changed) kind.changed(this.#ctx, before as never, after as never);
        else recordUpdated(this.#ctx, kind.noun, recordedBy(kind, before), recordedBy(kind, after));
      }
    }
  }

  async #letGo({ table, column, then }: Reference, ids: string[], alongside: Consequences): Promise<void> {
    const kind = kindOf(this.#ctx, table);
    if (kind.is !== "record" || then === "refuses") {
      return this.#letGoOfParts(kind, { table, column, then }, ids, alongside);
    }
    const rows = await this.#rowsBy(kind, column, ids);
    const going = then === "takes" ? rows : rows.filter((row) => isLast(kind, column, row));
    count(alongside.deleted, kind.noun, going.length);
    await this.remove(kind, idsOf(going), false);
    const staying = rows.filter((row) => !going.includes(row));
    if (staying.length === 0) return;
    count(this.consequences.cleared, `${kind.noun}.${fieldOf(column)}`, staying.length);
    for (const before of staying) {
      const key = `${table} ${before.id}`;
      if (!this.#changed.has(key)) this.#changed.set(key, { kind, before });
    }
    if (!this.#looking) await this.#clear(kind, column, idsOf(staying));
  }

  /** Parts and traces are left to the database, which does as their foreign key says; parts are counted, links told. */
  async #letGoOfParts(
    kind: RowKind,
    { column, then }: Reference,
    ids: string[],
    alongside: Consequences,
  ): Promise<void> {
    const tell = then === "takes" ? kind.gone?.[column] : undefined;
    if (tell && !this.#looking) {
      const rows = await this.#rowsBy(kind, column, ids);
      for (const row of rows) tell(this.#ctx, row as never);
      return count(alongside.deleted, kind.noun, rows.length);
    }
    if (kind.is === "trace" && !this.#looking) return;
    const [found] = await this.#ctx.db.raw(sql<{ rows: number }>`
      select count(*)::integer as rows from ${sql.table(kind.table)}
       where workspace_id = ${this.#ctx.workspaceId} and ${sql.ref(column)} = any(${ids}::uuid[])`);
    const rows = found?.rows ?? 0;
    if (then === "takes") {
      count(alongside.deleted, kind.noun, rows);
      count(this.consequences.deleted, kind.noun, rows);
    } else {
      const counts = then === "clears" ? this.consequences.cleared : this.consequences.refused;
      count(counts, `${kind.noun}.${fieldOf(column)}`, rows);
    }
  }

  async #clear(kind: RowKind, column: string, ids: string[]): Promise<void> {
    await this.#ctx.db.raw(sql`
      update ${sql.table(kind.table)} set ${sql.ref(column)} = null, updated_at = ${this.#ctx.now}
       where workspace_id = ${this.#ctx.workspaceId} and id = any(${ids}::uuid[])`);
  }

  // Locked in one order, so that two deletions of the same rows never wait for each other.
  #rowsBy({ table, is }: RowKind, column: string, ids: readonly string[]): Promise<Row[]> {
    const order = is === "record" ? sql`order by id` : sql``;
    const locked = this.#looking ? sql`` : sql`${order} for update`;
    return this.#ctx.db.raw(sql<Row>`
      select * from ${sql.table(table)}
       where workspace_id = ${this.#ctx.workspaceId} and ${sql.ref(column)} = any(${ids}::uuid[]) ${locked}`);
  }
}

// Rows of a table no module declares are left to the database; server/testing/generated/deletions.test.ts refuses such a table.
function kindOf(ctx: Ctx, what: string | RowKind): RowKind {
  if (typeof what !== "string") return what;
  return ctx.app.registry.rowKind(what) ?? { table: what, noun: what, is: "trace" };
}

function none(): Consequences {
  return { deleted: {}, cleared: {}, refused: {} };
}

function idsOf(rows: readonly Row[]): string[] {
  return rows.map((row) => row.id);
}

function isLast({ belongsTo = [] }: RowKind, column: string, row: Row): boolean {
  return belongsTo.includes(column) && belongsTo.every((other) => other === column || row[other] === null);
}

function recordedBy(kind: RowKind, row: Row): Row {
  if (kind.recorded) return kind.recorded(row as never);
  const { workspace_id: _w, ...shown } = row;
  return shown as Row;
}

function count(counts: Record<string, number>, name: string, rows: number): void {
  if (rows > 0) counts[name] = (counts[name] ?? 0) + rows;
}

// What went with a record, on its own audit entry.
function taken({ deleted }: Consequences): { deleted_with_it?: Record<string, number> } {
  return Object.keys(deleted).length > 0 ? { deleted_with_it: deleted } : {};
}

/** Columns as the API calls them. */
const fieldNames: Record<string, string> = dictionary({
  opportunity_id: "deal_id",
  company_id: "customer_id",
});

function fieldOf(column: string): string {
  return fieldNames[column] ?? column;
}
