/** Invitations: a member who has not joined yet, and a link that lets one person become that member, once. */
import { isEmail } from "../../../emails.ts";
import { dictionary } from "../../../kernel/dictionary.ts";
import type { App } from "../../../kernel/app.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { conflict } from "../../../kernel/errors.ts";
import { recordUpdated } from "../../../kernel/lifecycle.ts";
import { isMakerThere, setUpBy } from "../../../makers.ts";
import { formatDate, formatTime } from "../../calendar/slots/wall-clock.ts";
import { zoneName } from "../../calendar/slots/zone-words.ts";
import { queueEmail } from "../../messaging/email/queue-email.ts";
import { workspaceOf } from "../settings/settings.ts";
import { hashOfToken, newToken } from "../sign-in/tokens.ts";
import type { Member } from "./member.ts";
import { lockMember } from "./members.store.ts";

const invitationMs = 7 * 24 * 60 * 60 * 1000;

const roleWords: Record<string, string> = dictionary({
  client_admin: "an administrator",
  client_editor: "an editor",
  client_viewer: "a viewer",
});

/** Mails a link to join; the links sent before stop working. */
export async function sendInvitation(ctx: Ctx, member: Member): Promise<void> {
  const token = newToken();
  const expiresAt = new Date(ctx.now.getTime() + invitationMs);
  await ctx.db.remove("member_invitations").where("member_id", "=", member.id).execute();
  await ctx.db
    .insert("member_invitations", {
      member_id: member.id,
      token_hash: hashOfToken(token),
      expires_at: expiresAt,
      created_at: ctx.now,
      ...setUpBy(ctx),
    })
    .execute();
  const { name: company, timeZone } = await workspaceOf(ctx);
  await queueEmail(ctx, {
    emailType: "invitation",
    secrets: [token],
    to: member.email ?? "",
    toName: member.name,
    subject: `Your invitation to ${company}`,
    // Who was given no name yet goes by their address.
    text: `${isEmail(member.name) ? "Hello," : `Hello ${member.name},`}

${invitingWords(ctx, member, company)}

Open this link to join:
${ctx.app.baseUrl}/join/${token}

The link is for you alone. It works once, until ${formatDate(expiresAt.getTime(), timeZone)}, ${formatTime(expiresAt.getTime(), timeZone)} (${zoneName(timeZone)}).

If you did not expect this mail, you can ignore it: nobody joins without the link.`,
  });
}

/** Ends the links that these members and keys sent, who are gone; answers how many those were. Others can invite anew. */
export async function takeBackInvitationsOf(ctx: Ctx, makers: readonly string[]): Promise<number> {
  const gone = await ctx.db
    .remove("member_invitations")
    .where("set_up_by", "in", [...makers])
    .returning("member_id")
    .execute();
  for (const { member_id: id } of gone) {
    ctx.changed({
      noun: "user",
      id,
      action: "access_ended",
      before: { invitations: 1 },
      after: { invitations: 0 },
    });
  }
  return gone.length;
}

// A key is nobody to be invited by; the business would invite people into itself.
function invitingWords({ actor }: Ctx, { role }: Member, company: string): string {
  const as = roleWords[role] ?? "a member of the team";
  return actor.kind === "user"
    ? `${actor.name} has invited you to the front desk of ${company}, as ${as}.`
    : `You are invited to the front desk of ${company}, as ${as}.`;
}

export type Invitation = {
  workspaceId: string;
  memberId: string;
  company: string;
  email: string;
  name: string;
  expired: boolean;
};

/** What a link is for; undefined when it was used, replaced, taken back or never given. */
export async function invitationOf(app: App, token: string): Promise<Invitation | undefined> {
  const row = await app.database.system("authenticate", (kysely) =>
    kysely
      .selectFrom("member_invitations as invitation")
      .innerJoin("members as member", (join) =>
        join
          .onRef("member.workspace_id", "=", "invitation.workspace_id")
          .onRef("member.id", "=", "invitation.member_id"),
      )
      .innerJoin("workspaces as workspace", "workspace.id", "invitation.workspace_id")
      .select(["invitation.workspace_id", "invitation.member_id", "invitation.expires_at"])
      .select(["member.email", "member.name", "workspace.name as company"])
      .where("invitation.token_hash", "=", hashOfToken(token))
      .where("member.status", "=", "invited")
      .executeTakeFirst(),
  );
  if (!row) return undefined;
  return {
    workspaceId: row.workspace_id,
    memberId: row.member_id,
    company: row.company,
    email: row.email ?? "",
    name: row.name,
    expired: row.expires_at <= app.clock.now(),
  };
}

/** Makes a person the invited member. The link is used up; of two at once, one joins and the other gets the 409. */
export async function acceptInvitation(
  app: App,
  { workspaceId, memberId }: Invitation,
  token: string,
  person: { id: string; full_name: string },
  requestId: string,
): Promise<void> {
  const actor = {
    kind: "user" as const,
    id: memberId,
    name: person.full_name,
    workspaceId,
    scopes: undefined,
    approvalLevel: "full" as const,
  };
  await app.inWorkspace(
    { workspaceId, actor, operation: "accept_invitation", surface: "page", requestId },
    async (ctx) => {
      const before = await lockMember(ctx, memberId);
      const used = await ctx.db
        .remove("member_invitations")
        .where("member_id", "=", memberId)
        .where("token_hash", "=", hashOfToken(token))
        .where("expires_at", ">", ctx.now)
        .returning(["member_id", "set_up_by_kind", "set_up_by"])
        .executeTakeFirst();
      if (!before || !used)
        throw conflict("This invitation was used or replaced just now.", {
          fix: "Open the newest invitation, or ask for another one.",
        });
      if (!(await isMakerThere(ctx, used))) {
        throw conflict("Whoever sent this invitation is not with the company any more.", {
          fix: "Ask the company for another one.",
        });
      }
      const twice = await ctx.db
        .from("members")
        .select("id")
        .where("user_id", "=", person.id)
        .where("status", "<>", "removed")
        .executeTakeFirst();
      if (twice)
        throw conflict("You belong to this workspace already.", { fix: "Sign in with your own address." });
      const after = await ctx.db
        .update("members")
        .set({
          user_id: person.id,
          status: "active",
          name: person.full_name,
          is_staff: true,
          joined_at: ctx.now,
        } as never)
        .where("id", "=", memberId)
        .returningAll()
        .executeTakeFirstOrThrow();
      recordUpdated(ctx, "user", before, after);
    },
  );
}
