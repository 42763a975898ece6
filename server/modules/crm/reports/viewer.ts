import type { Ctx } from "../../../kernel/context.ts";

/** Whose eyes a report is seen with: a member, with a role; or the business itself, which sees everything. */
export type Viewer = { memberId: string | null; role: string | null; seesAll: boolean };

/**
 * A member sees as themselves, and so does a key that a member made. A key of nobody in particular, if nothing limits it,
 * and the program itself see everything.
 */
export async function viewerOf(ctx: Ctx): Promise<Viewer> {
  const { actor } = ctx;
  const memberId = actor.kind === "api_key" ? await makerOf(ctx, actor.id) : actor.id;
  if (actor.kind !== "user" && (actor.kind !== "api_key" || memberId === null)) {
    return { memberId: null, role: null, seesAll: actor.approvalLevel === "full" };
  }
  const member = await ctx.db.from("members").select("role").where("id", "=", memberId).executeTakeFirst();
  return { memberId, role: member?.role ?? null, seesAll: false };
}

async function makerOf(ctx: Ctx, keyId: string): Promise<string | null> {
  const key = await ctx.db.from("api_keys").select("created_by").where("id", "=", keyId).executeTakeFirst();
  return key?.created_by ?? null;
}
