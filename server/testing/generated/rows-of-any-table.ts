/** Rows of any table, made from what the database's catalogue says of its columns; what they need is made with them. */
import { randomUUID } from "node:crypto";
import type { Database } from "../../kernel/database.ts";

export type ForeignKey = {
  table: string;
  /** The columns beside the workspace's, and what they are called over there. */
  columns: string[];
  target: string;
  targetColumns: string[];
  then: "clears" | "takes" | "refuses";
  /** Whether a row can do without. */
  nullable: boolean;
};

type Column = { name: string; type: string; required: boolean };

export type Catalogue = {
  foreignKeys: ForeignKey[];
  columns: ReadonlyMap<string, Column[]>;
  primaryKeys: ReadonlyMap<string, string[]>;
  checks: ReadonlyMap<string, string[]>;
};

/** Reads the tables, columns, keys and conditions there are. */
export async function readCatalogue(database: Database): Promise<Catalogue> {
  const keys = await database.owner(`
    select t.relname as "table", f.relname as target,
           array_agg(a.attname::text order by k.ord) as columns, array_agg(g.attname::text order by k.ord) as "targetColumns",
           case c.confdeltype when 'n' then 'clears' when 'c' then 'takes' else 'refuses' end as "then",
           bool_or(not a.attnotnull) as nullable
      from pg_constraint c
      join pg_class t on t.oid = c.conrelid join pg_class f on f.oid = c.confrelid
      join lateral unnest(c.conkey, c.confkey) with ordinality k (own, theirs, ord) on true
      join pg_attribute a on a.attrelid = t.oid and a.attnum = k.own and a.attname <> 'workspace_id'
      join pg_attribute g on g.attrelid = f.oid and g.attnum = k.theirs
     where c.contype = 'f' and c.connamespace = 'public'::regnamespace and f.relname <> 'workspaces'
     group by c.oid, 1, 2 order by 1, 2, 3`);
  const columns = await database.owner(`
    select c.relname as "table", a.attname as name, format_type(a.atttypid, null) as type,
           a.attnotnull and not a.atthasdef and a.attidentity = '' as required
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attgenerated = ''`);
  const checks = await database.owner(`
    select conrelid::regclass::text as "table", pg_get_constraintdef(oid) as text from pg_constraint
     where contype = 'c' and connamespace = 'public'::regnamespace`);
  const primary = await database.owner(`
    select i.indrelid::regclass::text as "table", array_agg(a.attname::text) as columns
      from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey::int2[])
     where i.indisprimary group by 1`);
  const rows = columns.rows as (Column & { table: string })[];
  const conditions = checks.rows as { table: string; text: string }[];
  return {
    foreignKeys: keys.rows as ForeignKey[],
    columns: Map.groupBy(rows, (one) => one.table),
    primaryKeys: new Map(
      (primary.rows as { table: string; columns: string[] }[]).map((one) => [one.table, one.columns]),
    ),
    checks: new Map(
      [...Map.groupBy(conditions, (one) => one.table)].map(([table, found]) => [
        table,
        found.map((one) => one.text),
      ]),
    ),
  };
}

const plain: Record<string, () => unknown> = {
  uuid: randomUUID,
  text: () => `x${randomUUID()}`,
  integer: () => 1,
  smallint: () => 1,
  bigint: () => 1,
  numeric: () => 1,
  boolean: () => false,
  date: () => "2026-03-02",
  "time without time zone": () => "09:00",
  "timestamp with time zone": () => "2026-03-02T09:00:00Z",
  tstzrange: () => "[2026-03-02T09:00:00Z,2026-03-02T10:00:00Z)",
  jsonb: () => "{}",
  json: () => "{}",
  bytea: () => Buffer.from("x"),
  "text[]": () => "{}",
  "uuid[]": () => "{}",
};

/** Values the conditions of a table ask for, where its columns' types do not say enough. */
const asked: Record<string, Record<string, () => unknown>> = {
  bookings: {
    ends_at: () => "2026-03-02T10:00:00Z",
    blocked_until: () => "2026-03-02T10:00:00Z",
    member_id: () => null,
  },
  report_dashboard_acl: { role_name: () => "client_viewer" },
  external_busy: { ends_at: () => "2026-03-02T10:00:00Z" },
  slot_holds: { ends_at: () => "2026-03-02T10:00:00Z" },
  opportunity_product_costs: { currency: () => "AUD" },
  opportunity_products: { currency: () => "AUD" },
  product_costs: { currency: () => "AUD" },
  products: { currency: () => "AUD" },
  supplier_products: { currency: () => "AUD" },
};

/** Makes rows of one workspace. */
export class RowMaker {
  readonly #database: Database;
  readonly #catalogue: Catalogue;
  readonly #workspaceId: string;

  constructor(database: Database, catalogue: Catalogue, workspaceId: string) {
    this.#database = database;
    this.#catalogue = catalogue;
    this.#workspaceId = workspaceId;
  }

  /** Makes a row with these values and whatever else it cannot be without; returns it as it is stored. */
  async make(table: string, values: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const row: Record<string, unknown> = { ...values };
    for (const key of this.#catalogue.foreignKeys) {
      if (key.table !== table || key.nullable || key.columns.every((name) => name in row)) continue;
      const parent = await this.make(key.target);
      key.columns.forEach((name, index) => (row[name] = parent[key.targetColumns[index] ?? "id"]));
    }
    for (const { name, type, required } of this.#catalogue.columns.get(table) ?? []) {
      if (name === "workspace_id") row[name] = this.#workspaceId;
      const own = asked[table]?.[name];
      if (name in row || (!required && !own)) continue;
      row[name] = own ? own() : (this.#allowed(table, name) ?? plain[type]?.());
      if (row[name] === undefined) throw new Error(`${table}.${name}: no value is known for a ${type}`);
    }
    const names = Object.keys(row);
    const { rows } = await this.#database.owner(
      `insert into ${table} (${names.map((name) => `"${name}"`).join(", ")}) overriding system value
       values (${names.map((_, index) => `$${index + 1}`).join(", ")}) returning *`,
      Object.values(row),
    );
    return rows[0] as Record<string, unknown>;
  }

  // The first of the values a condition lists: check (kind = any (array['a', 'b'])), check (kind = 'a').
  #allowed(table: string, column: string): unknown {
    for (const text of this.#catalogue.checks.get(table) ?? []) {
      const at = text.indexOf(`(${column} = `);
      const from = at < 0 ? -1 : text.indexOf("'", at);
      if (from >= 0) return text.slice(from + 1, text.indexOf("'", from + 1));
    }
    return undefined;
  }
}
