import type { ClientBase } from "pg";

export type MovedColumn = { name: string; type: string };

export type MovedTable = {
  /** Quoted, in schema public. */
  name: string;
  /** What is copied: not what the database computes, nor transaction ids, which mean nothing on another server. */
  columns: MovedColumn[];
  key: MovedColumn[];
  /** Bare names of the columns numbered by a sequence of their own. */
  identities: string[];
  walled: boolean;
};

/** A foreign key whose table cannot come after the one it refers to (itself, or a circle). */
export type LateConstraint = { table: string; name: string; definition: string };

export type Shape = { tables: MovedTable[]; lateConstraints: LateConstraint[] };

type ForeignKey = { table: string; target: string; name: string; definition: string };

/** The tables of a database in the order they can be filled, read from its catalogs. */
export async function readShape(client: ClientBase): Promise<Shape> {
  const found = await client.query<{ oid: string; name: string; walled: boolean }>(
    `select c.oid::text as oid, quote_ident(c.relname) as name, c.relforcerowsecurity as walled
       from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
        and c.relname <> 'schema_migrations' order by c.relname`,
  );
  const tables: MovedTable[] = [];
  for (const { oid, name, walled } of found.rows) {
    const columns = await client.query<
      MovedColumn & { bare: string; identity: string; generated: string; keyed: number }
    >(
      `select quote_ident(a.attname) as name, a.attname as bare, format_type(a.atttypid, a.atttypmod) as type,
              a.attidentity as identity, a.attgenerated as generated,
              coalesce(array_position(i.indkey::int2[], a.attnum), -1) as keyed
         from pg_attribute a left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
        where a.attrelid = $1::oid and a.attnum > 0 and not a.attisdropped order by a.attnum`,
      [oid],
    );
    const key = columns.rows
      .filter((column) => column.keyed >= 0)
      .sort((a, b) => a.keyed - b.keyed)
      .map(({ name: column, type }) => ({ name: column, type }));
    if (key.length === 0) throw new Error(`${name} has no primary key, so it cannot be moved page by page`);
    tables.push({
      name,
      walled,
      key,
      columns: columns.rows
        .filter((column) => column.generated === "" && column.type !== "xid8")
        .map(({ name: column, type }) => ({ name: column, type })),
      identities: columns.rows.filter((column) => column.identity !== "").map((column) => column.bare),
    });
  }
  return inOrder(tables, await foreignKeys(client));
}

async function foreignKeys(client: ClientBase): Promise<ForeignKey[]> {
  const { rows } = await client.query<ForeignKey>(
    `select quote_ident(c.relname) as table, quote_ident(t.relname) as target,
            quote_ident(k.conname) as name, pg_get_constraintdef(k.oid) as definition
       from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class t on t.oid = k.confrelid
      where k.contype = 'f' and c.relnamespace = 'public'::regnamespace and k.conparentid = 0`,
  );
  return rows;
}

function inOrder(tables: MovedTable[], keys: ForeignKey[]): Shape {
  const ordered: MovedTable[] = [];
  const waiting = new Map(tables.map((table) => [table.name, table]));
  while (waiting.size > 0) {
    const next =
      [...waiting.values()].find(
        (table) =>
          !keys.some(
            (key) => key.table === table.name && key.target !== table.name && waiting.has(key.target),
          ),
      ) ?? ([...waiting.values()][0] as MovedTable);
    ordered.push(next);
    waiting.delete(next.name);
  }
  const place = new Map(ordered.map((table, index) => [table.name, index]));
  const late = keys.filter((key) => (place.get(key.target) ?? -1) >= (place.get(key.table) ?? 0));
  return {
    tables: ordered,
    lateConstraints: late.map(({ table, name, definition }) => ({ table, name, definition })),
  };
}
