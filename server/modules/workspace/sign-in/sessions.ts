/**
 * Signed-in browsers. A session belongs to one person and acts in one workspace, with the scopes of the person's role
 * there. It is looked up for every call, so a changed role, a removal or a sign-out counts at once, on every node.
 */
import type { Actor } from "../../../kernel/actor.ts";
import type { App } from "../../../kernel/app.ts";
import { newId } from "../../../kernel/ids.ts";
import { scopesOfRole } from "../../../scopes.ts";
import { hashOfToken, newToken } from "./tokens.ts";

export type SignedIn = {
  sessionId: string;
  userId: string;
  memberId: string;
  workspaceId: string;
  name: string;
  email: string;
  role: string;
};

/** How long a session lives after it was last used. */
const sessionMs = 30 * 24 * 60 * 60 * 1000;
/** Writing the last use for every call would cost a write each; to the hour is enough. */
const noteUseEveryMs = 60 * 60 * 1000;

const cookieName = "frontdesk_session";
/** As long as browsers keep any cookie: when a session is over is decided here, not there. */
const cookieSeconds = 400 * 24 * 60 * 60;
const cookieForm = new RegExp(`(?:^|;)\\s*${cookieName}=([\\w-]{43})\\s*(?:;|$)`);

/** The token in a request's Cookie header. */
export function tokenInCookies(header: string | undefined): string | undefined {
  return header?.match(cookieForm)?.[1];
}

/** The Set-Cookie header that gives a browser this token, or takes it away. */
export function sessionCookie(app: App, token: string | undefined): string {
  const secure = app.config.publicUrl?.startsWith("https://") ? "; Secure" : "";
  const maxAge = token === undefined ? 0 : cookieSeconds;
  return `${cookieName}=${token ?? ""}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure}`;
}

/** Opens a session for a member and answers its token, which is stored nowhere. */
export async function openSession(
  app: App,
  { userId, memberId, workspaceId }: { userId: string; memberId: string; workspaceId: string },
): Promise<string> {
  const token = newToken();
  const now = app.clock.now();
  await app.database.system("authenticate", async (kysely) => {
    await kysely
      .insertInto("user_sessions")
      .values({
        workspace_id: workspaceId,
        id: newId(now),
        user_id: userId,
        member_id: memberId,
        token_hash: hashOfToken(token),
        created_at: now,
        last_seen_at: now,
        expires_at: new Date(now.getTime() + sessionMs),
      })
      .execute();
    await kysely
      .updateTable("users")
      .set({ last_workspace_id: workspaceId })
      .where("id", "=", userId)
      .execute();
  });
  return token;
}

export async function closeSession(app: App, token: string): Promise<void> {
  await app.database.system("authenticate", (kysely) =>
    kysely.deleteFrom("user_sessions").where("token_hash", "=", hashOfToken(token)).execute(),
  );
}

/**
 * Who is signed in with this token, or undefined: unknown, expired, ended and removed look the same. Throws a 429 when too many
 * tokens from this address were unknown.
 */
export async function signedIn(
  app: App,
  token: string | undefined,
  address: string,
): Promise<SignedIn | undefined> {
  if (token === undefined) return undefined;
  const isGood = (person: SignedIn | undefined) => person !== undefined;
  return app.credentials.lookUps.spend(address, hashOfToken(token), () => lookUp(app, token), isGood);
}

function lookUp(app: App, token: string): Promise<SignedIn | undefined> {
  const now = app.clock.now();
  return app.database.system("authenticate", async (kysely) => {
    const row = await kysely
      .selectFrom("user_sessions as session")
      .innerJoin("members as member", (join) =>
        join
          .onRef("member.workspace_id", "=", "session.workspace_id")
          .onRef("member.id", "=", "session.member_id"),
      )
      .innerJoin("users as person", "person.id", "session.user_id")
      .select(["session.id", "session.user_id", "session.member_id", "session.workspace_id"])
      .select(["session.last_seen_at", "member.name", "member.role", "person.email"])
      .where("session.token_hash", "=", hashOfToken(token))
      .where("session.expires_at", ">", now)
      .where("member.status", "=", "active")
      .where("person.status", "=", "active")
      .executeTakeFirst();
    if (!row) return undefined;
    if (now.getTime() - row.last_seen_at.getTime() >= noteUseEveryMs) {
      await kysely
        .updateTable("user_sessions")
        .set({ last_seen_at: now, expires_at: new Date(now.getTime() + sessionMs) })
        .where("workspace_id", "=", row.workspace_id)
        .where("id", "=", row.id)
        .execute();
    }
    const { id: sessionId, user_id: userId, member_id: memberId, workspace_id: workspaceId } = row;
    return { sessionId, userId, memberId, workspaceId, name: row.name, email: row.email, role: row.role };
  });
}

/** A signed-in person as an actor: what they may do is what their role says. */
export function actorOf({ memberId, name, workspaceId, role }: SignedIn): Actor {
  return {
    kind: "user",
    id: memberId,
    name,
    workspaceId,
    scopes: scopesOfRole(role),
    approvalLevel: role === "client_viewer" ? "read-only" : "full",
  };
}
