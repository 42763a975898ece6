/**
 * Carries everything from the embedded database to a PostgreSQL server, and counts it afterwards. The source is only read.
 */
import type { ClientBase } from "pg";
import type { Engine } from "./database.ts";
import { readShape } from "./move-shape.ts";
import type { MovedTable } from "./move-shape.ts";

export type MoveReport = {
  tables: { name: string; rows: number }[];
  sequences: number;
  jobs: number;
  /** Pending jobs of queues this version does not have. */
  jobsLeftBehind: number;
};

const pageRows = 1000;
const settings = "set timezone = 'UTC'; set datestyle = 'ISO, MDY'; set bytea_output = 'hex'; set role none";

/**
 * Copies every table, number sequence and pending job. The target must be migrated, with the job queue installed, and
 * empty; nobody may write to the source meanwhile (the folder's lock sees to that). It is one transaction on the target:
 * after a failure, a difference in the counts or the checksums included, the target is as empty as before.
 */
export async function moveDatabase(
  source: Engine,
  target: Engine,
  tell: (line: string) => void = () => {},
): Promise<MoveReport> {
  const reading = await source.session();
  const writing = await target.session();
  const [from, to] = [reading.client, writing.client];
  try {
    await from.query(settings);
    await to.query(settings);
    const shape = await readShape(from);
    await refuseOccupied(to, shape.tables);
    await to.query("begin");
    try {
      for (const { table, name } of shape.lateConstraints) {
        await to.query(`alter table ${table} drop constraint ${name}`);
      }
      // What triggers derive is copied like everything else; derived once more, it would be there twice.
      const triggered = await tablesWithTriggers(to);
      for (const table of triggered) await to.query(`alter table ${table} disable trigger user`);
      const tables: MoveReport["tables"] = [];
      for (const table of shape.tables) {
        const rows = await copyTable(from, to, table);
        await verify(from, to, table);
        tables.push({ name: table.name, rows });
        if (rows > 0) tell(`${table.name}: ${rows} rows, checksums agree`);
      }
      for (const { table, name, definition } of shape.lateConstraints) {
        await to.query(`alter table ${table} add constraint ${name} ${definition}`);
      }
      for (const table of triggered) await to.query(`alter table ${table} enable trigger user`);
      const sequences = await copySequences(from, to, shape.tables);
      const { jobs, jobsLeftBehind } = await copyJobs(from, to);
      await to.query("commit");
      return { tables, sequences, jobs, jobsLeftBehind };
    } catch (error) {
      await to.query("rollback");
      throw error;
    }
  } finally {
    await from.query("reset all").catch(() => undefined);
    await reading.release();
    await writing.release();
  }
}

async function refuseOccupied(to: ClientBase, tables: MovedTable[]): Promise<void> {
  for (const table of tables) {
    await actAs(to, table);
    const { rowCount } = await to.query(`select 1 from ${table.name} limit 1`);
    if (rowCount) {
      await to.query("set role none");
      throw new Error(
        `The target already holds rows (in ${table.name}). Move into an empty database, for instance a new one.`,
      );
    }
  }
  await to.query("set role none");
}

// Policies let the sweeping role see every workspace; tables without policies are read as their owner.
async function actAs(client: ClientBase, table: MovedTable): Promise<void> {
  await client.query(`set role ${table.walled ? "frontdesk_system" : "none"}`);
}

