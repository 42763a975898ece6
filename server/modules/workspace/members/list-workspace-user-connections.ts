import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { optionalText, userId } from "./member.ts";
import { mustFindMember } from "./members.store.ts";

const mostConnections = 100;

export const listWorkspaceUserConnections = operation({
  name: "list_workspace_user_connections",
  surface: workspaceApi,
  section: "Company",
  route: "GET /company/users/:userId/workspace-user-connections",
  scopes: ["users:read"],
  effect: "read",
  noun: "user",
  summary: "List the accounts a team member shares with this workspace: mailboxes, calendars.",
  input: Type.Object({ userId: userId() }, { additionalProperties: false }),
  output: Type.Array(
    Type.Object({
      platform_type: Type.String(),
      platform_account_name: optionalText(),
      status: Type.String(),
      calendar_synced: Type.Boolean(),
      gmail_aliases: Type.Array(Type.Unknown()),
    }),
  ),
  async run(ctx, input) {
    const { id } = await mustFindMember(ctx, input.userId);
    return ctx.db
      .from("user_connections")
      .select(["platform_type", "platform_account_name", "status", "calendar_synced", "gmail_aliases"])
      .where("member_id", "=", id)
      .orderBy("created_at")
      .orderBy("id")
      .limit(mostConnections)
      .execute();
  },
});
