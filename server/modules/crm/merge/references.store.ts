/** What names a record: read from the database's own catalogue, so that no table that is added later can be forgotten. */
import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { referencesTo } from "../../../kernel/references.ts";

/** A column that holds the id of a row of another table. */
export type Link = {
  table: string;
  column: string;
  /** Unique indexes that include the column: rows of two records that are merged may meet there. */
  unique: { columns: string[]; condition: string | null }[];
};

/** Ids that no foreign key guards: the rows outlive what they name. */
export const unguardedLinks: readonly { table: string; column: string; target: string }[] = [
  { table: "bookings", column: "lead_id", target: "leads" },
];

type FoundIndex = { table: string; columns: string[]; condition: string | null };

const known = new WeakMap<object, Map<string, Promise<Link[]>>>();

/** Every link to a table's rows, by foreign key or declared above. The catalogue is read once per process. */
export function linksTo(ctx: Ctx, target: string): Promise<Link[]> {
  const { database } = ctx.app;
  const byTarget = known.get(database) ?? new Map<string, Promise<Link[]>>();
  known.set(database, byTarget);
  const links = byTarget.get(target) ?? readLinks(ctx, target);
  byTarget.set(target, links);
  links.catch(() => byTarget.delete(target));
  return links;
}

async function readLinks(ctx: Ctx, target: string): Promise<Link[]> {
  const guarded = await referencesTo(ctx.app.database, ctx.db, target);
  const indexes = await ctx.db.raw(sql<FoundIndex>`
    select t.relname as table, pg_get_expr(i.indpred, i.indrelid) as condition,
           (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
             where a.attrelid = i.indrelid and a.attnum = any(i.indkey::int2[])) as columns
      from pg_index i join pg_class t on t.oid = i.indrelid
     where i.indisunique and i.indexprs is null and t.relnamespace = 'public'::regnamespace`);
  return [...guarded, ...unguardedLinks.filter((link) => link.target === target)].map(
    ({ table, column }) => ({
      table,
      column,
      unique: indexes.filter((index) => index.table === table && index.columns.includes(column)),
    }),
  );
}

/** The columns of a table's primary key, and those that can be written. */
export async function columnsOf(ctx: Ctx, table: string): Promise<{ key: string[]; writable: string[] }> {
  const rows = await ctx.db.raw(sql<{ name: string; keyed: boolean; made: boolean }>`
    select a.attname as name, a.attgenerated <> '' as made,
           exists (select from pg_index i where i.indrelid = a.attrelid and i.indisprimary
                    and a.attnum = any(i.indkey::int2[])) as keyed
      from pg_attribute a
     where a.attrelid = ${`public.${table}`}::regclass and a.attnum > 0 and not a.attisdropped
     order by a.attnum`);
  return {
    key: rows.filter((row) => row.keyed).map((row) => row.name),
    writable: rows.filter((row) => !row.made).map((row) => row.name),
  };
}
