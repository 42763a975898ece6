import type { Ctx } from "../../../kernel/context.ts";
import { recordUpdated } from "../../../kernel/lifecycle.ts";
import type { SupplierProduct } from "./supplier-product.ts";
import "../companies/company.ts";

/** Names of products by their ids. */
export async function productNames(ctx: Ctx, ids: (string | null)[]): Promise<Map<string, string>> {
  const wanted = ids.filter((id) => id !== null);
  if (wanted.length === 0) return new Map();
  const rows = await ctx.db.from("products").select(["id", "name"]).where("id", "in", wanted).execute();
  return new Map(rows.map((row) => [row.id, row.name]));
}

export function findSupplierProduct(ctx: Ctx, id: string): Promise<SupplierProduct | undefined> {
  return ctx.db.from("supplier_products").selectAll().where("id", "=", id).executeTakeFirst();
}

/** A company somebody buys from is a supplier, and says so from then on. */
export async function markSupplier(ctx: Ctx, companyId: string): Promise<void> {
  const before = await ctx.db
    .from("companies")
    .selectAll()
    .where("id", "=", companyId)
    .where("is_supplier", "=", false)
    .forUpdate()
    .executeTakeFirst();
  if (!before) return;
  const after = await ctx.db
    .update("companies")
    .set({ is_supplier: true, updated_at: ctx.now })
    .where("id", "=", companyId)
    .returningAll()
    .executeTakeFirstOrThrow();
  recordUpdated(ctx, "company", before, after);
}
