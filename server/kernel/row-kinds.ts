/** What the rows of a table are to the records they refer to: what `deletion.ts` has to know of them. */
import type { Ctx } from "./context.ts";

export type Row = Record<string, unknown> & { id: string };

export type RowKind = {
  readonly table: string;
  /** What the audit and the events call one. */
  readonly noun: string;
  /**
   * record: has a history of its own, so each one that goes or changes is told. part: belongs to the record it hangs on, and is
   * counted there. trace: what once happened; it is neither told nor counted when what it names goes.
   */
  readonly is: "record" | "part" | "trace";
  /**
   * Columns of which one is enough to keep a row: it stays while one is left, and goes with the last. Without them a row
   * stays when a reference is cleared.
   */
  readonly belongsTo?: readonly string[];
  /** A row as the audit and the events tell it; the row itself without this. */
  recorded?(row: never): Row;
  /** Tells that a record changed, where that is not `<noun>.updated`. */
  changed?(ctx: Ctx, before: never, after: never): void;
  /** For links between two records: tells the one that stays, by the column whose record went. */
  readonly gone?: Readonly<Record<string, (ctx: Ctx, row: never) => void>>;
};

/** Declares rows that come and go with the record they hang on. */
export function parts(...tables: string[]): RowKind[] {
  return tables.map((table) => ({ table, noun: table, is: "part" }));
}

/** Declares rows that only remember what happened. */
export function traces(...tables: string[]): RowKind[] {
  return tables.map((table) => ({ table, noun: table, is: "trace" }));
}
