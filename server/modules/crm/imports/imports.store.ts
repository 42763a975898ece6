import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { conflict, insufficientScope, missing } from "../../../kernel/errors.ts";
import { newId } from "../../../kernel/ids.ts";
import { mustHaveRoom } from "../../../kernel/waiting.ts";
import type { Import, ImportStatus, StagedRow } from "./import-record.ts";
import { targets } from "./import-target.ts";
import type { Written } from "./process-batch.ts";
import type { Fault } from "./read-rows.ts";

export const section = "CRM Import";

/** The scopes of all entities; which of them a call needs follows from the import it names. */
export const allScopes = {
  read: Object.values(targets).map(({ scopes }) => scopes.read),
  write: Object.values(targets).map(({ scopes }) => scopes.write),
};

/** The imports of this workspace that have been read. */
export function seen(ctx: Ctx) {
  return ctx.db.from("imports").selectAll().where("status", "<>", "reading").$castTo<Import>();
}

/** An import whose records the caller may read or write. 403 without the scope, 404 for none of this workspace. */
export async function importFor(
  ctx: Ctx,
  id: string,
  access: "read" | "write",
  options: { lock?: boolean } = {},
): Promise<Import> {
  const query = seen(ctx).where("id", "=", id);
  const row = await (options.lock ? query.forUpdate() : query).executeTakeFirst();
  if (!row) throw missing("import", id);
  const scope = targets[row.entity].scopes[access];
  if (ctx.actor.scopes && !ctx.actor.scopes.has(scope)) {
    throw insufficientScope(`This needs the scope ${scope}.`, {
      fix: "Use a key with that scope, or add it to this key.",
      details: { required_scopes: [scope], missing_scopes: [scope] },
    });
  }
  return row;
}

/** Refuses what an import in this state does not allow. */
export function mustBe(row: Import, states: readonly ImportStatus[], fix: string): void {
  if (states.includes(row.status)) return;
  throw conflict(`This import is ${row.status}.`, { fix });
}

/** Of one workspace, at once. */
const mostAtWork = 20;

/** Refuses to begin with another import while as many are being checked, carried out or taken back as may be. */
export function mustHaveRoomForImport(ctx: Ctx): Promise<void> {
  const atWork = sql`select id from imports
    where workspace_id = ${ctx.workspaceId} and status in ('checking', 'running', 'undoing')`;
  return mustHaveRoom(ctx, atWork, {
    what: "imports",
    most: mostAtWork,
    fix: "Wait until one of them has ended (GET /imports tells their status), then send the request again.",
  });
}

export async function setImport(ctx: Ctx, id: string, values: object): Promise<Import> {
  const row = await ctx.db
    .update("imports")
    .set({ ...values, updated_at: ctx.now } as never)
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return row as Import;
}

export async function batchOf(
  ctx: Pick<Ctx, "db">,
  importId: string,
  number: number,
): Promise<StagedRow[] | undefined> {
  const row = await ctx.db
    .from("import_batches")
    .select("rows")
    .where("import_id", "=", importId)
    .where("number", "=", number)
    .executeTakeFirst();
  return row?.rows;
}

/** Beyond these the rest is counted only. */
const mostFaults = 10_000;

export async function keepFaults(
  ctx: Ctx,
  importId: string,
  faults: readonly Fault[],
  failedBefore: number,
): Promise<void> {
  if (faults.length === 0 || failedBefore >= mostFaults) return;
  await ctx.db
    .insert(
      "import_errors",
      faults.map(({ row, column, message, value }) => ({
        id: newId(ctx.now),
        import_id: importId,
        row_number: row,
        column_name: column,
        message,
        value,
        created_at: ctx.now,
      })),
    )
    .execute();
}

export async function clearFaults(ctx: Ctx, importId: string): Promise<void> {
  await ctx.db.remove("import_errors").where("import_id", "=", importId).execute();
}

/** Remembers what was written. A record that two rows changed goes back to what it was before the first. */
export async function keepWritten(ctx: Ctx, importId: string, written: readonly Written[]): Promise<void> {
  if (written.length === 0) return;
  const rows = written.map(({ noun, id, row, before, stamp }) => ({
    noun,
    record_id: id,
    row_number: row,
    before,
    stamp,
  }));
  await ctx.db.raw(sql`
    insert into import_records as kept (workspace_id, import_id, noun, record_id, row_number, before, stamp)
    select distinct on (noun, record_id) ${ctx.workspaceId}::uuid, ${importId}::uuid, noun, record_id, row_number,
           before, max(stamp) over (partition by noun, record_id)
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as r(noun text, record_id uuid, row_number integer, before jsonb, stamp timestamptz)
     order by noun, record_id, before nulls first, row_number
    on conflict (workspace_id, import_id, noun, record_id) do update set stamp = excluded.stamp,
      before = case when kept.before is null then null else excluded.before || kept.before end`);
}