async function tablesWithTriggers(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select distinct t.tgrelid::regclass::text as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
      where not t.tgisinternal and c.relnamespace = 'public'::regnamespace order by 1`,
  );
  return rows.map((row) => row.name);
}

async function copyTable(from: ClientBase, to: ClientBase, table: MovedTable): Promise<number> {
  await actAs(from, table);
  await to.query("set role none");
  // The owner is held back by FORCEd policies too, unless it is a superuser; the sweeping role may insert everywhere.
  if (table.walled) await to.query("set role frontdesk_system");
  const { columns, key } = table;
  const order = key.map((column) => column.name).join(", ");
  const position = key.map((column, index) => `$${index + 1}::${column.type}`).join(", ");
  const list = columns.map((column) => `${column.name}::text`).join(", ");
  const insert = `insert into ${table.name} (${columns.map((column) => column.name).join(", ")})
    overriding system value
    select ${columns.map((column, index) => `a.c${index}::${column.type}`).join(", ")}
      from unnest(${columns.map((_, index) => `$${index + 1}::text[]`).join(", ")})
        as a(${columns.map((_, index) => `c${index}`).join(", ")})`;
  let last: unknown[] | undefined;
  let copied = 0;
  for (;;) {
    const page = await from.query<unknown[]>({
      text: `select ${list}, ${key.map((column) => `${column.name}::text`).join(", ")} from ${table.name}
        ${last ? `where (${order}) > (${position})` : ""} order by ${order} limit ${pageRows}`,
      values: last ?? [],
      rowMode: "array",
    });
    if (page.rows.length === 0) break;
    await to.query(
      insert,
      columns.map((_, index) => page.rows.map((row) => row[index])),
    );
    copied += page.rows.length;
    last = page.rows.at(-1)?.slice(columns.length);
    if (page.rows.length < pageRows) break;
  }
  return copied;
}

/** Same count and same sum over a digest of every row, or an error that says which table differs. */
async function verify(from: ClientBase, to: ClientBase, table: MovedTable): Promise<void> {
  const row = table.columns.map((column) => `${column.name}::text`).join(", ");
  const sum = `select count(*)::text as rows,
      coalesce(sum(('x' || left(md5(row(${row})::text), 15))::bit(60)::bigint), 0)::text as digest
    from ${table.name}`;
  const answers = [];
  for (const client of [from, to]) {
    await actAs(client, table);
    const { rows } = await client.query<{ rows: string; digest: string }>(sum);
    answers.push(`${rows[0]?.rows} rows, checksum ${rows[0]?.digest}`);
    await client.query("set role none");
  }
  if (answers[0] !== answers[1]) {
    throw new Error(`${table.name} differs after the copy: ${answers[0]} here, ${answers[1]} there.`);
  }
}

async function copySequences(from: ClientBase, to: ClientBase, tables: MovedTable[]): Promise<number> {
  const { rows } = await from.query<{ name: string; last_value: string | null }>(
    `select format('public_ids.%I', sequencename) as name, last_value::text
       from pg_sequences where schemaname = 'public_ids'`,
  );
  for (const { name, last_value: value } of rows) {
    await to.query(`create sequence if not exists ${name}`);
    await to.query("select setval($1::regclass, $2::bigint, $3)", [name, value ?? "1", value !== null]);
  }
  for (const table of tables) {
    for (const column of table.identities) {
      await actAs(to, table);
      const top = await to.query<{ top: string | null }>(
        `select max(${quoted(column)})::text as top from ${table.name}`,
      );
      await to.query("set role none");
      if (top.rows[0]?.top) {
        await to.query("select setval(pg_get_serial_sequence($1, $2), $3::bigint)", [
          table.name,
          column,
          top.rows[0].top,
        ]);
      }
    }
  }
  return rows.length;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

// A job that was running when its process stopped is taken up again over there.
async function copyJobs(from: ClientBase, to: ClientBase): Promise<{ jobs: number; jobsLeftBehind: number }> {
  const exists = await from.query("select to_regclass('pgboss.job') as found");
  if (!(exists.rows[0] as { found: string | null }).found) return { jobs: 0, jobsLeftBehind: 0 };
  const queues = await to.query<{ name: string }>("select name from pgboss.queue");
  const known = queues.rows.map((row) => row.name);
  const columns = await to.query<{ name: string; type: string }>(
    `select quote_ident(attname) as name, format_type(atttypid, atttypmod) as type from pg_attribute
      where attrelid = 'pgboss.job'::regclass and attnum > 0 and not attisdropped`,
  );
  const picked = columns.rows.map(({ name }) =>
    name === "state" ? "case when state = 'active' then 'retry' else state::text end" : `${name}::text`,
  );
  let after = "00000000-0000-0000-0000-000000000000";
  let jobs = 0;
  for (;;) {
    const page = await from.query<unknown[]>({
      text: `select ${picked.join(", ")}, id::text from pgboss.job
        where state < 'completed' and name = any($1) and id > $2::uuid order by id limit ${pageRows}`,
      values: [known, after],
      rowMode: "array",
    });
    if (page.rows.length === 0) break;
    await to.query(
      `insert into pgboss.job (${columns.rows.map((column) => column.name).join(", ")})
        select ${columns.rows.map((column, index) => `a.c${index}::${column.type}`).join(", ")}
          from unnest(${columns.rows.map((_, index) => `$${index + 1}::text[]`).join(", ")})
            as a(${columns.rows.map((_, index) => `c${index}`).join(", ")})`,
      columns.rows.map((_, index) => page.rows.map((row) => row[index])),
    );
    jobs += page.rows.length;
    after = String(page.rows.at(-1)?.at(-1));
  }
  const left = await from.query<{ count: string }>(
    "select count(*)::text as count from pgboss.job where state < 'completed' and not name = any($1)",
    [known],
  );
  const there = await to.query<{ count: string }>(
    "select count(*)::text as count from pgboss.job where state < 'completed'",
  );
  if (Number(there.rows[0]?.count) < jobs) throw new Error("pending jobs were lost in the copy");
  return { jobs, jobsLeftBehind: Number(left.rows[0]?.count ?? 0) };
}
