import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { recordDeleted } from "../../../kernel/lifecycle.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { unassignOpenWork } from "../../crm/open-work.ts";
import { lastAdministrator, userId } from "./member.ts";
import { lockMemberAndAdministrators, mustLeaveAdministrator } from "./members.store.ts";

export const removeCompanyUser = operation({
  name: "remove_company_user",
  surface: workspaceApi,
  section: "Company",
  route: "DELETE /company/users/:userId",
  scopes: ["users:delete"],
  effect: "destructive",
  shape: "empty",
  noun: "user",
  summary:
    "Take a team member's access away for good; their sessions, the keys they made and what either set up (webhooks, calendar feeds, invitations) end with it.",
  description:
    "What they did stays. What is still to be done and was theirs (open tasks, work orders that are not complete, open opportunities) is nobody's from now on, and says so in its log; bookings they were to give become calendar conflicts. What ended with their access is on record in /data/crm-logs. They can come back by a new invitation, as a new member.",
  input: Type.Object({ userId: userId() }, { additionalProperties: false }),
  output: Type.Null(),
  errors: [lastAdministrator],
  async run(ctx, input) {
    const before = await lockMemberAndAdministrators(ctx, input.userId);
    await mustLeaveAdministrator(ctx, before);
    // Off the staff, too, so that nobody can be booked who is not there any more.
    await ctx.db
      .update("members")
      .set({ status: "removed", removed_at: ctx.now, is_staff: false } as never)
      .where("id", "=", before.id)
      .execute();
    const keys = await endAccess(ctx, before.id);
    for (const { stop } of ctx.app.registry.setUps) await stop(ctx, [before.id, ...keys]);
    await unassignOpenWork(ctx, before.id);
    recordDeleted(ctx, "user", before);
    return null;
  },
});

/** Ends everything that lets somebody in, and puts on record what it was; answers the keys that ended. */
async function endAccess(ctx: Ctx, memberId: string): Promise<readonly string[]> {
  const keys = await ctx.db
    .from("api_keys")
    .select(["id", "name", "prefix"])
    .where("created_by", "=", memberId)
    .where("revoked_at", "is", null)
    .execute();
  const revoked = await ctx.app.credentials.revokeMadeBy(ctx.db, memberId, ctx.now);
  for (const { id, ...key } of keys) {
    const before = { ...key, revoked_at: null };
    ctx.changed({ noun: "api_key", id, before, after: { ...key, revoked_at: ctx.now }, action: "revoked" });
  }
  const sessions = await ended(ctx, "user_sessions", memberId);
  const invitations = await ended(ctx, "member_invitations", memberId);
  ctx.changed({
    noun: "user",
    id: memberId,
    action: "access_ended",
    before: { sessions, invitations, keys: keys.map(({ name }) => name) },
    after: { sessions: 0, invitations: 0, keys: [] },
  });
  return revoked;
}

async function ended(
  ctx: Ctx,
  table: "user_sessions" | "member_invitations",
  memberId: string,
): Promise<number> {
  const rows = await ctx.db.remove(table).where("member_id", "=", memberId).returning("member_id").execute();
  return rows.length;
}
