import type { Ctx } from "../../../kernel/context.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import type { Step } from "./merge.ts";
import { columnsOf, linksTo } from "./references.store.ts";
import { meetingRows, moveRows, removeRow } from "./rows.store.ts";

type Pair = { from: string; to: string };

/**
 * Makes everything that names the row `from` of a table name the row `to`, and adds what it did to `steps`. Where both have
 * a row that may exist once only, the two become one: what names the one that goes is moved in the same way, and so on.
 */
export async function moveLinks(ctx: Ctx, target: string, { from, to }: Pair, steps: Step[]): Promise<void> {
  for (const { table, column, unique } of await linksTo(ctx, target)) {
    for (const index of unique) {
      const meeting = await meetingRows(ctx, { table, column, ...index }, { from, to });
      for (const { theirs, ours } of meeting) await unite(ctx, table, theirs, ours, steps);
    }
    const { key } = await columnsOf(ctx, table);
    const keys = await moveRows(ctx, { table, column, key }, { from, to });
    if (keys.length > 0) steps.push({ kind: "moved", table, column, from, to, keys });
  }
}

/** Two rows that may not both be there: one goes, and what names it is moved to the other. */
async function unite(
  ctx: Ctx,
  table: string,
  theirs: JsonObject,
  ours: JsonObject,
  steps: Step[],
): Promise<void> {
  const [kept, gone] = goesFurther(table, theirs, ours) ? [theirs, ours] : [ours, theirs];
  const { key } = await columnsOf(ctx, table);
  if (key.includes("id")) {
    await moveLinks(ctx, table, { from: String(gone["id"]), to: String(kept["id"]) }, steps);
  }
  await removeRow(ctx, { table, key }, gone);
  steps.push({ kind: "removed", table, row: gone });
}

// Of two open leads the one that has led to a booking stays.
function goesFurther(table: string, theirs: JsonObject, ours: JsonObject): boolean {
  return table === "leads" && theirs["status"] === "Booked" && ours["status"] !== "Booked";
}
