/** Which rows refer to which, read from the database's own catalogue, so that no table that is added later can be forgotten. */
import { sql } from "kysely";
import type { Database } from "./database.ts";
import type { TenantStore } from "./store.ts";

/** A foreign key of one column beside the workspace's. */
export type Reference = {
  table: string;
  column: string;
  /** What the database does when what is referred to goes: clears the column, takes the row along, or refuses. */
  then: "clears" | "takes" | "refuses";
};

const known = new WeakMap<Database, Map<string, Promise<Reference[]>>>();

/** Returns every reference to a table's rows, in one order. The catalogue is read once per process and table. */
export function referencesTo(database: Database, db: TenantStore, target: string): Promise<Reference[]> {
  const byTarget = known.get(database) ?? new Map<string, Promise<Reference[]>>();
  known.set(database, byTarget);
  const references = byTarget.get(target) ?? readReferences(db, target);
  byTarget.set(target, references);
  references.catch(() => byTarget.delete(target));
  return references;
}

function readReferences(db: TenantStore, target: string): Promise<Reference[]> {
  return db.raw(sql<Reference>`
    select t.relname as table, a.attname as column,
           case c.confdeltype when 'n' then 'clears' when 'c' then 'takes' else 'refuses' end as then
      from pg_constraint c
      join pg_class t on t.oid = c.conrelid
      join lateral unnest(c.conkey, c.confkey) pair (own, theirs) on true
      join pg_attribute a on a.attrelid = c.conrelid and a.attnum = pair.own
      join pg_attribute f on f.attrelid = c.confrelid and f.attnum = pair.theirs
     where c.contype = 'f' and c.confrelid = ${`public.${target}`}::regclass and f.attname = 'id'
     order by 1, 2`);
}
