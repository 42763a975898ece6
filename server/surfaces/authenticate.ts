import { decodeJwt, errors as joseErrors, jwtVerify } from "jose";
import type { JWTPayload } from "jose";
import type { Actor } from "../kernel/actor.ts";
import { anonymous } from "../kernel/actor.ts";
import { systemClock } from "../kernel/clock.ts";
import type { App } from "../kernel/app.ts";
import { notInForce } from "../kernel/credentials.ts";
import { forbidden, unauthorized } from "../kernel/errors.ts";
import type { AuthKind } from "../kernel/operation.ts";
import { agentActor, consentNeeded } from "../modules/calendar/capability/agent-actor.ts";
import type { AgentCall } from "../modules/calendar/capability/agent-actor.ts";
import { bearerIn } from "./callers.ts";
import { mustComeFromUs } from "../modules/workspace/sign-in/same-site.ts";
import { actorOf, signedIn, tokenInCookies } from "../modules/workspace/sign-in/sessions.ts";

/** What authentication needs to know of a request, whichever surface it came through. */
export type Incoming = {
  /** The URL the caller has signed. */
  url: string;
  /** Where the call comes from: who sends keys that are none is counted by it. */
  address: string;
  /** Where our own pages come from. */
  origins: readonly string[];
  header(name: string): string | undefined;
  form: Record<string, string> | undefined;
  rawBody: string | undefined;
  /** Whether the call changes something. */
  writes?: boolean;
};

const serviceTokenMaxSeconds = 300;

/** Answers who is calling, or throws the 401/403 of its kind. */
export async function authenticate(app: App, kind: AuthKind, request: Incoming): Promise<Actor> {
  switch (kind) {
    case "workspace-key":
      return workspaceActor(app, request);
    case "agent-token":
      return agentTokenActor(app, request);
    case "scoped-token":
      return keyActor(app, "private", bearerOf(request), request.address);
    case "service-jwt":
      return serviceActor(app, bearerOf(request));
    case "provider-signature":
      return providerActor(app, request);
    case "public":
      return anonymous;
  }
}

function bearerOf(request: Incoming): string | undefined {
  return bearerIn(request.header("authorization"));
}

/** A key, or the session of a signed-in browser. Who sends a key means the key. */
async function workspaceActor(app: App, request: Incoming): Promise<Actor> {
  const secret = bearerOf(request) ?? request.header("x-api-key");
  const token = secret === undefined ? tokenInCookies(request.header("cookie")) : undefined;
  const person = await signedIn(app, token, request.address);
  if (!person) return keyActor(app, "workspace", secret, request.address);
  if (request.writes) mustComeFromUs(request.header("origin"), request.origins);
  return actorOf(person);
}

/** What the business' own key may do, an agent may too, for the person who allowed it. */
async function agentTokenActor(app: App, request: Incoming): Promise<Actor> {
  const call: AgentCall = {
    url: request.url,
    address: request.address,
    bearer: bearerOf(request) ?? request.header("x-api-key"),
    body: request.rawBody,
  };
  try {
    return (await agentActor(app, call)) ?? (await workspaceActor(app, request));
  } catch (error) {
    throw consentNeeded(app, call, error);
  }
}

async function keyActor(
  app: App,
  kind: "workspace" | "private",
  secret: string | undefined,
  address: string,
): Promise<Actor> {
  const actor = secret ? await app.credentials.actorOf(secret, kind, address) : undefined;
  if (actor) return actor;
  throw unauthorized(secret ? notInForce : "No key came with the call.", {
    fix:
      kind === "private"
        ? "Send Authorization: Bearer <token> with a token of the private bookings API."
        : "Send Authorization: Bearer fd_live_… (or X-API-Key), or sign in at /sign-in.",
    headers: { "www-authenticate": "Bearer" },
  });
}

// What callers call the service they mean.
const audiences = ["frontdesk", "frontdesk-ai", "service", "ai", "ai-service", "dispatchbot-ai"];

function decoded(token: string): JWTPayload | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}

// Whoever signs tokens lives in real time. Where the simulator's clock has been moved ahead, theirs counts.
function tokenTime(app: App, token: string): Date {
  const now = app.clock.now();
  const expired = (decoded(token)?.exp ?? 0) * 1000 <= now.getTime();
  return expired && app.config.simulator ? systemClock.now() : now;
}

/** Service tokens are HS256, name us as whom they are meant for (aud), and live five minutes at most. */
async function serviceActor(app: App, token: string | undefined): Promise<Actor> {
  if (!token) throw unauthorized("A service token is needed.", { fix: "Send Authorization: Bearer <JWT>." });
  const now = tokenTime(app, token);
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(app.ports.secrets.serviceJwt), {
      algorithms: ["HS256"],
      audience: audiences,
      currentDate: now,
      requiredClaims: ["exp"],
    });
    const startedAt = payload.iat ?? now.getTime() / 1000;
    if ((payload.exp ?? 0) - Math.min(startedAt, now.getTime() / 1000) > serviceTokenMaxSeconds) {
      throw unauthorized("A service token may live five minutes at most.", {
        fix: "Sign a new one with an exp within five minutes of its iat.",
      });
    }
    return {
      kind: "service",
      id: String(payload.sub ?? payload.iss ?? "service"),
      name: "service",
      workspaceId: undefined,
      scopes: undefined,
      approvalLevel: "full",
      claims: payload,
    };
  } catch (error) {
    if (error instanceof joseErrors.JOSEError) {
      throw unauthorized(`The service token is not valid: ${error.message}`, {
        fix: 'Sign {aud: "frontdesk", exp: at most 5 minutes ahead} with HS256 and the installation\'s secret.',
      });
    }
    throw error;
  }
}

async function providerActor(app: App, request: Incoming): Promise<Actor> {
  const signature = request.header("x-twilio-signature");
  const valid = app.ports.telephony.verifyWebhook({
    url: request.url,
    signature,
    ...(request.form ? { form: request.form } : {}),
    ...(request.rawBody === undefined ? {} : { rawBody: request.rawBody }),
  });
  if (!valid) {
    throw forbidden("The signature does not match this request.", {
      fix: "Sign the exact URL (and body) with the account's auth token in X-Twilio-Signature.",
    });
  }
  return {
    kind: "provider",
    id: "twilio",
    name: "telephony provider",
    workspaceId: undefined,
    scopes: undefined,
    approvalLevel: "full",
  };
}
