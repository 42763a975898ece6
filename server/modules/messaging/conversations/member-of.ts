import type { Ctx } from "../../../kernel/context.ts";

/** The member behind this call: the user, or whoever made the key that is used. */
export async function memberOf(ctx: Ctx): Promise<string | undefined> {
  const { kind, id } = ctx.actor;
  if (kind === "user") return id;
  if (kind !== "api_key") return undefined;
  const key = await ctx.db.from("api_keys").select("created_by").where("id", "=", id).executeTakeFirst();
  return key?.created_by ?? undefined;
}
