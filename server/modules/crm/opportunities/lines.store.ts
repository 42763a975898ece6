import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { newId } from "../../../kernel/ids.ts";
import { recordCreated, recordUpdated } from "../../../kernel/lifecycle.ts";
import { keptMinor } from "../amounts.ts";
import type { Product } from "../products/product.ts";
import type { Opportunity, OpportunityLine, PaymentStatus } from "./opportunity.ts";

/** A line to be. What is left out is the product's: its price and its deposit. Prices are minor units. */
export type NewLine = {
  product: Product;
  quantity: number;
  unitPriceMinor?: number | undefined;
  discountPercent?: number | undefined;
  depositPercent?: number | null | undefined;
  paymentStatus?: PaymentStatus | undefined;
};

/** Adds lines behind those the opportunity, which must be locked, has; names and prices stay as they are now. */
export async function addLines(
  ctx: Ctx,
  opportunity: Pick<Opportunity, "id" | "currency">,
  lines: readonly NewLine[],
): Promise<OpportunityLine[]> {
  if (lines.length === 0) return [];
  const last = await ctx.db
    .from("opportunity_products")
    .select("position")
    .where("opportunity_id", "=", opportunity.id)
    .orderBy("position", "desc")
    .limit(1)
    .executeTakeFirst();
  const first = (last?.position ?? -1) + 1;
  const rows = await ctx.db
    .insert(
      "opportunity_products",
      lines.map((line, index) => {
        const unitPriceMinor = line.unitPriceMinor ?? line.product.price_minor;
        checkTotal(line.quantity, unitPriceMinor);
        return {
          id: newId(ctx.now),
          opportunity_id: opportunity.id,
          product_id: line.product.id,
          name: line.product.name,
          quantity: line.quantity,
          unit_price_minor: unitPriceMinor,
          currency: opportunity.currency,
          discount_percent: line.discountPercent ?? 0,
          deposit_percent:
            line.depositPercent === undefined ? line.product.deposit_percent : line.depositPercent,
          payment_status: line.paymentStatus ?? "unpaid",
          position: first + index,
          created_at: ctx.now,
          updated_at: ctx.now,
        };
      }) as never,
    )
    .returningAll()
    .execute();
  rows.sort((a, b) => a.position - b.position);
  for (const row of rows) recordCreated(ctx, "opportunity_product", row);
  return rows;
}

/** Refuses what would come to more than can be counted exactly. */
export function checkTotal(quantity: number, unitPriceMinor: number): void {
  if (quantity * unitPriceMinor <= Number.MAX_SAFE_INTEGER) return;
  throw invalidField(
    "quantity",
    "times the unit price is more than can be counted",
    "Send a smaller quantity or unit price.",
  );
}

export function linesOf(ctx: Ctx, opportunityId: string): Promise<OpportunityLine[]> {
  return ctx.db
    .from("opportunity_products")
    .selectAll()
    .where("opportunity_id", "=", opportunityId)
    .orderBy("position")
    .orderBy("id")
    .execute();
}

/** Gives lines the order of `ids`; the lines of the opportunity that are not among them follow in the order they had. */
export async function orderLines(ctx: Ctx, ids: readonly string[]): Promise<void> {
  await ctx.db.raw(sql`
    update opportunity_products line set position = place.position - 1, updated_at = ${ctx.now}
      from unnest(${ids}::uuid[]) with ordinality place (id, position)
     where line.workspace_id = ${ctx.workspaceId} and line.id = place.id and line.position <> place.position - 1`);
}

/**
 * Lines are in their opportunity's currency: in another one they keep their numbers, each with its log and event. A 400 naming the
 * prices the currency cannot express. The opportunity must be locked.
 */
export async function convertLines(ctx: Ctx, opportunity: Opportunity, currency: string): Promise<void> {
  const lines = await linesOf(ctx, opportunity.id);
  const prices = lines.map((line) => ({ name: `${line.name} at`, minor: line.unit_price_minor }));
  const minors = keptMinor(prices, opportunity.currency, currency);
  for (const [index, before] of lines.entries()) {
    const unitPriceMinor = minors[index] as number;
    checkTotal(Number(before.quantity), unitPriceMinor);
    const after = await ctx.db
      .update("opportunity_products")
      .set({ currency, unit_price_minor: unitPriceMinor, updated_at: ctx.now })
      .where("id", "=", before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    recordUpdated(ctx, "opportunity_product", before, after);
  }
}
