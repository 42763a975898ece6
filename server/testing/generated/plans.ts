/** What a list really costs the database: its statements, caught on their way, and what EXPLAIN ANALYZE says they read. */
import { CompiledQuery, sql } from "kysely";
import type { Kysely } from "kysely";
import type pg from "pg";
import type { Database } from "../../kernel/database.ts";
import type { Tables } from "../../kernel/tables.ts";
import type { TestWorkspace } from "../harness.ts";

export type Statement = { text: string; values: unknown[] };

/** Catches every statement the database is sent while `work` runs. */
export async function statementsOf(database: Database, work: () => Promise<unknown>): Promise<Statement[]> {
  const { pool } = database.engine;
  const caught: Statement[] = [];
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
  const borrowed: { client: pg.PoolClient; query: unknown }[] = [];
  pool.connect = (async () => {
    const client = await connect();
    const { query } = client;
    borrowed.push({ client, query });
    client.query = ((config: { text?: string; values?: unknown[] }, ...rest: unknown[]) => {
      if (typeof config === "object" && config.text)
        caught.push({ text: config.text, values: config.values ?? [] });
      return (query as (...all: unknown[]) => unknown).call(client, config, ...rest);
    }) as typeof client.query;
    return client;
  }) as typeof pool.connect;
  try {
    await work();
  } finally {
    pool.connect = connect as typeof pool.connect;
    for (const { client, query } of borrowed.toReversed()) client.query = query as typeof client.query;
  }
  return caught.filter(({ text }) => /^\s*(select|with)\b/i.test(text) && !text.includes("set_config"));
}

type PlanNode = {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Index Recheck"?: number;
  Plans?: PlanNode[];
};

/** One scan of a table: how, and how many rows it looked at. */
export type Scan = { node: string; table: string; index: string | undefined; rows: number };

/** The scans of a statement as the role runs it that sent it: the workspace's own, where it names the workspace. */
export async function scansOf(
  database: Database,
  workspaceId: string,
  statement: Statement,
): Promise<Scan[]> {
  const explain = CompiledQuery.raw(`explain (analyze, format json) ${statement.text}`, statement.values);
  const run = async (kysely: Kysely<Tables>) => {
    // On tables this small a scan is often the cheapest way; what is asked is whether an index could serve.
    await sql`set local enable_seqscan = off`.execute(kysely);
    return kysely.executeQuery<Record<string, unknown>>(explain);
  };
  const { rows } = statement.values.includes(workspaceId)
    ? await database.transaction(workspaceId, (db) => run(db.kysely))
    : await database.system("authenticate", run);
  const told = rows[0]?.["QUERY PLAN"];
  const [plan] = (typeof told === "string" ? JSON.parse(told) : told) as { Plan: PlanNode }[];
  return plan ? scansIn(plan.Plan) : [];
}

function scansIn(node: PlanNode): Scan[] {
  const table = node["Relation Name"];
  const looked =
    (node["Actual Rows"] +
      (node["Rows Removed by Filter"] ?? 0) +
      (node["Rows Removed by Index Recheck"] ?? 0)) *
    node["Actual Loops"];
  const own = table ? [{ node: node["Node Type"], table, index: node["Index Name"], rows: looked }] : [];
  return [...own, ...(node.Plans ?? []).flatMap(scansIn)];
}

/**
 * Copies rows of every table of a workspace until each that can be copied has `rows` of them, a second apart. Tables whose
 * rows may not stand twice stay as they are; the answer names the tables that grew.
 */
export async function fill(database: Database, workspace: TestWorkspace, rows: number): Promise<string[]> {
  const { rows: tables } = await database.owner(`
    select c.relname as name,
           (select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity = '') as columns,
           exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'created_at') as dated
      from pg_class c
     where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
       and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id')
       and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'id')`);
  const grown: string[] = [];
  for (const table of tables as { name: string; columns: string; dated: boolean }[]) {
    if (await copyRows(database, workspace.id, table, rows)) grown.push(table.name);
  }
  await database.owner("analyze");
  return grown;
}

async function copyRows(
  database: Database,
  workspaceId: string,
  { name, columns, dated }: { name: string; columns: string; dated: boolean },
  rows: number,
): Promise<boolean> {
  const renewed = `jsonb_build_object('id', gen_random_uuid()${dated ? ", 'created_at', (like_this.one).created_at - n * interval '1 second'" : ""})`;
  try {
    const grown = await database.transaction(workspaceId, (db) =>
      db.raw(sql<{ id: string }>`
        insert into ${sql.table(name)} (${sql.raw(columns)})
        select ${sql.raw(columns)}
          from (select t as one from ${sql.table(name)} t where t.workspace_id = ${workspaceId} limit 1) like_this
         cross join generate_series(1, ${rows}::integer) n
         cross join lateral jsonb_populate_record(like_this.one, ${sql.raw(renewed)}) copied
        returning id`),
    );
    return grown.length > 0;
  } catch {
    return false;
  }
}
