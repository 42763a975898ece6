/** Links that sign somebody in: mailed to the account's own address, once, for a quarter of an hour. */
import type { App } from "../../../kernel/app.ts";
import { systemActor } from "../../../kernel/actor.ts";
import { queueEmail } from "../../messaging/email/queue-email.ts";
import { membershipsOf, personByEmail } from "./people.store.ts";
import { hashOfToken, newToken } from "./tokens.ts";

const linkMs = 15 * 60 * 1000;
const linkForm = /^([0-9a-f-]{36})\.[\w-]{43}$/;

/** Mails a link to whoever has an account with this address; nobody else is mailed, and nobody is told which it was. */
export async function mailLink(app: App, email: string, requestId: string): Promise<void> {
  const person = email.includes("\0") ? undefined : await personByEmail(app, email);
  if (person?.status !== "active") return;
  const memberships = await membershipsOf(app, person.id);
  const place = memberships.find((one) => one.workspaceId === person.last_workspace_id) ?? memberships[0];
  if (!place) return;
  const link = `${person.id}.${newToken()}`;
  const now = app.clock.now();
  await app.database.system("authenticate", (kysely) =>
    kysely
      .insertInto("sign_in_attempts")
      .values({ subject: subjectOf(link), count: 0, started_at: now })
      .execute(),
  );
  const { workspaceId, company } = place;
  const actor = systemActor(workspaceId, "sign-in");
  const occasion = { workspaceId, actor, operation: "mail_sign_in_link", surface: "page", requestId };
  await app.inWorkspace(occasion, (ctx) =>
    queueEmail(ctx, {
      emailType: "sign_in_link",
      secrets: [link],
      to: person.email,
      toName: person.full_name,
      subject: `Your link to sign in to ${company}`,
      text: `Follow this link to sign in:
${app.baseUrl}/sign-in/link/${link}

It works once, for fifteen minutes. If you did not ask for it, do nothing: nobody is signed in without it.`,
    }),
  );
}

/** Uses a link up and returns whose it is; undefined when it is unknown, used or over. Of two at once, one is let in. */
export async function useLink(app: App, link: string): Promise<string | undefined> {
  const userId = linkForm.exec(link)?.[1];
  if (userId === undefined) return undefined;
  const used = await app.database.system("authenticate", (kysely) =>
    kysely
      .updateTable("sign_in_attempts")
      .set({ count: 1 })
      .where("subject", "=", subjectOf(link))
      .where("count", "=", 0)
      .where("started_at", ">", new Date(app.clock.now().getTime() - linkMs))
      .returning("subject")
      .executeTakeFirst(),
  );
  return used && userId;
}

function subjectOf(link: string): string {
  return `link ${hashOfToken(link)}`;
}
