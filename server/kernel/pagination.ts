import { sql } from "kysely";
import type { RawBuilder, SelectQueryBuilder } from "kysely";
import { Type } from "typebox";
import type { TSchema } from "typebox";
import { invalidField } from "./errors.ts";
import { isId, timeOfId } from "./ids.ts";
import type { Tables } from "./tables.ts";

/** One page of a list: what a handler answers; each surface wraps it in its own envelope. */
export type Page<Row> = { rows: Row[]; limit: number; nextCursor: string | null; prevCursor: string | null };

export function pageOf<T extends TSchema>(row: T) {
  return Type.Object({
    rows: Type.Array(row),
    limit: Type.Integer(),
    nextCursor: Type.Union([Type.String(), Type.Null()]),
    prevCursor: Type.Union([Type.String(), Type.Null()]),
  });
}

/** The paging parameters of a list; `cursor` and `after` are two names of one thing. */
export function pagingInput(options: { defaultLimit?: number; maxLimit?: number } = {}) {
  const { defaultLimit = 25, maxLimit = 100 } = options;
  return {
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: maxLimit,
        default: defaultLimit,
        description: `Rows per page, 1-${maxLimit}.`,
      }),
    ),
    cursor: Type.Optional(Type.String({ description: "next_cursor or prev_cursor of another page." })),
    after: Type.Optional(Type.String({ description: "The same as cursor; a bare row id works too." })),
  };
}

type PagingValues = { limit?: number; cursor?: string; after?: string };

/** A sort column that, with the id, orders the rows completely. */
export type Sort = { column: string; direction: "asc" | "desc"; kind: "timestamp" | "text" | "number" };

type Cursor = { value: string; id: string; backwards: boolean };

function readCursor(values: PagingValues): string | undefined {
  if (values.cursor !== undefined && values.after !== undefined && values.cursor !== values.after) {
    throw invalidField(
      "after",
      "is another name of cursor; the two were sent with different values",
      "Send cursor alone.",
    );
  }
  return values.cursor ?? values.after;
}

function decode(text: string, kind: Sort["kind"]): Partial<Cursor> & { id: string } {
  if (isId(text)) return { id: text };
  try {
    const [value, id, direction] = JSON.parse(Buffer.from(text, "base64url").toString("utf8")) as unknown[];
    if (typeof value === "string" && typeof id === "string" && isId(id) && fits(value, kind)) {
      return { value, id, backwards: direction === "b" };
    }
  } catch {
    // told below
  }
  throw invalidField("cursor", "is not a cursor of this list", "Send next_cursor exactly as a page gave it.");
}

// What we gave out ourselves: an instant as toISOString writes it, a number, any text.
function fits(value: string, kind: Sort["kind"]): boolean {
  if (kind === "timestamp")
    return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) && !Number.isNaN(Date.parse(value));
  return kind === "text" || (value.trim() !== "" && Number.isFinite(Number(value)));
}

function encode(value: unknown, id: string, backwards: boolean): string {
  const text = value instanceof Date ? value.toISOString() : String(value);
  return Buffer.from(JSON.stringify([text, id, backwards ? "b" : "f"])).toString("base64url");
}

const casts = { timestamp: "timestamptz", text: "text", number: "numeric" } as const;

/**
 * Runs a list query one keyset page at a time: no offset, no count(*), so page 10,000 costs what page 1 costs.
 * The query must select the sort column and `id`.
 */
export async function keysetPage<T extends keyof Tables, Row extends { id: string }>(
  query: SelectQueryBuilder<Tables, T, Row>,
  table: T,
  sort: Sort,
  values: PagingValues,
): Promise<Page<Row>> {
  const limit = values.limit ?? 25;
  const text = readCursor(values);
  const sent = text === undefined ? undefined : decode(text, sort.kind);
  const backwards = sent?.backwards === true;
  const ascending = (sort.direction === "asc") !== backwards;
  const column = sql.ref(`${table}.${sort.column}`);
  const id = sql.ref(`${table}.id`);
  let paged = query as unknown as Orderable<Row>;
  const cursor = sent && (sent.value === undefined ? await placeOf(paged, id, sort, sent.id) : sent);
  if (cursor) {
    const start = sql`(${cursor.value}::${sql.raw(casts[sort.kind])}, ${cursor.id}::uuid)`;
    paged = paged.where(sql<boolean>`(${column}, ${id}) ${sql.raw(ascending ? ">" : "<")} ${start}`);
  }
  const direction = sql.raw(ascending ? "asc" : "desc");
  const found = await paged
    .orderBy(sql`${column} ${direction}`)
    .orderBy(sql`${id} ${direction}`)
    .limit(limit + 1)
    .execute();
  const more = found.length > limit;
  const rows = found.slice(0, limit);
  if (backwards) rows.reverse();
  return { rows, limit, ...edges(rows, sort, { more, backwards, started: cursor !== undefined }) };
}

/**
 * Where a row stands in the list, by its id alone. One that is gone, or does not fit the filters any more, stood where its id says
 * it was made, as far as the list is in that order; a 400 where it is not.
 */
async function placeOf<Row extends { id: string }>(
  list: Orderable<Row>,
  id: RawBuilder<unknown>,
  sort: Sort,
  wanted: string,
): Promise<{ value: string; id: string }> {
  const [row] = await list
    .where(sql<boolean>`${id} = ${wanted}::uuid`)
    .limit(1)
    .execute();
  if (row) {
    const value = (row as Record<string, unknown>)[sort.column];
    return { value: value instanceof Date ? value.toISOString() : String(value), id: wanted };
  }
  const madeAt = sort.column === "created_at" ? timeOfId(wanted) : undefined;
  if (madeAt) return { value: madeAt.toISOString(), id: wanted };
  throw invalidField(
    "after",
    "is the id of no row of this list",
    "Send next_cursor as the last page gave it: it goes on even when its row is gone.",
  );
}

type Orderable<Row> = {
  where(condition: RawBuilder<boolean>): Orderable<Row>;
  orderBy(order: RawBuilder<unknown>): Orderable<Row>;
  limit(count: number): Orderable<Row>;
  execute(): Promise<Row[]>;
};

function edges<Row extends { id: string }>(
  rows: Row[],
  sort: Sort,
  at: { more: boolean; backwards: boolean; started: boolean },
): { nextCursor: string | null; prevCursor: string | null } {
  const first = rows[0];
  const last = rows.at(-1);
  const cursorOf = (row: Row | undefined, backwards: boolean) =>
    row ? encode((row as Record<string, unknown>)[sort.column], row.id, backwards) : null;
  const hasNext = at.backwards ? true : at.more;
  const hasPrevious = at.backwards ? at.more : at.started;
  return {
    nextCursor: hasNext ? cursorOf(last, false) : null,
    prevCursor: hasPrevious ? cursorOf(first, true) : null,
  };
}
