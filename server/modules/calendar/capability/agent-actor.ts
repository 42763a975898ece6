/** How a write reaches a business: with its own key, with what a person allowed, or with a credential it trusts. */
import type { Actor } from "../../../kernel/actor.ts";
import type { App } from "../../../kernel/app.ts";
import { notInForce } from "../../../kernel/credentials.ts";
import { OperationError, unauthorized } from "../../../kernel/errors.ts";
import { hashOfToken } from "../../workspace/sign-in/tokens.ts";
import { shownAgentName } from "./consent/consent.ts";
import { credentialActor, isJwt } from "./identity-credential.ts";

/** What the authenticator knows of the call. */
export type AgentCall = {
  url: string;
  address: string;
  bearer: string | undefined;
  body: string | undefined;
};

/** The agent's actor; undefined where the bearer is none of an agent's and may be the business' own key. */
export async function agentActor(app: App, { url, address, bearer }: AgentCall): Promise<Actor | undefined> {
  if (bearer === undefined) return undefined;
  if (isJwt(bearer)) {
    const lookUp = () => credentialActor(app, providerIn(url), bearer);
    return app.credentials.lookUps.spend(address, hashOfToken(bearer), lookUp, () => true);
  }
  const known = await app.credentials.actorOf(bearer, "consent", address);
  // Another node may have taken it back a moment ago, so what is remembered of a person's word is looked up again.
  return known?.workspaceId ? app.credentials.actorById(known.workspaceId, known.id) : undefined;
}

/**
 * The 401 of a write nobody has allowed yet: where the person says yes. It is the same for a business that exists and one that
 * does not.
 */
export function consentNeeded(app: App, { url, bearer, body }: AgentCall, error: unknown): unknown {
  if (!(error instanceof OperationError) || error.status !== 401) return error;
  const message =
    bearer === undefined
      ? "The person you act for has to allow this first: show them consent_url."
      : againAsking(error.message);
  return consentWanted(app, { providerId: providerIn(url), agentName: vendorIn(body), message });
}

function againAsking(why: string): string {
  return `${why} Ask the person you act for again: show them consent_url.`;
}

/** The same for an agent whose token was in force when the call came in, and was taken back before it was done. */
export function consentEnded(app: App, providerId: string, agentName: string): OperationError {
  return consentWanted(app, { providerId, agentName, message: againAsking(notInForce) });
}

function consentWanted(
  app: App,
  { providerId, agentName, message }: { providerId: string; agentName: string; message: string },
): OperationError {
  const aam = `${app.baseUrl}/providers/${encodeURIComponent(providerId)}/aam`;
  const query = new URLSearchParams({ agent: agentName, scope: "scheduling.read scheduling.write" });
  return unauthorized(message, {
    fix: "Show the person consent_url, and POST the code they read to you to token_url.",
    headers: { "www-authenticate": "Bearer" },
    details: { consent_url: `${aam}/consent?${query.toString()}`, token_url: `${aam}/token` },
  });
}

function providerIn(url: string): string {
  const found = /^\/providers\/([^/]+)\//.exec(new URL(url).pathname)?.[1] ?? "";
  try {
    return decodeURIComponent(found).slice(0, 200);
  } catch {
    return "";
  }
}

function vendorIn(body: string | undefined): string {
  try {
    return shownAgentName((JSON.parse(body ?? "{}") as { agent_vendor?: unknown } | null)?.agent_vendor);
  } catch {
    return shownAgentName(undefined);
  }
}
