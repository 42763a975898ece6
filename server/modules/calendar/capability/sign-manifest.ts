import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { FlattenedSign } from "jose";
import type { App } from "../../../kernel/app.ts";
import { signingKey } from "./manifest-keys.ts";

export type Signature = { alg: "RS256"; kid: string; jws: string };

/**
 * The manifest with its signature: a JWS whose payload is left out (RFC 7515, appendix F) and is the SHA-256, 32 bytes, of
 * the manifest without `aam_signature` in its canonical form (RFC 8785). docs/agents.md shows how to check it.
 */
export async function signManifest(
  app: App,
  body: Record<string, unknown>,
): Promise<Record<string, unknown> & { aam_signature: Signature }> {
  const { kid, key } = await signingKey(app);
  const digest = createHash("sha256").update(canonical(body)).digest();
  const signed = await new FlattenedSign(digest).setProtectedHeader({ alg: "RS256", kid }).sign(key);
  return {
    ...body,
    aam_signature: { alg: "RS256", kid, jws: `${signed.protected ?? ""}..${signed.signature}` },
  };
}

// undefined and dates do not exist in JSON: what is signed is what is sent.
function canonical(body: Record<string, unknown>): string {
  return canonicalize(JSON.parse(JSON.stringify(body))) ?? "";
}
