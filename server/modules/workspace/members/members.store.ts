import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { insufficientScope, missing } from "../../../kernel/errors.ts";
import { scopesOfRole } from "../../../scopes.ts";
import type { Member } from "./member.ts";
import { lastAdministrator } from "./member.ts";

/** A member who is invited or active; a removed one is as absent as one who never was. */
export async function mustFindMember(ctx: Ctx, id: string): Promise<Member> {
  const row = await ctx.db
    .from("members")
    .selectAll()
    .where("id", "=", id)
    .where("status", "<>", "removed")
    .executeTakeFirst();
  if (!row) throw missing("user", id);
  return row;
}

export type Reachable = Pick<Member, "id" | "name" | "phone" | "email">;

/** Who runs the business, in the order of their names. */
export function activeAdministrators(ctx: Ctx): Promise<Reachable[]> {
  return ctx.db
    .from("members")
    .select(["id", "name", "phone", "email"])
    .where("status", "=", "active")
    .where("role", "=", "client_admin")
    .orderBy("name")
    .orderBy("id")
    .execute();
}

/** Those of them that have an address to write to. */
export async function mailableAdministrators(ctx: Ctx): Promise<{ name: string; email: string }[]> {
  const all = await activeAdministrators(ctx);
  return all.flatMap(({ name, email }) => (email ? [{ name, email }] : []));
}

/** A member who is invited or active, locked until the transaction ends; undefined when there is none. */
export function lockMember(ctx: Ctx, id: string): Promise<Member | undefined> {
  return ctx.db
    .from("members")
    .selectAll()
    .where("id", "=", id)
    .where("status", "<>", "removed")
    .forUpdate()
    .executeTakeFirst();
}

/**
 * The member, locked together with every active administrator, always in the same order: of two administrators who
 * remove or demote each other at the same moment, the second finds the first's work done.
 */
export async function lockMemberAndAdministrators(ctx: Ctx, id: string): Promise<Member> {
  const rows = await ctx.db
    .from("members")
    .selectAll()
    .where("status", "<>", "removed")
    .where((where) => where.or([where("id", "=", id), where("role", "=", "client_admin")]))
    .orderBy("id")
    .forUpdate()
    .execute();
  const member = rows.find((row) => row.id === id.toLowerCase());
  if (!member) throw missing("user", id);
  return member;
}

/** Refuses to take the administrator's role from the only active one. The administrators must be locked. */
export async function mustLeaveAdministrator(ctx: Ctx, member: Member): Promise<void> {
  if (member.role !== "client_admin" || member.status !== "active") return;
  const other = await ctx.db
    .from("members")
    .select("id")
    .where("role", "=", "client_admin")
    .where("status", "=", "active")
    .where("id", "<>", member.id)
    .limit(1)
    .executeTakeFirst();
  if (other) return;
  throw lastAdministrator(`${member.name} is the only active administrator of this workspace.`, {
    fix: "Give another active member the role client_admin first.",
  });
}

/** Refuses to give a role to whoever could not do all it lets do: nobody gives a role above their own. */
export function mustCoverRole({ actor }: Ctx, role: string): void {
  const needed = [...scopesOfRole(role)];
  const missing = actor.scopes ? needed.filter((scope) => !actor.scopes?.has(scope)) : [];
  if (missing.length === 0) return;
  throw insufficientScope(`Nobody gives a role above their own: ${role} may do ${missing.join(", ")}.`, {
    fix: "Give a lesser role, or ask somebody whose own is as high.",
    details: { required_scopes: needed, missing_scopes: missing },
  });
}

export type Profile = {
  id: string;
  full_name: string;
  email: string | null;
  phone: string | null;
  job_title: string | null;
  department: string | null;
  avatar_url: string | null;
};

/** How a workspace sees its members: its own settings first, then the person's, then what the invitation said. */
export async function profilesOf(ctx: Ctx, ids: readonly string[]): Promise<Map<string, Profile>> {
  const rows = await ctx.db.raw(sql<Profile>`
    select m.id, coalesce(person.full_name, m.name) as full_name, coalesce(person.email, m.email) as email,
           coalesce(own.phone, person.phone, m.phone) as phone, coalesce(own.job_title, person.job_title) as job_title,
           coalesce(own.department, person.department) as department, person.avatar_url
      from members m
      left join people_behind(${ctx.workspaceId}, ${[...ids]}::uuid[]) person on person.member_id = m.id
      left join company_user_settings own on own.workspace_id = m.workspace_id and own.member_id = m.id
     where m.workspace_id = ${ctx.workspaceId} and m.id = any(${[...ids]}::uuid[])`);
  return new Map(rows.map((row) => [row.id, row]));
}

export type UserSettings = {
  phone: string | null;
  job_title: string | null;
  department: string | null;
  default_pipeline_id: string | null;
};

const noSettings: UserSettings = {
  phone: null,
  job_title: null,
  department: null,
  default_pipeline_id: null,
};

export async function settingsOfMember(ctx: Ctx, memberId: string): Promise<UserSettings> {
  const row = await ctx.db
    .from("company_user_settings")
    .select(["phone", "job_title", "department", "default_pipeline_id"])
    .where("member_id", "=", memberId)
    .executeTakeFirst();
  return row ?? noSettings;
}

/** Stores what was sent; the rest stays. Answers the settings before and after. The member must be locked. */
export async function storeMemberSettings(
  ctx: Ctx,
  memberId: string,
  changes: Partial<UserSettings>,
): Promise<{ before: UserSettings; after: UserSettings }> {
  const before = await settingsOfMember(ctx, memberId);
  const after = { ...before, ...changes };
  const values = { ...after, updated_at: ctx.now };
  await ctx.db
    .insert("company_user_settings", { member_id: memberId, ...values })
    .onConflict((conflict) => conflict.columns(["workspace_id", "member_id"]).doUpdateSet(values as never))
    .execute();
  return { before, after };
}
