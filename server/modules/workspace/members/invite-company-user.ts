import { sql } from "kysely";
import { Type } from "typebox";
import { isEmail } from "../../../emails.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { newId } from "../../../kernel/ids.ts";
import { recordCreated, recordUpdated } from "../../../kernel/lifecycle.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { presentMembers } from "./company-users.ts";
import { sendInvitation } from "./invitations.ts";
import { CompanyUserRecord, Role, alreadyMember } from "./member.ts";
import type { Member } from "./member.ts";
import { mustCoverRole } from "./members.store.ts";

export const inviteCompanyUser = operation({
  name: "invite_company_user",
  surface: workspaceApi,
  section: "Company",
  route: "POST /company/users/invite",
  scopes: ["users:write"],
  effect: "write",
  status: 201,
  noun: "user",
  summary: "Invite somebody to the workspace by e-mail.",
  description:
    "Nobody gives a role above their own: it takes every scope the role has. The mail has a link that works once, for seven days. Inviting the same address again sends a new link, with the role sent now; the one before stops working.",
  input: Type.Object(
    {
      email: Type.String({ minLength: 1, maxLength: 320 }),
      role: Role("client_admin, client_editor or client_viewer."),
      full_name: Type.Optional(Type.String({ maxLength: 200, description: "How the mail addresses them." })),
    },
    { additionalProperties: false },
  ),
  output: CompanyUserRecord,
  errors: [alreadyMember],
  example: { input: { email: "jo@example.com", role: "client_editor", full_name: "Jo Smith" } },
  async run(ctx, { email: written, role, full_name: fullName }) {
    const email = written.trim().toLowerCase();
    if (!isEmail(email))
      throw invalidField("email", "is not an e-mail address", "Send it like ann@example.com.");
    mustCoverRole(ctx, role);
    const name = fullName?.trim() || undefined;
    const before = await lockMemberByEmail(ctx, email);
    if (before?.status === "active") {
      throw alreadyMember(`${email} is an active member of this workspace.`, {
        fix: "To change what they may do, update their role.",
        details: { user_id: before.id },
      });
    }
    const member = before
      ? await renew(ctx, before, { role, name })
      : await invite(ctx, { email, role, name });
    await sendInvitation(ctx, member);
    const [shown] = await presentMembers(ctx, [member]);
    return shown as never;
  },
});

function lockMemberByEmail(ctx: Ctx, email: string): Promise<Member | undefined> {
  return ctx.db
    .from("members")
    .selectAll()
    .where(sql<boolean>`lower(email) = ${email}`)
    .where("status", "<>", "removed")
    .forUpdate()
    .executeTakeFirst();
}

// Not on the staff until they have joined: nobody books a job with somebody who may never come.
async function invite(
  ctx: Ctx,
  { email, role, name }: { email: string; role: string; name: string | undefined },
): Promise<Member> {
  const row = await ctx.db
    .insert("members", {
      id: newId(ctx.now),
      name: name ?? email,
      email,
      phone: null,
      role,
      status: "invited",
      is_staff: false,
      created_at: ctx.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  recordCreated(ctx, "user", row);
  return row;
}

async function renew(
  ctx: Ctx,
  before: Member,
  { role, name }: { role: string; name: string | undefined },
): Promise<Member> {
  const after = await ctx.db
    .update("members")
    .set({ role, ...(name === undefined ? {} : { name }) } as never)
    .where("id", "=", before.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  recordUpdated(ctx, "user", before, after);
  return after;
}
