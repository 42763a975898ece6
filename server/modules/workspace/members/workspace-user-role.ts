import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { recordUpdated } from "../../../kernel/lifecycle.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { Role, lastAdministrator, userId } from "./member.ts";
import type { Member } from "./member.ts";
import {
  lockMemberAndAdministrators,
  mustCoverRole,
  mustFindMember,
  mustLeaveAdministrator,
} from "./members.store.ts";

const RoleRecord = Type.Object({
  role: Role("What the member may do in this workspace."),
  created_at: Type.String({
    format: "date-time",
    description: "When they joined; for the invited, when that was.",
  }),
});

function presentRole({ role, joined_at: joinedAt, created_at: createdAt }: Member) {
  return { role: role as never, created_at: (joinedAt ?? createdAt).toISOString() };
}

export const getWorkspaceUserRole = operation({
  name: "get_workspace_user_role",
  surface: workspaceApi,
  section: "Company",
  route: "GET /company/users/:userId/workspace-user-roles",
  scopes: ["users:read"],
  effect: "read",
  noun: "user",
  summary: "Get a team member's role and since when they belong to the workspace.",
  input: Type.Object({ userId: userId() }, { additionalProperties: false }),
  output: RoleRecord,
  async run(ctx, input) {
    return presentRole(await mustFindMember(ctx, input.userId));
  },
});

export const updateWorkspaceUserRole = operation({
  name: "update_workspace_user_role",
  surface: workspaceApi,
  section: "Company",
  route: "PATCH /company/users/:userId/workspace-user-roles",
  scopes: ["users:write"],
  effect: "write",
  noun: "user",
  summary: "Change a team member's role. It counts from their next call on.",
  description: "Nobody gives a role above their own: it takes every scope the role has.",
  input: Type.Object(
    {
      userId: userId(),
      role: Role(
        "client_admin may do everything, client_editor what the work needs, client_viewer only look.",
      ),
    },
    { additionalProperties: false },
  ),
  output: RoleRecord,
  errors: [lastAdministrator],
  example: { input: { role: "client_admin" } },
  async run(ctx, { userId: id, role }) {
    mustCoverRole(ctx, role);
    const before = await lockMemberAndAdministrators(ctx, id);
    if (role !== "client_admin") await mustLeaveAdministrator(ctx, before);
    const after = await ctx.db
      .update("members")
      .set({ role } as never)
      .where("id", "=", before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    recordUpdated(ctx, "user", before, after);
    return presentRole(after);
  },
});
