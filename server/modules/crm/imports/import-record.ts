import { Type } from "typebox";
import type { Static } from "typebox";
import type { Generated, Selectable } from "kysely";
import type { Json, JsonObject, Timestamp } from "../../../kernel/tables.ts";
import { oneOf } from "../exports/export-template.ts";

export const importEntities = ["contacts", "companies", "opportunities"] as const;
export type ImportEntityName = (typeof importEntities)[number];

export const importStatuses = [
  "ready",
  "checking",
  "running",
  "completed",
  "failed",
  "undoing",
  "undone",
] as const;
export type ImportStatus = (typeof importStatuses)[number];

export const dedupeKeys = ["id", "email", "phone", "name", "none"] as const;
export type DedupeKey = (typeof dedupeKeys)[number];

/** How the rows are taken. */
export const ImportOptions = Type.Object(
  {
    dedupe: Type.Optional({
      ...oneOf(dedupeKeys),
      description:
        "What makes a row and a record the same; none makes every row a new record. A row whose id is that of a record means that record in any case.",
    }),
    on_duplicate: Type.Optional({
      ...oneOf(["skip", "update", "create"] as const),
      description:
        "What happens with a row whose record exists. update leaves alone what the row leaves empty. create makes another one, unless the row names the record by its id: then it is updated.",
    }),
    skip_automations: Type.Optional(Type.Boolean({ description: "true by default: nothing is set off." })),
    country: Type.Optional(
      Type.String({
        pattern: "^[A-Za-z]{2}$",
        description: "ISO code of where numbers without a + are dialled; the workspace's by default.",
      }),
    ),
    date_order: Type.Optional({
      ...oneOf(["dmy", "mdy"] as const),
      description: "How 3/4/2026 is meant; as in the workspace's country by default.",
    }),
  },
  { additionalProperties: false },
);
export type ImportOptions = Static<typeof ImportOptions>;

export const Mapping = Type.Record(
  Type.String({ maxLength: 300 }),
  Type.Union([Type.String({ maxLength: 200 }), Type.Null()]),
  { description: "The field each column goes into, by the column's name; null leaves it out." },
);
export type Mapping = Record<string, string | null>;

const ImportColumn = Type.Object({
  name: Type.String(),
  samples: Type.Array(Type.String(), { description: "Up to three of its values." }),
  suggested_field: Type.Union([Type.String(), Type.Null()]),
});
export type ImportColumn = Static<typeof ImportColumn>;

const count = (description?: string) => Type.Integer(description ? { description } : {});

const DryRun = Type.Object({
  finished: Type.Boolean(),
  rows: count("Rows looked at."),
  would_create: count(),
  would_update: count(),
  would_skip: count(),
  failed: count("Rows with mistakes; GET /imports/:id/errors tells them."),
});
export type DryRun = Static<typeof DryRun>;

const Undo = Type.Object({
  deleted: count("Records the import made, deleted again."),
  restored: count("Records it changed, as they were."),
  kept: count("Records somebody has changed or used since."),
});
export type Undo = Static<typeof Undo>;

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);
const instant = () => Type.String({ format: "date-time" });

/** An import as it stands. */
export const ImportRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  entity: oneOf(importEntities),
  filename: Type.String(),
  status: oneOf(importStatuses),
  columns: Type.Array(ImportColumn),
  mapping: Type.Record(Type.String(), nullable(Type.String())),
  options: ImportOptions,
  row_count: count("Rows of the file, its titles aside."),
  progress: Type.Object({
    rows_done: count(),
    created: count(),
    updated: count(),
    skipped: count(),
    failed: count(),
  }),
  dry_run: nullable(DryRun),
  undo: nullable(Undo),
  failure: nullable(Type.String()),
  undo_until: nullable(instant()),
  started_at: nullable(instant()),
  finished_at: nullable(instant()),
  created_at: instant(),
  updated_at: instant(),
});

export interface ImportsTable {
  workspace_id: string;
  id: string;
  entity: ImportEntityName;
  filename: string;
  /** "reading" until the call that brought the file has taken it over; nobody sees it before. */
  status: Generated<ImportStatus | "reading">;
  columns: Json<ImportColumn[]>;
  mapping: Json<Mapping>;
  options: Json<ImportOptions>;
  row_count: number;
  next_batch: Generated<number>;
  rows_done: Generated<number>;
  created: Generated<number>;
  updated: Generated<number>;
  skipped: Generated<number>;
  failed: Generated<number>;
  dry_run: Json<DryRun> | null;
  undo: Json<Undo> | null;
  failure: string | null;
  started_at: Timestamp | null;
  finished_at: Timestamp | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

/** A row of the file: its number, as a spreadsheet counts, and its cells. */
export type StagedRow = [number, ...string[]];

export interface ImportBatchesTable {
  workspace_id: string;
  import_id: string;
  number: number;
  rows: Json<StagedRow[]>;
  created_at: Timestamp;
}

export interface ImportErrorsTable {
  workspace_id: string;
  id: string;
  import_id: string;
  row_number: number;
  column_name: string | null;
  message: string;
  value: string | null;
  created_at: Timestamp;
}

export interface ImportRecordsTable {
  workspace_id: string;
  import_id: string;
  noun: string;
  record_id: string;
  row_number: number;
  before: Json<JsonObject> | null;
  stamp: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    imports: ImportsTable;
    import_batches: ImportBatchesTable;
    import_errors: ImportErrorsTable;
    import_records: ImportRecordsTable;
  }
}

export type Import = Omit<Selectable<ImportsTable>, "status"> & { status: ImportStatus };

export const undoDays = 30;

/** Until when an import can be taken back; null while there is nothing to. */
export function undoUntil({ finished_at: finished }: Import): Date | null {
  return finished && new Date(finished.getTime() + undoDays * 24 * 60 * 60 * 1000);
}

export function presentImport(row: Import): Static<typeof ImportRecord> {
  const { workspace_id: _w, next_batch: _n, rows_done, created, updated, skipped, failed, ...shown } = row;
  const progress = { rows_done, created, updated, skipped, failed };
  return { ...shown, progress, undo_until: undoUntil(row) } as never;
}
