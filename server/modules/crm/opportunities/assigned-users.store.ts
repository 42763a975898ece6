import type { Ctx } from "../../../kernel/context.ts";

type Assignment = { opportunity_id: string; user_id: string; is_primary: boolean };

/** Assigns members who are not assigned yet; answers those that are new. */
export async function assignUsers(ctx: Ctx, assigned: readonly Assignment[]): Promise<Assignment[]> {
  if (assigned.length === 0) return [];
  return ctx.db
    .insert(
      "opportunity_users",
      assigned.map((one) => ({ ...one, created_at: ctx.now })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning(["opportunity_id", "user_id", "is_primary"])
    .execute();
}

/**
 * Puts one member in charge, instead of whoever was; null leaves nobody in charge. Others who are assigned stay. Answers
 * whether that changed anything. The opportunity must be locked.
 */
export async function putInCharge(ctx: Ctx, opportunityId: string, userId: string | null): Promise<boolean> {
  const mine = ctx.db.from("opportunity_users").where("opportunity_id", "=", opportunityId);
  const before = await mine.select("user_id").where("is_primary", "=", true).executeTakeFirst();
  if ((before?.user_id ?? null) === userId) return false;
  if (before) await unassignUser(ctx, opportunityId, before.user_id);
  if (userId === null) return true;
  await ctx.db
    .insert("opportunity_users", {
      opportunity_id: opportunityId,
      user_id: userId,
      is_primary: true,
      created_at: ctx.now,
    })
    .onConflict((conflict) =>
      conflict.columns(["workspace_id", "opportunity_id", "user_id"]).doUpdateSet({ is_primary: true }),
    )
    .execute();
  return true;
}

/** Answers whether the member was assigned. */
export async function unassignUser(ctx: Ctx, opportunityId: string, userId: string): Promise<boolean> {
  const gone = await ctx.db
    .remove("opportunity_users")
    .where("opportunity_id", "=", opportunityId)
    .where("user_id", "=", userId)
    .returning("user_id")
    .executeTakeFirst();
  return gone !== undefined;
}
