/**
 * Who an agent speaks for, vouched for by an issuer the business trusts: an RS256 JWT. Its keys stand at
 * <issuer>/.well-known/aam-jwks.json; they are kept for a day and fetched again for a kid that is not among them, but
 * never more than once a minute, so that made-up kids send nobody anywhere.
 */
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors as joseErrors, jwtVerify } from "jose";
import type { JSONWebKeySet, JWTPayload } from "jose";
import type { Actor } from "../../../kernel/actor.ts";
import type { App } from "../../../kernel/app.ts";
import { unauthorized } from "../../../kernel/errors.ts";
import { Outbound } from "../../../kernel/outbound.ts";
import { isEmail } from "../../../emails.ts";
import { capabilityScopes } from "../../../scopes.ts";
import { shownAgentName } from "./consent/consent.ts";
import { knownProvider } from "./provider.ts";

const keptMs = 24 * 60 * 60 * 1000;
const triedAgainMs = 60 * 1000;
const fetchTimeoutMs = 5_000;
/** A credential for any host can be played back at ours by every host that ever saw it, so it may not be old. */
const anyHostSeconds = 60 * 60;
const clockToleranceSeconds = 30;

/** Whether a bearer is a JWT, and so no secret of ours. */
export function isJwt(bearer: string): boolean {
  return /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(bearer);
}

/** The agent behind a credential at one business, or the 401 that says what is wrong with it. */
export async function credentialActor(app: App, providerId: string, token: string): Promise<Actor> {
  const claimed = decoded(token);
  const provider = await knownProvider(app, providerId);
  const issuer = provider?.trustedIssuers.find((one) => withoutSlash(one) === withoutSlash(claimed.iss));
  if (!provider || issuer === undefined) throw refusal("its issuer is not one this business trusts");
  const payload = await verified(app, withoutSlash(issuer), token);
  const email = emailOf(payload);
  if (email === undefined) throw refusal("it names no verified e-mail address");
  const scopes = Array.isArray(payload["scopes"]) ? (payload["scopes"] as unknown[]) : [];
  return {
    kind: "agent",
    id: `${payload.iss ?? ""}#${payload.sub ?? ""}`,
    name: shownAgentName(payload["agent_vendor"]),
    workspaceId: provider.id,
    scopes: new Set(capabilityScopes.filter((scope) => scopes.includes(scope))),
    approvalLevel: "full",
    ratePerSecond: 10,
    claims: { email, ...(typeof payload["name"] === "string" ? { name: payload["name"] } : {}) },
  };
}

function decoded(token: string): { iss: string } {
  try {
    const { iss = "", sub = "" } = decodeJwt(token);
    if (iss.length <= 200 && sub.length <= 200 && sub !== "") return { iss };
  } catch {
    // Said below, in our words.
  }
  throw refusal("it is not complete");
}

async function verified(app: App, issuer: string, token: string): Promise<JWTPayload> {
  const { host, hostname, origin } = new URL(app.baseUrl);
  try {
    const keys = await keysOf(app, issuer, decodeProtectedHeader(token).kid);
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
      algorithms: ["RS256"],
      audience: [host, hostname, origin, "any"],
      requiredClaims: ["exp", "iat", "sub", "aud"],
      currentDate: app.clock.now(),
      clockTolerance: clockToleranceSeconds,
      ...([decodeJwt(token).aud].flat().includes("any") ? { maxTokenAge: anyHostSeconds } : {}),
    });
    return payload;
  } catch (error) {
    if (error instanceof joseErrors.JOSEError || error instanceof TypeError) throw refusal(error.message);
    throw error;
  }
}

function emailOf({ sub = "", ...claims }: JWTPayload): string | undefined {
  const email = typeof claims["email"] === "string" ? claims["email"] : sub;
  return claims["email_verified"] === true && isEmail(email) ? email.toLowerCase() : undefined;
}

type Kept = { keys: JSONWebKeySet | undefined; fetchedAt: number; triedAt: number; trying?: Promise<void> };
type Known = { outbound: Outbound; issuers: Map<string, Kept> };
const known = new WeakMap<App, Known>();

async function keysOf(app: App, issuer: string, kid: string | undefined): Promise<JSONWebKeySet> {
  let here = known.get(app);
  if (!here) {
    known.set(app, (here = { outbound: new Outbound(app.config.allowPrivateWebhooks), issuers: new Map() }));
  }
  let kept = here.issuers.get(issuer);
  if (!kept) here.issuers.set(issuer, (kept = { keys: undefined, fetchedAt: 0, triedAt: 0 }));
  const now = app.clock.now().getTime();
  const isStale = kept.fetchedAt + keptMs <= now || !kept.keys?.keys.some((key) => key.kid === kid);
  if (isStale && kept.triedAt + triedAgainMs <= now) {
    kept.triedAt = now;
    kept.trying = refetch(here.outbound, issuer, kept, now);
  }
  await kept.trying;
  if (kept.keys && kept.fetchedAt + keptMs > now) return kept.keys;
  throw refusal("its issuer's keys cannot be fetched");
}

async function refetch(outbound: Outbound, issuer: string, kept: Kept, now: number): Promise<void> {
  const { answer } = await outbound.send({
    method: "GET",
    url: `${issuer}/.well-known/aam-jwks.json`,
    headers: { accept: "application/json" },
    timeoutMs: fetchTimeoutMs,
  });
  const keys = answer?.status === 200 ? keySetIn(answer.text) : undefined;
  if (keys) Object.assign(kept, { keys, fetchedAt: now });
}

function keySetIn(text: string): JSONWebKeySet | undefined {
  try {
    const { keys } = JSON.parse(text) as Partial<JSONWebKeySet>;
    return Array.isArray(keys)
      ? { keys: keys.filter((key) => typeof key === "object" && key !== null) }
      : undefined;
  } catch {
    return undefined;
  }
}

function withoutSlash(url: string): string {
  return url.replace(/(?<!\/)\/+$/, "");
}

function refusal(why: string) {
  return unauthorized(`The identity credential is not accepted: ${why}.`, {
    fix: "Ask the customer for consent again and send the credential that comes of it.",
  });
}
