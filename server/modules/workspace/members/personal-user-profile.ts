import { sql } from "kysely";
import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { PersonalProfileRecord, userId } from "./member.ts";
import { mustFindMember } from "./members.store.ts";
import type { Profile } from "./members.store.ts";

export const getPersonalUserProfile = operation({
  name: "get_personal_user_profile",
  surface: workspaceApi,
  section: "Company",
  route: "GET /company/users/:userId/personal-user-profile",
  scopes: ["users:read"],
  effect: "read",
  noun: "user",
  summary: "Get a team member's own profile, the same in every workspace they belong to.",
  description:
    "Somebody who has not signed in yet has none; then it says what the workspace knows of them, without anything it overrides.",
  input: Type.Object({ userId: userId() }, { additionalProperties: false }),
  output: PersonalProfileRecord,
  async run(ctx, input) {
    const member = await mustFindMember(ctx, input.userId);
    const [person] = await ctx.db.raw(sql<Omit<Profile, "id"> & { status: string; created_at: Date }>`
      select person.full_name, person.email, person.phone, person.avatar_url, person.status, person.job_title,
             person.department, person.created_at
        from people_behind(${ctx.workspaceId}, array[${member.id}]::uuid[]) person`);
    const { name, email, phone, status, created_at: createdAt } = member;
    const unknown = { avatar_url: null, job_title: null, department: null };
    const shown = person ?? { full_name: name, email, phone, status, created_at: createdAt, ...unknown };
    return { ...shown, created_at: shown.created_at.toISOString() };
  },
});
