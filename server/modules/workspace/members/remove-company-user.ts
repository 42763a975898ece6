import { Type } from "typebox";
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
    "Take a team member's access away for good; their sessions, the keys they made and the webhooks that either set up end with it.",
  description:
    "What they did stays. What is still to be done and was theirs (open tasks, work orders that are not complete, open opportunities) is nobody's from now on, and says so in its log. They can come back by a new invitation, as a new member.",
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
    await ctx.db.remove("user_sessions").where("member_id", "=", before.id).execute();
    await ctx.db.remove("member_invitations").where("member_id", "=", before.id).execute();
    const keys = await ctx.app.credentials.revokeMadeBy(ctx.db, before.id, ctx.now);
    for (const { stop } of ctx.app.registry.setUps) await stop(ctx, [before.id, ...keys]);
    await unassignOpenWork(ctx, before.id);
    recordDeleted(ctx, "user", before);
    return null;
  },
});
