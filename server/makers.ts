/** Who set something up that goes on without them, and what they may do by today's rules. */
import type { Actor } from "./kernel/actor.ts";
import type { Ctx } from "./kernel/context.ts";
import { scopesOfRole } from "./scopes.ts";

export type Maker = { kind: string; id: string };

/** Who set something up, in the columns of its row; null where nobody knows, of an earlier version. */
export type SetUpBy = { set_up_by_kind: string | null; set_up_by: string | null };

/** Whoever acts, as what they set up remembers them. */
export function makerOf({ actor }: Ctx): Maker {
  return { kind: actor.kind, id: actor.id };
}

/** The same as the columns of a row. */
export function setUpBy(ctx: Ctx): { set_up_by_kind: string; set_up_by: string } {
  const { kind, id } = makerOf(ctx);
  return { set_up_by_kind: kind, set_up_by: id };
}

/** Whether whoever set something up may still do anything in the workspace. */
export async function isMakerThere(
  ctx: Ctx,
  { set_up_by_kind: kind, set_up_by: id }: SetUpBy,
): Promise<boolean> {
  return kind === null || id === null || (await actorToday(ctx, { kind, id })) !== undefined;
}

/**
 * A maker as an actor of today: undefined once their key was revoked or has expired, or they have left. The program itself, and
 * those who carry no credential of the workspace, are who they were.
 */
export async function actorToday(ctx: Ctx, { kind, id }: Maker): Promise<Actor | undefined> {
  if (kind === "api_key" || kind === "agent") return keyToday(ctx, id);
  if (kind === "user") return memberToday(ctx, id);
  return {
    kind: "system",
    id,
    name: id,
    workspaceId: ctx.workspaceId,
    scopes: undefined,
    approvalLevel: "full",
  };
}

/** A key as an actor of today: undefined once it was revoked or has expired. */
export async function keyToday(ctx: Ctx, id: string): Promise<Actor | undefined> {
  const row = await ctx.db
    .from("api_keys")
    .selectAll()
    .where("id", "=", id)
    .where("revoked_at", "is", null)
    .where((where) => where.or([where("expires_at", "is", null), where("expires_at", ">", ctx.now)]))
    .executeTakeFirst();
  return row && ctx.app.credentials.actorOfRow(row);
}

async function memberToday(ctx: Ctx, id: string): Promise<Actor | undefined> {
  const row = await ctx.db
    .from("members")
    .select(["id", "name", "role"])
    .where("id", "=", id)
    .where("status", "=", "active")
    .executeTakeFirst();
  if (!row) return undefined;
  return {
    kind: "user",
    id: row.id,
    name: row.name,
    workspaceId: ctx.workspaceId,
    scopes: scopesOfRole(row.role),
    approvalLevel: row.role === "client_viewer" ? "read-only" : "full",
  };
}
