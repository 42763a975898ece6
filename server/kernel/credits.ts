import { sql } from "kysely";
import type { Ctx } from "./context.ts";
import { insufficientCredits } from "./errors.ts";
import { newId } from "./ids.ts";

/**
 * The credits ledger: what a workspace may spend, each movement an entry. A hold sets credits aside, and is closed
 * exactly once, by settling (spent, the rest goes back) or releasing (all of it goes back).
 */
export async function holdCredits(ctx: Ctx, amount: number, note?: string): Promise<string> {
  const held = await ctx.db
    .update("credit_balances")
    .set({ available: sql`available - ${amount}`, held: sql`held + ${amount}` } as never)
    .where("available", ">=", amount)
    .returning("available")
    .executeTakeFirst();
  if (!held) {
    throw insufficientCredits(`This costs ${amount} credits and the workspace has fewer.`, {
      fix: "Grant credits with `frontdesk workspaces credit`, or ask the owner of this installation.",
      details: { required: amount },
    });
  }
  const id = newId(ctx.now);
  await entry(ctx, { id, kind: "hold", amount, holdId: null, note });
  return id;
}

/** Spends `amount` of a hold; the rest returns. Settling twice is refused by the ledger itself. */
export async function settleCredits(ctx: Ctx, holdId: string, amount: number): Promise<void> {
  const hold = await findHold(ctx, holdId);
  const rest = Math.max(0, hold - amount);
  await entry(ctx, { id: newId(ctx.now), kind: "settle", amount, holdId });
  await ctx.db
    .update("credit_balances")
    .set({ available: sql`available + ${rest}`, held: sql`held - ${hold}` } as never)
    .execute();
}

export async function releaseCredits(ctx: Ctx, holdId: string): Promise<void> {
  const hold = await findHold(ctx, holdId);
  await entry(ctx, { id: newId(ctx.now), kind: "release", amount: hold, holdId });
  await ctx.db
    .update("credit_balances")
    .set({ available: sql`available + ${hold}`, held: sql`held - ${hold}` } as never)
    .execute();
}

/** Hold and settle in one go, for work that is done inside this transaction: if it fails, nothing was charged. */
export async function chargeCredits(ctx: Ctx, amount: number): Promise<void> {
  await settleCredits(ctx, await holdCredits(ctx, amount), amount);
}

async function findHold(ctx: Ctx, holdId: string): Promise<number> {
  const row = await ctx.db
    .from("credit_entries")
    .select("amount")
    .where("id", "=", holdId)
    .where("kind", "=", "hold")
    .executeTakeFirstOrThrow();
  return row.amount;
}

async function entry(
  ctx: Ctx,
  row: { id: string; kind: string; amount: number; holdId: string | null; note?: string | undefined },
): Promise<void> {
  await ctx.db
    .insert("credit_entries", {
      id: row.id,
      kind: row.kind,
      amount: row.amount,
      hold_id: row.holdId,
      operation: ctx.operation,
      note: row.note ?? null,
      created_at: ctx.now,
    })
    .execute();
}
