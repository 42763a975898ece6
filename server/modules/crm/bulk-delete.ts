import { Type } from "typebox";
import type { Ctx } from "../../kernel/context.ts";
import { deleteRows } from "../../kernel/deletion.ts";
import type { TenantTable } from "../../kernel/tables.ts";

export const BulkDeleted = Type.Object({
  success: Type.Boolean(),
  deleted: Type.Integer({ description: "How many of the ids named a record that is gone now." }),
});

/** Deletes those of `ids` the workspace has, as a single deletion does each. */
export async function bulkDelete(
  ctx: Ctx,
  table: TenantTable,
  ids: readonly string[],
): Promise<{ success: boolean; deleted: number }> {
  const rows = await deleteRows(ctx, table, ids);
  return { success: true, deleted: rows.length };
}
