import type { Ctx } from "../../../kernel/context.ts";
import { invalidField, missing } from "../../../kernel/errors.ts";
import { newId } from "../../../kernel/ids.ts";
import { recordDeleted, recordUpdated } from "../../../kernel/lifecycle.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { alreadyMerged, undoableMs } from "./merge.ts";
import type { Merge, MergedNoun, Step } from "./merge.ts";
import { moveLinks } from "./move-links.ts";
import { lockRow, removeRow, writeColumns } from "./rows.store.ts";
import { mergeRules, unitedFields } from "./united-fields.ts";
import type { Choice } from "./united-fields.ts";

export const tableOf: Record<MergedNoun, string> = { contact: "contacts", company: "companies" };

export type WantedMerge = {
  survivorId: string;
  duplicateId: string;
  choices: Partial<Record<string, Choice>>;
};

type Row = JsonObject & { id: string };

/**
 * Takes one record into another, in this transaction: the survivor's fields, everything that named the duplicate, and what
 * it takes to undo both. Of two merges of one record at once, the second finds it gone.
 */
export async function mergeRecords(
  ctx: Ctx,
  noun: MergedNoun,
  { survivorId, duplicateId, choices }: WantedMerge,
): Promise<Merge> {
  const table = tableOf[noun];
  if (survivorId === duplicateId)
    throw invalidField("duplicate_id", `is the ${noun} itself`, `Send the id of another ${noun}.`);
  const { survivor, duplicate } = await lockBoth(ctx, noun, { survivorId, duplicateId });
  const steps: Step[] = [];
  await moveLinks(ctx, table, { from: duplicateId, to: survivorId }, steps);
  const after = unitedFields(mergeRules[noun], { survivor, duplicate }, choices);
  const before = Object.fromEntries(Object.keys(after).map((column) => [column, survivor[column] ?? null]));
  await removeRow(ctx, { table, key: ["workspace_id", "id"] }, duplicate);
  await writeColumns(ctx, table, survivorId, after);
  const merge = await keep(ctx, noun, { survivor: { before, after }, duplicate, survivorId, steps });
  recordUpdated(ctx, noun, survivor, { ...survivor, ...after } as Row);
  recordDeleted(ctx, noun, duplicate);
  ctx.emit({
    type: `${noun}.merged`,
    noun,
    recordId: survivorId,
    payload: { id: survivorId, duplicate_id: duplicateId, merge_id: merge.id },
  });
  return merge;
}

/** Both rows, locked in one order whoever merges what into what. */
async function lockBoth(
  ctx: Ctx,
  noun: MergedNoun,
  { survivorId, duplicateId }: { survivorId: string; duplicateId: string },
): Promise<{ survivor: Row; duplicate: Row }> {
  const rows = new Map<string, Row>();
  for (const id of [survivorId, duplicateId].sort()) {
    const row = await lockRow(ctx, tableOf[noun], id);
    if (row) rows.set(id, row as Row);
  }
  const [survivor, duplicate] = [rows.get(survivorId), rows.get(duplicateId)];
  if (!survivor) throw await absent(ctx, noun, survivorId);
  if (!duplicate) throw await absent(ctx, noun, duplicateId);
  return { survivor, duplicate };
}

async function absent(ctx: Ctx, noun: MergedNoun, id: string): Promise<Error> {
  const merge = await ctx.db
    .from("merges")
    .select(["survivor_id", "noun"])
    .where("duplicate_id", "=", id)
    .where("undone_at", "is", null)
    .executeTakeFirst();
  if (merge?.noun !== noun) return missing(noun, id);
  return alreadyMerged(`The ${noun} ${id} was merged into ${merge.survivor_id} before.`, {
    fix: `Use ${merge.survivor_id}, or undo that merge.`,
    details: { survivor_id: merge.survivor_id },
  });
}

function keep(
  ctx: Ctx,
  noun: MergedNoun,
  done: { survivor: Merge["survivor"]; duplicate: Row; survivorId: string; steps: Step[] },
): Promise<Merge> {
  return ctx.db
    .insert("merges", {
      id: newId(ctx.now),
      noun,
      survivor_id: done.survivorId,
      duplicate_id: done.duplicate.id,
      duplicate_name: nameOf(done.duplicate),
      duplicate: JSON.stringify(done.duplicate),
      survivor: JSON.stringify(done.survivor),
      steps: JSON.stringify(done.steps),
      merged_by: ctx.actor.name,
      undo_until: new Date(ctx.now.getTime() + undoableMs),
      undone_at: null,
      created_at: ctx.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

function nameOf(row: JsonObject): string {
  const names = [row["name"], row["first_name"], row["last_name"]];
  return names.filter((name) => typeof name === "string").join(" ");
}
