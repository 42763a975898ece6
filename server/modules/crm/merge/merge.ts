import { Type } from "typebox";
import type { Selectable } from "kysely";
import { declareError } from "../../../kernel/errors.ts";
import type { Json, JsonObject, Timestamp } from "../../../kernel/tables.ts";

export type MergedNoun = "contact" | "company";

/** What a merge did to a link, in order; undoing goes backwards. `keys` are the primary keys of the rows afterwards. */
export type Step =
  | { kind: "moved"; table: string; column: string; from: string; to: string; keys: JsonObject[] }
  | { kind: "removed"; table: string; row: JsonObject };

export interface MergesTable {
  workspace_id: string;
  id: string;
  noun: MergedNoun;
  survivor_id: string;
  duplicate_id: string;
  duplicate_name: string;
  duplicate: Json<JsonObject>;
  survivor: Json<{ before: JsonObject; after: JsonObject }>;
  steps: Json<Step[]>;
  merged_by: string | null;
  undo_until: Timestamp;
  undone_at: Timestamp | null;
  created_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    merges: MergesTable;
  }
}

export type Merge = Selectable<MergesTable>;

/** How long a merge can be undone; what it takes to is kept no longer. */
export const undoableMs = 30 * 24 * 60 * 60_000;

const instant = () => Type.String({ format: "date-time" });

export const MergeRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  noun: Type.Enum(["contact", "company"]),
  survivor_id: Type.String({ format: "uuid" }),
  duplicate_id: Type.String({ format: "uuid" }),
  duplicate_name: Type.String(),
  changed_fields: Type.Array(Type.String(), {
    description: "Fields of the survivor that the merge changed.",
  }),
  moved: Type.Record(Type.String(), Type.Integer(), {
    description: "How many records changed hands, by kind.",
  }),
  merged_by: Type.Union([Type.String(), Type.Null()]),
  created_at: instant(),
  undo_until: instant(),
  undone_at: Type.Union([instant(), Type.Null()]),
});

/** A row as callers see it; what it takes to undo it stays inside. */
export function presentMerge(row: Merge): Record<string, unknown> {
  const { workspace_id: _w, duplicate: _d, survivor, steps, ...shown } = row;
  const moved: Record<string, number> = {};
  for (const step of steps) {
    if (step.kind === "moved") moved[step.table] = (moved[step.table] ?? 0) + step.keys.length;
  }
  return { ...shown, changed_fields: Object.keys(survivor.after), moved };
}

export const alreadyMerged = declareError(
  "ALREADY_MERGED",
  409,
  "The record was merged into another before.",
);

export const mergeNotUndoable = declareError(
  "MERGE_NOT_UNDOABLE",
  409,
  "The merge was undone before, is too old, or what it was merged into is gone.",
);
