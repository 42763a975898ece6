import { Type } from "typebox";
import type { Static } from "typebox";
import { missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { phoneField } from "../../../phones.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { workspaceOf } from "../settings/settings.ts";
import { optionalText, userId } from "./member.ts";
import { lockMember, mustFindMember, settingsOfMember, storeMemberSettings } from "./members.store.ts";
import type { UserSettings } from "./members.store.ts";

const WorkspaceProfile = Type.Object({
  phone: optionalText(),
  job_title: optionalText(),
  department: optionalText(),
});

function presentProfile({ phone, job_title, department }: UserSettings): Static<typeof WorkspaceProfile> {
  return { phone, job_title, department };
}

const text = (description: string) =>
  Type.Optional(Type.Union([Type.String({ maxLength: 200 }), Type.Null()], { description }));

export const getWorkspaceUserProfile = operation({
  name: "get_workspace_user_profile",
  surface: workspaceApi,
  section: "Company",
  route: "GET /company/users/:userId/workspace-user-profile",
  scopes: ["users:read"],
  effect: "read",
  noun: "user",
  summary: "Get what this workspace says differently about a team member; null where it says nothing.",
  input: Type.Object({ userId: userId() }, { additionalProperties: false }),
  output: WorkspaceProfile,
  async run(ctx, input) {
    const { id } = await mustFindMember(ctx, input.userId);
    return presentProfile(await settingsOfMember(ctx, id));
  },
});

export const updateWorkspaceUserProfile = operation({
  name: "update_workspace_user_profile",
  surface: workspaceApi,
  section: "Company",
  route: "PATCH /company/users/:userId/workspace-user-profile",
  scopes: ["users:write"],
  effect: "write",
  noun: "user",
  summary: "Say what holds for a team member in this workspace, over their own profile.",
  input: Type.Object(
    {
      userId: userId(),
      phone: text("Number to reach them at for this workspace; null clears."),
      job_title: text("null clears."),
      department: text("null clears."),
    },
    { additionalProperties: false },
  ),
  output: WorkspaceProfile,
  example: { input: { phone: "+442079460123", job_title: "Plumber" } },
  async run(ctx, { userId: id, phone, job_title: jobTitle, department }) {
    const member = await lockMember(ctx, id);
    if (!member) throw missing("user", id);
    const { country } = await workspaceOf(ctx);
    const { before, after } = await storeMemberSettings(ctx, member.id, {
      ...(phone === undefined ? {} : { phone: phone ? phoneField("phone", phone, country) : null }),
      ...(jobTitle === undefined ? {} : { job_title: jobTitle?.trim() || null }),
      ...(department === undefined ? {} : { department: department?.trim() || null }),
    });
    ctx.changed({ noun: "user", id: member.id, before, after });
    return presentProfile(after);
  },
});
