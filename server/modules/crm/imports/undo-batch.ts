import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { deleteRows } from "../../../kernel/deletion.ts";
import { recordUpdated } from "../../../kernel/lifecycle.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import type { Import, Undo } from "./import-record.ts";
import { lockRows, targets } from "./import-target.ts";
import type { Target, TargetRow } from "./import-target.ts";
import { setImport } from "./imports.store.ts";

const batchSize = 200;

type Kept = { noun: string; record_id: string; before: JsonObject | null; stamp: Date };

/** Takes back some of what an import wrote; answers whether there is more. Companies made for contacts go after the contacts. */
export async function undoBatch(ctx: Ctx, row: Import): Promise<boolean> {
  const undo: Undo = row.undo ?? { deleted: 0, restored: 0, kept: 0 };
  const own = targets[row.entity];
  const kept = await ctx.db.raw(sql<Kept>`
    select noun, record_id, before, stamp from import_records
     where workspace_id = ${ctx.workspaceId} and import_id = ${row.id}
     order by (noun = ${own.noun}) desc, noun, record_id limit ${batchSize}`);
  if (kept.length === 0) {
    await setImport(ctx, row.id, { status: "undone", undo: JSON.stringify(undo) });
    return false;
  }
  const noun = kept[0]?.noun;
  const same = kept.filter((one) => one.noun === noun);
  const target = noun === own.noun ? own : targets.companies;
  const rows = await lockRows(
    ctx,
    target,
    same.map((one) => one.record_id),
  );
  const untouched = same.filter(
    ({ record_id, stamp }) => rows.get(record_id)?.updated_at.getTime() === stamp.getTime(),
  );
  const made = untouched.filter(({ before }) => before === null).map(({ record_id }) => record_id);
  const used = await inUse(ctx, target, made);
  const unused = made.filter((id) => !used.has(id));
  await deleteRows(ctx, target.table, unused);
  const changed = untouched.filter(({ before }) => before !== null);
  for (const one of changed) await restore(ctx, target, one, rows.get(one.record_id) as TargetRow);
  const there = same.filter(({ record_id }) => rows.has(record_id)).length;
  await forget(ctx, row.id, same);
  await setImport(ctx, row.id, {
    undo: JSON.stringify({
      deleted: undo.deleted + unused.length,
      restored: undo.restored + changed.length,
      kept: undo.kept + there - unused.length - changed.length,
    } satisfies Undo),
  });
  return true;
}

/** Parts of the record itself, which come and go with it. */
const ownParts = new Set([
  "contact_employers.contact_id",
  "opportunity_placements.opportunity_id",
  "opportunity_users.opportunity_id",
  "opportunity_contacts.opportunity_id",
]);

/** Those of the records that others refer to by now: bookings, conversations, deals, whatever tables there are. */
async function inUse(ctx: Ctx, { table }: Target, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const references = await ctx.db.raw(sql<{ table: string; column: string }>`
    select c.conrelid::regclass::text as "table", a.attname as "column"
      from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any(c.conkey)
     where c.contype = 'f' and c.confrelid = ${table}::regclass and a.attname <> 'workspace_id'`);
  const asked = references.filter((one) => !ownParts.has(`${one.table}.${one.column}`));
  if (asked.length === 0) return new Set();
  const parts = asked.map(
    (one) => sql`select ${sql.ref(one.column)} as id from ${sql.table(one.table)}
      where workspace_id = ${ctx.workspaceId} and ${sql.ref(one.column)} = any(${ids}::uuid[])`,
  );
  const found = await ctx.db.raw(sql<{ id: string }>`${sql.join(parts, sql` union `)}`);
  return new Set(found.map(({ id }) => id));
}

async function restore(ctx: Ctx, { noun, table }: Target, { before }: Kept, now: TargetRow): Promise<void> {
  const columns = Object.keys(before ?? {});
  if (columns.length === 0) return;
  const set = columns.map((column) => sql`${sql.ref(column)} = ${sql.ref(`was.${column}`)}`);
  const [after] = await ctx.db.raw(sql<TargetRow>`
    update ${sql.table(table)} set ${sql.join(set)}, updated_at = ${ctx.now}
      from jsonb_populate_record(null::${sql.table(table)}, ${JSON.stringify(before)}::jsonb) was
     where ${sql.ref(`${table}.workspace_id`)} = ${ctx.workspaceId} and ${sql.ref(`${table}.id`)} = ${now.id}::uuid
     returning ${sql.table(table)}.*`);
  if (after) recordUpdated(ctx, noun, now, after, { skip_automations: true });
}

async function forget(ctx: Ctx, importId: string, kept: readonly Kept[]): Promise<void> {
  await ctx.db
    .remove("import_records")
    .where("import_id", "=", importId)
    .where("noun", "=", kept[0]?.noun ?? "")
    .where(
      "record_id",
      "in",
      kept.map(({ record_id }) => record_id),
    )
    .execute();
}
