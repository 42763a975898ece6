/**
 * The rows of an export. Which records, and in which order, is decided once, by one statement that answers their ids packed
 * into 16 bytes each; the records themselves are then read by id, a batch at a time and each batch in a read of its own. So nothing is
 * sorted twice, what changes meanwhile moves no row out of the file or into it twice, and a slow reader holds no connection.
 */
import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { ExportPlan, Header, PlannedColumn } from "./export-plan.ts";
import { plainValue, textOf } from "./cells.ts";
import type { Value } from "./cells.ts";
import { tableOf } from "./roots.ts";

/** The records of an export in order, and how many rows they make; `truncated` when there would have been more. */
export type Selection = { ids: Buffer; rows: number; truncated: boolean };

const idBytes = 16;
const batchSize = 1000;

/** Chooses the records of an export, `most` rows at the most. */
export async function selectRecords(ctx: Ctx, plan: ExportPlan, most: number): Promise<Selection> {
  const conditions = plan.where.map((condition) => sql`and ${condition}`);
  const [found] = await ctx.db.raw(sql<{ ids: Buffer | null; records: number; rows: string | number | null }>`
    select string_agg(uuid_send(id), ''::bytea) as ids, count(*) as records, sum(n) as rows from (
      select t.id, ${plan.rowsPerRecord ?? sql`1`} as n from ${sql.table(tableOf[plan.root])} t
       where t.workspace_id = ${ctx.workspaceId} ${sql.join(conditions, sql` `)}
       order by ${plan.order} limit ${most + 1}) chosen`);
  const rows = Number(found?.rows ?? 0);
  const ids = (found?.ids ?? Buffer.alloc(0)).subarray(0, most * idBytes);
  return { ids, rows: Math.min(rows, most), truncated: rows > most };
}

/** The titles of the finished table: a column that lays out several values has as many, and no two are called the same. */
export function headersOf(plan: ExportPlan): Header[] {
  const headers = plan.columns.flatMap(({ header, spread, width }) =>
    spread === "first"
      ? Array.from({ length: width }, (_, index) => ({ ...header, title: `${header.title} ${index + 1}` }))
      : [header],
  );
  const taken = new Set<string>();
  return headers.map((header) => {
    let { title } = header;
    for (let again = 2; taken.has(title); again += 1) title = `${header.title} (${again})`;
    taken.add(title);
    return { ...header, title };
  });
}

/** Answers the rows of a statement, in the workspace of the export. */
export type Reader = <R>(statement: RawBuilder<R>) => Promise<R[]>;

/** The rows, some hundreds at a time; whoever stops asking ends the reading. The next batch is fetched meanwhile. */
export async function* readRows(
  read: Reader,
  workspaceId: string,
  plan: ExportPlan,
  { ids, rows }: Selection,
): AsyncGenerator<Value[][]> {
  let left = rows;
  let next = fetchBatch(read, workspaceId, plan, ids, 0);
  for (let offset = batchSize; left > 0; offset += batchSize) {
    const batch = await next;
    if (!batch) return;
    next = fetchBatch(read, workspaceId, plan, ids, offset);
    // Whoever leaves now never looks at the batch that is under way.
    next.catch(() => undefined);
    const made = batch.flatMap((record) => rowsOf(plan.columns, record)).slice(0, left);
    left -= made.length;
    yield made;
  }
}

type Record = { [name: string]: unknown; id: string };

async function fetchBatch(
  read: Reader,
  workspaceId: string,
  plan: ExportPlan,
  ids: Buffer,
  offset: number,
): Promise<Record[] | undefined> {
  const wanted = idsIn(ids, offset, batchSize);
  if (wanted.length === 0) return undefined;
  const columns = plan.columns.map(({ value }, index) => sql`${value} as ${sql.ref(`c${index}`)}`);
  const found = await read(sql<Record>`
    select t.id, ${sql.join(columns)} from ${sql.table(tableOf[plan.root])} t
     where t.workspace_id = ${workspaceId} and t.id = any(${wanted}::uuid[])`);
  const byId = new Map(found.map((record) => [record.id, record]));
  return wanted.flatMap((id) => byId.get(id) ?? []);
}

function idsIn(packed: Buffer, from: number, count: number): string[] {
  const ids: string[] = [];
  const end = Math.min(packed.length, (from + count) * idBytes);
  for (let at = from * idBytes; at < end; at += idBytes) {
    const hex = packed.toString("hex", at, at + idBytes);
    ids.push(
      `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`,
    );
  }
  return ids;
}

function rowsOf(columns: readonly PlannedColumn[], record: Record): Value[][] {
  const height = Math.max(
    1,
    ...columns.map(({ spread }, index) => (spread === "explode" ? listIn(record, index).length : 1)),
  );
  return Array.from({ length: height }, (_, row) => {
    const cells: Value[] = [];
    for (const [index, { header, spread, width }] of columns.entries()) {
      const value = record[`c${index}`];
      if (spread === "one") cells.push(plainValue(header.display, value));
      else if (spread === "explode") cells.push(plainValue(header.display, listIn(record, index)[row]));
      else if (spread === "joined") cells.push(joined(header, listIn(record, index)));
      else
        for (let at = 0; at < width; at += 1)
          cells.push(plainValue(header.display, listIn(record, index)[at]));
    }
    return cells;
  });
}

function listIn(record: Record, index: number): unknown[] {
  return (record[`c${index}`] as unknown[] | null) ?? [];
}

function joined({ display }: Header, list: unknown[]): Value {
  const texts = list.map((one) => textOf(plainValue(display, one))).filter((text) => text !== "");
  return texts.length === 0 ? null : texts.join(", ");
}
