/**
 * Connecting a Google calendar by signing in at Google: /start sends the browser there, /callback takes what it brings back.
 * Nothing is kept in between: the state is signed, names who asked and when, and is good only in the browser that began.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { App } from "../../../kernel/app.ts";
import { deriveKey } from "../../../kernel/derive-key.ts";
import { OperationError } from "../../../kernel/errors.ts";
import { isId } from "../../../kernel/ids.ts";
import { ProviderError } from "../../../providers/errors.ts";
import { escapeHtml, htmlPage, sendPage } from "../../../surfaces/html-page.ts";
import { one } from "../../../surfaces/http.ts";
import { actorOf, signedIn, tokenInCookies } from "../../workspace/sign-in/sessions.ts";
import type { SignedIn } from "../../workspace/sign-in/sessions.ts";
import { connectGoogle } from "./connect-google.ts";
import { toldOf } from "./failures.ts";

const path = "/oauth/google/calendar";
const cookieName = "frontdesk_calendar_consent";
const cookieForm = new RegExp(`(?:^|;)\\s*${cookieName}=([\\w-]+)`);
const secondsToConsent = 600;

export function addGoogleConsent(http: FastifyInstance, app: App): void {
  http.get(`${path}/start`, (request, reply) => guarded(reply, () => start(app, request, reply)));
  http.get(`${path}/callback`, (request, reply) => guarded(reply, () => callback(app, request, reply)));
}

type Query = FastifyRequest["query"];

async function guarded(reply: FastifyReply, work: () => Promise<FastifyReply>): Promise<FastifyReply> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProviderError) return refusal(reply, error.retryable ? 503 : 400, toldOf(error));
    if (error instanceof OperationError) return refusal(reply, error.status, error.message);
    throw error;
  }
}

async function start(app: App, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const person = await signedIn(app, tokenInCookies(one(request.headers.cookie)), request.ip);
  if (!person) return reply.redirect("/sign-in", 303);
  const nonce = randomBytes(24).toString("base64url");
  const expiresAt = Math.floor(app.clock.now().getTime() / 1000) + secondsToConsent;
  const memberId = valueIn(request.query, "member_id") ?? person.memberId;
  if (!isId(memberId)) return refusal(reply, 400, "member_id is not an id.");
  if (!mayConnect(person, memberId)) {
    return refusal(reply, 403, "Only administrators connect other people's calendars.");
  }
  const state = signState(app, [person.workspaceId, person.memberId, memberId, String(expiresAt), nonce]);
  const url = await app.ports.calendars.google.consentUrl?.({
    redirectUri: `${app.baseUrl}${path}/callback`,
    codeVerifier: verifierOf(app, nonce),
    state,
  });
  return reply.header("set-cookie", cookieOf(app, nonce, secondsToConsent)).redirect(String(url), 303);
}

async function callback(app: App, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  void reply.header("set-cookie", cookieOf(app, "", 0));
  const state = readState(app, valueIn(request.query, "state") ?? "");
  const begun = one(request.headers.cookie)?.match(cookieForm)?.[1];
  const person = await signedIn(app, tokenInCookies(one(request.headers.cookie)), request.ip);
  // Whoever could bring somebody else's consent along would have that person's calendar connected to their own desk.
  const isTheirs =
    state?.nonce === begun &&
    person?.workspaceId === state?.workspaceId &&
    person?.memberId === state?.askedBy;
  if (!state || !person || !isTheirs || !mayConnect(person, state.memberId)) {
    return refusal(reply, 400, "This link has expired, or was begun in another browser. Please begin again.");
  }
  const code = valueIn(request.query, "code");
  if (!code)
    return refusal(reply, 400, "Google was not allowed to share the calendar. Nothing was connected.");
  const { google } = app.ports.calendars;
  const credentials = await google.redeemConsent?.({
    redirectUri: `${app.baseUrl}${path}/callback`,
    codeVerifier: verifierOf(app, state.nonce),
    code,
  });
  if (!credentials) return refusal(reply, 503, "Google calendars cannot be connected here.");
  const calendars = await google.listCalendars(credentials);
  const calendar = calendars.find(({ isPrimary }) => isPrimary) ?? calendars[0];
  if (!calendar) return refusal(reply, 400, "This account has no calendar.");
  await app.inWorkspace(
    {
      workspaceId: person.workspaceId,
      actor: actorOf(person),
      operation: "connect_google_calendar",
      surface: "page",
      requestId: request.id,
    },
    (ctx) => connectGoogle(ctx, { memberId: state.memberId, calendar, credentials }),
  );
  const body = `<p>${escapeHtml(calendar.name)} is connected. <a href="/">Back to the desk</a></p>`;
  return sendPage(reply, 200, htmlPage("Calendar connected", body));
}

/** Their own, or as an administrator anybody's. */
function mayConnect(person: SignedIn, memberId: string): boolean {
  return person.memberId === memberId || actorOf(person).scopes?.has("company:write") === true;
}

function refusal(reply: FastifyReply, status: number, message: string): FastifyReply {
  const again = `<p><a href="${path}/start">Try again</a></p>`;
  return sendPage(reply, status, htmlPage("Calendar not connected", `<p>${escapeHtml(message)}</p>${again}`));
}

function valueIn(query: Query, name: string): string | undefined {
  const value = (query as Record<string, unknown>)[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** PKCE: 43 characters that only we can derive from the nonce. */
function verifierOf(app: App, nonce: string): string {
  return mac(app, `calendar consent verifier ${nonce}`);
}

function mac(app: App, text: string): string {
  const key = deriveKey(app.ports.secrets.sealing, "google consent");
  return createHmac("sha256", key).update(text).digest("base64url");
}

type State = { workspaceId: string; askedBy: string; memberId: string; nonce: string };

function signState(app: App, parts: string[]): string {
  const text = parts.join(".");
  return `${text}.${mac(app, `calendar consent state ${text}`)}`;
}

function readState(app: App, state: string): State | undefined {
  const at = state.lastIndexOf(".");
  const text = state.slice(0, Math.max(at, 0));
  const given = Buffer.from(state.slice(at + 1));
  const expected = Buffer.from(mac(app, `calendar consent state ${text}`));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const [workspaceId = "", askedBy = "", memberId = "", expiresAt = "", nonce = ""] = text.split(".");
  if (Number(expiresAt) * 1000 < app.clock.now().getTime()) return undefined;
  return { workspaceId, askedBy, memberId, nonce };
}

function cookieOf(app: App, value: string, seconds: number): string {
  const secure = app.baseUrl.startsWith("https://") ? "; Secure" : "";
  return `${cookieName}=${value}; Path=${path}; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure}`;
}
