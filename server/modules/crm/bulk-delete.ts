import { Type } from "typebox";
import type { Ctx } from "../../kernel/context.ts";
import { recordDeleted } from "../../kernel/lifecycle.ts";
import type { TenantTable } from "../../kernel/tables.ts";

export const BulkDeleted = Type.Object({
  success: Type.Boolean(),
  deleted: Type.Integer({ description: "How many of the ids named a record that is gone now." }),
});

/** Deletes those of `ids` the workspace has, in one statement, each with its audit entry and event. */
export async function bulkDelete(
  ctx: Ctx,
  noun: string,
  table: TenantTable,
  ids: readonly string[],
): Promise<{ success: boolean; deleted: number }> {
  const rows = (await ctx.db
    .remove(table)
    .where("id" as never, "in", ids as never)
    .returningAll()
    .execute()) as (Record<string, unknown> & { id: string })[];
  for (const row of rows) recordDeleted(ctx, noun, row);
  return { success: true, deleted: rows.length };
}
