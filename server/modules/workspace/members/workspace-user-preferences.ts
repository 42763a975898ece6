import { sql } from "kysely";
import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField, missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { userId } from "./member.ts";
import { lockMember, mustFindMember, settingsOfMember, storeMemberSettings } from "./members.store.ts";

const pipelineId = () =>
  Type.Union([Type.String({ format: "uuid" }), Type.Null()], {
    description: "The pipeline the CRM opens with for this member; null for none in particular.",
  });

const Preferences = Type.Object({ default_pipeline_id: pipelineId() });

export const getWorkspaceUserPreferences = operation({
  name: "get_workspace_user_preferences",
  surface: workspaceApi,
  section: "Company",
  route: "GET /company/users/:userId/workspace-user-preferences",
  scopes: ["users:read"],
  effect: "read",
  noun: "user",
  summary: "Get how a team member likes this workspace: the pipeline the CRM opens with.",
  input: Type.Object({ userId: userId() }, { additionalProperties: false }),
  output: Preferences,
  async run(ctx, input) {
    const { id } = await mustFindMember(ctx, input.userId);
    return { default_pipeline_id: (await settingsOfMember(ctx, id)).default_pipeline_id };
  },
});

export const updateWorkspaceUserPreferences = operation({
  name: "update_workspace_user_preferences",
  surface: workspaceApi,
  section: "Company",
  route: "PATCH /company/users/:userId/workspace-user-preferences",
  scopes: ["users:write"],
  effect: "write",
  noun: "user",
  summary: "Set the pipeline the CRM opens with for a team member, or clear it with null.",
  input: Type.Object(
    { userId: userId(), default_pipeline_id: Type.Optional(pipelineId()) },
    { additionalProperties: false },
  ),
  output: Preferences,
  example: { input: { default_pipeline_id: null } },
  async run(ctx, { userId: id, default_pipeline_id: wanted }) {
    const member = await lockMember(ctx, id);
    if (!member) throw missing("user", id);
    if (wanted) await mustBePipeline(ctx, wanted);
    const changes = wanted === undefined ? {} : { default_pipeline_id: wanted };
    const { before, after } = await storeMemberSettings(ctx, member.id, changes);
    ctx.changed({ noun: "user", id: member.id, before, after });
    return { default_pipeline_id: after.default_pipeline_id };
  },
});

// Kept from going until we have stored it.
async function mustBePipeline(ctx: Ctx, id: string): Promise<void> {
  const [found] = await ctx.db.raw(
    sql`select id from pipelines where workspace_id = ${ctx.workspaceId} and id = ${id} for key share`,
  );
  if (found) return;
  throw invalidField(
    "default_pipeline_id",
    "is no pipeline of this workspace",
    "List the pipelines to find one.",
  );
}
