/** The pages to sign in, change workspace and sign out. They work without scripts; the session is in the cookie alone. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { App } from "../../../../kernel/app.ts";
import { OperationError } from "../../../../kernel/errors.ts";
import { sendPage } from "../../../../surfaces/html-page.ts";
import { mustComeFromOurPages, one } from "../../../../surfaces/http.ts";
import { formOf } from "../../../../surfaces/bodies.ts";
import { countAttempt, forgiveAttempt } from "../attempts.ts";
import type { Attempt } from "../attempts.ts";
import { deviceCookie, knownBrowser } from "../known-browsers.ts";
import { verifyPassword } from "../passwords.ts";
import { membershipsOf, personByEmail, personById } from "../people.store.ts";
import type { Membership, Person } from "../people.store.ts";
import { closeSession, openSession, sessionCookie, signedIn, tokenInCookies } from "../sessions.ts";
import { signInPage, signedInPage } from "./sign-in-page.ts";

type Page = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

export function addSignInPages(http: FastifyInstance, app: App): void {
  http.get("/sign-in", (request, reply) => show(app, request, reply));
  http.post(
    "/sign-in",
    ownPagesOnly(app, (request, reply) => signIn(app, request, reply)),
  );
  http.post(
    "/sign-in/workspace",
    ownPagesOnly(app, (request, reply) => changeWorkspace(app, request, reply)),
  );
  http.post(
    "/sign-out",
    ownPagesOnly(app, (request, reply) => signOut(app, request, reply)),
  );
}

/** A page that changes something takes it from our own pages only; what it refuses is shown as a page. */
export function ownPagesOnly(app: App, page: Page): Page {
  return async (request, reply) => {
    try {
      mustComeFromOurPages(app, request);
      return await page(request, reply);
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      void reply.headers(error.headers ?? {});
      const notice = `${error.message} ${error.fix}`;
      return sendPage(reply, error.status, signInPage({ notice }));
    }
  };
}

export function tokenOf(request: FastifyRequest): string | undefined {
  return tokenInCookies(one(request.headers.cookie));
}

async function show(app: App, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const person = await signedIn(app, tokenOf(request), request.ip);
  const { next } = request.query as { next?: unknown };
  if (!person) return sendPage(reply, 200, signInPage({ next: localPath(next) }));
  return sendPage(reply, 200, signedInPage(person, await membershipsOf(app, person.userId)));
}

async function signIn(app: App, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { email = "", password = "", next } = formOf(request);
  const person = await personWith(app, request, email, password);
  const form = { email: email.slice(0, 320), next: localPath(next) };
  if (!person) {
    const notice = "The e-mail address or the password is not right.";
    return sendPage(reply, 401, signInPage({ ...form, notice }));
  }
  return enterAs(app, request, reply, person, form);
}

/** Opens a session for a person where they were last; who belongs nowhere is told so. */
export async function enterAs(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  person: Person,
  form: { email?: string; next?: string } = {},
): Promise<FastifyReply> {
  const memberships = await membershipsOf(app, person.id);
  const place = memberships.find((one) => one.workspaceId === person.last_workspace_id) ?? memberships[0];
  if (!place) {
    const notice = "Your account belongs to no workspace. Ask an administrator to invite you.";
    return sendPage(reply, 403, signInPage({ ...form, notice }));
  }
  return enter(app, request, reply, { userId: person.id, place, next: form.next ?? "" });
}

/**
 * Returns the person whose address and password these are. Each try counts, and an unknown address takes as long as a known one.
 * A browser this person has signed in with before is counted for itself, whatever others have tried meanwhile.
 */
export async function personWith(
  app: App,
  request: FastifyRequest,
  email: string,
  password: string,
): Promise<Person | undefined> {
  const known = knownBrowser(app, one(request.headers.cookie));
  const owner = known && (await personById(app, known.userId));
  const isTheirs = owner?.email.toLowerCase() === email.trim().toLowerCase();
  const device = isTheirs ? known?.device : undefined;
  const attempt: Attempt = { address: request.ip, account: email, purpose: "to sign in", device };
  await countAttempt(app, attempt);
  const person = email.includes("\0") ? undefined : await personByEmail(app, email);
  const right = await verifyPassword(password, person?.hash ?? undefined);
  if (!right || person?.status !== "active") return undefined;
  await forgiveAttempt(app, attempt);
  return person;
}

/** Opens a session under a new token, whatever was there before, and goes on to `next`. */
export async function enter(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  to: { userId: string; place: Pick<Membership, "memberId" | "workspaceId">; next?: string },
): Promise<FastifyReply> {
  const { memberId, workspaceId } = to.place;
  const old = tokenOf(request);
  if (old) await closeSession(app, old);
  const token = await openSession(app, { userId: to.userId, memberId, workspaceId });
  return reply
    .header("set-cookie", [sessionCookie(app, token), deviceCookie(app, to.userId)])
    .header("cache-control", "no-store")
    .redirect(to.next || "/", 303);
}

async function changeWorkspace(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const person = await signedIn(app, tokenOf(request), request.ip);
  if (!person) return sendPage(reply, 401, signInPage({ notice: "Sign in first." }));
  const memberships = await membershipsOf(app, person.userId);
  const place = memberships.find((one) => one.workspaceId === formOf(request)["workspace_id"]);
  if (!place) return sendPage(reply, 404, signedInPage(person, memberships));
  return enter(app, request, reply, { userId: person.userId, place });
}

async function signOut(app: App, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const token = tokenOf(request);
  if (token) await closeSession(app, token);
  return reply.header("set-cookie", sessionCookie(app, undefined)).redirect("/sign-in", 303);
}

// Only a path of ours: "//elsewhere" and "/\elsewhere" are other sites to a browser.
export function localPath(next: unknown): string {
  return typeof next === "string" && /^\/(?![/\\])[\w\-./?=&%]*$/.test(next) ? next : "";
}
