import { Type } from "typebox";
import { crud } from "../../../kernel/crud.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { CompanyUserRecord, userId } from "./member.ts";
import type { Member } from "./member.ts";
import { mustFindMember, profilesOf } from "./members.store.ts";

/** Members as callers see them; all of a page at once. */
export async function presentMembers(ctx: Ctx, rows: readonly Member[]) {
  const profiles = await profilesOf(
    ctx,
    rows.map((row) => row.id),
  );
  return rows.map(({ id, name, role, status, email, phone, created_at: createdAt }) => {
    const nobody = { full_name: name, email, phone, job_title: null, department: null, avatar_url: null };
    const profile = profiles.get(id) ?? nobody;
    return { ...profile, id, role, status, created_at: createdAt.toISOString() };
  });
}

export const { list: listCompanyUsers } = crud({
  noun: "user",
  plural: "company_users",
  table: "members",
  surface: workspaceApi,
  section: "Company",
  path: "/company/users",
  idParam: "userId",
  scopes: { read: ["users:read"], write: ["users:write"] },
  record: CompanyUserRecord,
  sort: { column: "created_at", direction: "asc", kind: "timestamp" },
  present: presentMembers,
  summaries: { list: "List the team: roles, states and how to reach everybody." },
  filters: {
    status: {
      schema: Type.Union([Type.Literal("current"), Type.Literal("active"), Type.Literal("invited")], {
        default: "current",
        description: "active, invited, or current for both.",
      }),
      where: (query, value: string) =>
        query.where("status", "in", value === "current" ? ["active", "invited"] : [value]),
    },
  },
});

export const getCompanyUser = operation({
  name: "get_company_user",
  surface: workspaceApi,
  section: "Company",
  route: "GET /company/users/:userId",
  scopes: ["users:read"],
  effect: "read",
  noun: "user",
  summary:
    "Get one team member, with what this workspace says differently laid over the person's own profile.",
  input: Type.Object({ userId: userId() }, { additionalProperties: false }),
  output: CompanyUserRecord,
  async run(ctx, input) {
    const [shown] = await presentMembers(ctx, [await mustFindMember(ctx, input.userId)]);
    return shown as never;
  },
});
