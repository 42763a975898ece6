/**
 * Checks an agent manifest as a stranger would, with nothing but the address it stands at:
 *
 *   node scripts/verify-manifest.ts <url of agent-actions.json>
 */
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { createLocalJWKSet, flattenedVerify } from "jose";
import type { JSONWebKeySet } from "jose";

export const keysPath = "/.well-known/aam-manifest-jwks.json";

export type Manifest = Record<string, unknown> & {
  expires_at: string;
  site: { domain: string };
  aam_signature: { alg: string; kid: string; jws: string };
};

/** Throws what is wrong with the manifest; `keys` come from the place the manifest came from, never from the manifest. */
export async function verifyManifest(
  manifest: Manifest,
  keys: JSONWebKeySet,
  { url, now }: { url: string; now: Date },
): Promise<void> {
  const { aam_signature: signature, ...body } = manifest;
  const [header = "", payload, mark = "", ...more] = signature.jws.split(".");
  if (payload !== "" || more.length > 0) throw new Error("the signature is not detached");
  const digest = createHash("sha256")
    .update(canonicalize(body) ?? "")
    .digest("base64url");
  const jws = { protected: header, payload: digest, signature: mark };
  const { protectedHeader } = await flattenedVerify(jws, createLocalJWKSet(keys), { algorithms: ["RS256"] });
  if (protectedHeader?.kid !== signature.kid) throw new Error("kid says something else than what is signed");
  if (new Date(manifest.expires_at) <= now) throw new Error("the manifest is over");
  if (new URL(url).hostname !== manifest.site.domain) {
    throw new Error(`the manifest is for ${manifest.site.domain}`);
  }
}

async function main(url: string | undefined): Promise<void> {
  if (url === undefined)
    throw new Error("usage: node scripts/verify-manifest.ts <url of agent-actions.json>");
  const [manifest, keys] = await Promise.all(
    [url, new URL(keysPath, url).href].map(async (one) => (await fetch(one)).json() as Promise<unknown>),
  );
  await verifyManifest(manifest as Manifest, keys as JSONWebKeySet, { url, now: new Date() });
  console.log(`signed by ${(manifest as Manifest).aam_signature.kid}`);
}

if (import.meta.main) {
  await main(process.argv[2]).catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
