import { isDeepStrictEqual } from "node:util";
import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { missing } from "../../../kernel/errors.ts";
import { recordCreated, recordUpdated } from "../../../kernel/lifecycle.ts";
import { operation } from "../../../kernel/operation.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { MergeRecord, mergeNotUndoable, presentMerge } from "./merge.ts";
import type { Merge, Step } from "./merge.ts";
import { tableOf } from "./merge-records.ts";
import { columnsOf } from "./references.store.ts";
import { lockRow, moveBack, restoreRow, writeColumns } from "./rows.store.ts";
import { mergeRules } from "./united-fields.ts";

type Row = JsonObject & { id: string };

export const undoMerge = operation({
  name: "undo_merge",
  surface: workspaceApi,
  section: "Merges",
  route: "POST /merges/:id/undo",
  scopes: ["contacts:write", "companies:write"],
  effect: "write",
  noun: "merge",
  summary: "Undo a merge: the duplicate comes back, and with it everything that was its own.",
  description:
    "Links made since the merge stay with the survivor, and so do fields changed since. Whoever was unsubscribed by the merge stays so. Possible for 30 days.",
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: MergeRecord,
  errors: [mergeNotUndoable],
  example: { input: {} },
  async run(ctx, { id }) {
    const merge = await ctx.db.from("merges").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
    if (!merge) throw missing("merge", id);
    const survivor = await undoableSurvivor(ctx, merge);
    await restoreRow(ctx, tableOf[merge.noun], merge.duplicate);
    for (const step of merge.steps.toReversed()) await reverse(ctx, step);
    await restoreSurvivor(ctx, merge, survivor);
    recordCreated(ctx, merge.noun, merge.duplicate as Row, { skip_automations: true });
    ctx.emit({
      type: `${merge.noun}.unmerged`,
      noun: merge.noun,
      recordId: merge.survivor_id,
      payload: { id: merge.survivor_id, duplicate_id: merge.duplicate_id, merge_id: id },
    });
    const undone = await ctx.db
      .update("merges")
      .set({ undone_at: ctx.now })
      .where("id", "=", id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return presentMerge(undone) as never;
  },
});

async function undoableSurvivor(ctx: Ctx, merge: Merge): Promise<Row> {
  if (merge.undone_at)
    throw mergeNotUndoable("This merge was undone before.", {
      fix: `Nothing is left to do: GET /${tableOf[merge.noun]}/${merge.duplicate_id} shows what came back.`,
    });
  if (merge.undo_until <= ctx.now)
    throw mergeNotUndoable("This merge is older than 30 days.", {
      fix: `Create the ${merge.noun} again; what the merge changed stands in GET /data/crm-logs.`,
    });
  const survivor = await lockRow(ctx, tableOf[merge.noun], merge.survivor_id);
  if (survivor) return survivor as Row;
  throw mergeNotUndoable(`The ${merge.noun} it was merged into is not there any more.`, {
    fix: "If that one was merged into another in turn, undo that merge first.",
  });
}

/** A row that cannot come back (what it belonged to is gone, or another took its place) stays away, and no more than that. */
async function reverse(ctx: Ctx, step: Step): Promise<void> {
  try {
    await ctx.db.savepoint(async () => {
      if (step.kind === "removed") return restoreRow(ctx, step.table, step.row);
      const { key } = await columnsOf(ctx, step.table);
      return moveBack(ctx, { ...step, key }, step);
    });
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "23503" && code !== "23505") throw error;
  }
}

/** Fields the merge changed and nobody since go back, but for the opt-outs: one more unwanted message is worse than one less. */
async function restoreSurvivor(ctx: Ctx, { noun, survivor: change }: Merge, row: Row): Promise<void> {
  const kept: readonly string[] =
    noun === "contact" ? [...mergeRules.contact.either, "sms_unsubscribed_at"] : [];
  const back = Object.fromEntries(
    Object.entries(change.before).filter(
      ([column]) => !kept.includes(column) && isDeepStrictEqual(row[column] ?? null, change.after[column]),
    ),
  );
  await writeColumns(ctx, tableOf[noun], row.id, back);
  recordUpdated(ctx, noun, row, { ...row, ...back });
}
