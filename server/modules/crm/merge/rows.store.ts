/** Rows of any table, as JSON. Names of tables and columns come from the database's catalogue, never from callers. */
import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { columnsOf } from "./references.store.ts";

type Pair = { from: string; to: string };
type Keyed = { table: string; key: readonly string[] };

const columns = (names: readonly string[], of?: string): RawBuilder<unknown> =>
  sql.join(names.map((name) => sql.ref(of ? `${of}.${name}` : name)));

const matches = (names: readonly string[], one: string, other: string): RawBuilder<unknown> =>
  sql.join(
    names.map((name) => sql`${sql.ref(`${one}.${name}`)} = ${sql.ref(`${other}.${name}`)}`),
    sql` and `,
  );

/** A row whole, by its id; nobody else changes it until the transaction ends. */
export async function lockRow(ctx: Ctx, table: string, id: string): Promise<JsonObject | undefined> {
  const [found] = await ctx.db.raw(sql<{ row: JsonObject }>`
    select to_jsonb(t) as row from ${sql.table(table)} t
     where t.workspace_id = ${ctx.workspaceId} and t.id = ${id} for update`);
  return found?.row;
}

/** Pairs of rows, one of `from` and one of `to`, that a unique index would not let stand side by side. */
export function meetingRows(
  ctx: Ctx,
  index: { table: string; column: string; columns: string[]; condition: string | null },
  { from, to }: Pair,
): Promise<{ theirs: JsonObject; ours: JsonObject }[]> {
  const rowsOf = (id: string) => sql`
    (select * from ${sql.table(index.table)} where workspace_id = ${ctx.workspaceId}
        and ${sql.ref(index.column)} = ${id}::uuid and ${sql.raw(index.condition ?? "true")} for update)`;
  const others = index.columns.filter((name) => name !== index.column);
  return ctx.db.raw(sql<{ theirs: JsonObject; ours: JsonObject }>`
    select to_jsonb(theirs) as theirs, to_jsonb(ours) as ours
      from ${rowsOf(from)} theirs join ${rowsOf(to)} ours on ${matches(others, "theirs", "ours")}`);
}

/** Changes a column from one id to another; answers the primary keys of the rows, as they are afterwards. */
export async function moveRows(
  ctx: Ctx,
  { table, column, key }: Keyed & { column: string },
  { from, to }: Pair,
): Promise<JsonObject[]> {
  return ctx.db.raw(sql<JsonObject>`
    update ${sql.table(table)} set ${sql.ref(column)} = ${to}::uuid
     where workspace_id = ${ctx.workspaceId} and ${sql.ref(column)} = ${from}::uuid
    returning ${columns(key)}`);
}

/** Changes a column back, where it still has the value it was given. */
export async function moveBack(
  ctx: Ctx,
  { table, column, key, keys }: Keyed & { column: string; keys: readonly JsonObject[] },
  { from, to }: Pair,
): Promise<void> {
  await ctx.db.raw(sql`
    update ${sql.table(table)} t set ${sql.ref(column)} = ${from}::uuid
      from jsonb_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(keys)}::jsonb) was
     where t.workspace_id = ${ctx.workspaceId} and ${matches(key, "t", "was")}
       and ${sql.ref(`t.${column}`)} = ${to}::uuid`);
}

export async function removeRow(ctx: Ctx, { table, key }: Keyed, row: JsonObject): Promise<void> {
  await ctx.db.raw(sql`
    delete from ${sql.table(table)} t
      using jsonb_populate_record(null::${sql.table(table)}, ${JSON.stringify(row)}::jsonb) gone
     where t.workspace_id = ${ctx.workspaceId} and ${matches(key, "t", "gone")}`);
}

/** Puts a row back as it was. */
export async function restoreRow(ctx: Ctx, table: string, row: JsonObject): Promise<void> {
  const { writable } = await columnsOf(ctx, table);
  const names = writable.filter((name) => Object.hasOwn(row, name));
  await ctx.db.raw(sql`
    insert into ${sql.table(table)} (${columns(names)}) overriding system value
    select ${columns(names)}
      from jsonb_populate_record(null::${sql.table(table)}, ${JSON.stringify({ ...row, workspace_id: ctx.workspaceId })}::jsonb) back
     where back.workspace_id = ${ctx.workspaceId}`);
}

/** Writes columns of a row; the values are as lockRow gives them. */
export async function writeColumns(ctx: Ctx, table: string, id: string, values: JsonObject): Promise<void> {
  const names = Object.keys(values);
  if (names.length === 0) return;
  const json = JSON.stringify({ ...values, updated_at: ctx.now.toISOString() });
  const all = columns([...names, "updated_at"]);
  await ctx.db.raw(sql`
    update ${sql.table(table)} t set (${all}) = (
      select ${all} from jsonb_populate_record(null::${sql.table(table)}, ${json}::jsonb))
     where t.workspace_id = ${ctx.workspaceId} and t.id = ${id}`);
}
