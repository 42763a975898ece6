/**
 * The RSA keys that sign this installation's manifests. The first is made when it is first needed and shared by all
 * nodes; private parts never leave the installation's own table. A new key is published before it signs anything, and
 * an old one stays published while somebody may still hold a manifest it signed.
 */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from "jose";
import type { CryptoKey, JWK } from "jose";
import type { App } from "../../../kernel/app.ts";
import type { Database } from "../../../kernel/database.ts";

type StoredKey = { kid: string; created_at: string; private_jwk: JWK };

export type SigningKey = { kid: string; key: CryptoKey };

const row = "manifest_keys";
const rememberedMs = 60_000;
/** Longer than any node remembers its list, so that nobody meets a signature whose key is nowhere to be found. */
const publishedAheadMs = 2 * rememberedMs;
const publishedAfterMs = 30 * 24 * 60 * 60 * 1000;

type Remembered = { keys: readonly StoredKey[]; until: number; imported: Map<string, CryptoKey> };
const remembered = new WeakMap<App, Remembered>();

/** The key that signs now. */
export async function signingKey(app: App): Promise<SigningKey> {
  const { keys, imported } = await keysOf(app);
  const ready = app.clock.now().getTime() - publishedAheadMs;
  const chosen = keys.findLast((one) => Date.parse(one.created_at) <= ready) ?? keys[0];
  if (!chosen) throw new Error("there is no key to sign manifests with");
  let key = imported.get(chosen.kid);
  if (!key) {
    key = (await importJWK(chosen.private_jwk, "RS256")) as CryptoKey;
    imported.set(chosen.kid, key);
  }
  return { kid: chosen.kid, key };
}

/** The public keys as a JWKS, newest first. */
export async function publishedKeys(app: App): Promise<{ keys: JWK[] }> {
  const { keys } = await keysOf(app);
  return { keys: keys.map(publicPart).reverse() };
}

/** Makes the key that signs from now on and lets go of those nobody needs any more. Answers its kid. */
export async function rotateManifestKey(database: Database, now: Date): Promise<string> {
  const fresh = await newKey(now);
  await database.system("installation", async (kysely) => {
    const stored = await kysely
      .selectFrom("installation")
      .select("value")
      .where("name", "=", row)
      .forUpdate()
      .executeTakeFirst();
    const keys = [...(stored ? stillPublished(parse(stored.value), now) : []), fresh];
    await kysely
      .insertInto("installation")
      .values({ name: row, value: JSON.stringify(keys) })
      .onConflict((conflict) => conflict.column("name").doUpdateSet({ value: JSON.stringify(keys) }))
      .execute();
  });
  return fresh.kid;
}

async function keysOf(app: App): Promise<Remembered> {
  const now = app.clock.now().getTime();
  const known = remembered.get(app);
  if (known && known.until > now && known.until <= now + rememberedMs) return known;
  const keys = stillPublished((await read(app.database)) ?? (await makeFirst(app)), app.clock.now());
  const fresh = {
    keys,
    until: now + rememberedMs,
    imported: known?.imported ?? new Map<string, CryptoKey>(),
  };
  remembered.set(app, fresh);
  return fresh;
}

// A key is over once its successor has been signing for longer than anybody keeps a manifest.
function stillPublished(keys: readonly StoredKey[], now: Date): StoredKey[] {
  return keys.filter((_key, index) => {
    const successor = keys[index + 1];
    return !successor || Date.parse(successor.created_at) > now.getTime() - publishedAfterMs;
  });
}

async function read(database: Database): Promise<StoredKey[] | undefined> {
  const stored = await database.system("installation", (kysely) =>
    kysely.selectFrom("installation").select("value").where("name", "=", row).executeTakeFirst(),
  );
  return stored && parse(stored.value);
}

// Several nodes may find that there is none: one of them is first, and the others take its key.
async function makeFirst(app: App): Promise<StoredKey[]> {
  const value = JSON.stringify([await newKey(app.clock.now())]);
  await app.database.system("installation", (kysely) =>
    kysely
      .insertInto("installation")
      .values({ name: row, value })
      .onConflict((conflict) => conflict.column("name").doNothing())
      .execute(),
  );
  return (await read(app.database)) ?? parse(value);
}

async function newKey(now: Date): Promise<StoredKey> {
  const { privateKey } = await generateKeyPair("RS256", { modulusLength: 2048, extractable: true });
  const jwk = await exportJWK(privateKey);
  return { kid: await calculateJwkThumbprint(jwk), created_at: now.toISOString(), private_jwk: jwk };
}

function publicPart({ kid, private_jwk: { kty, n, e } }: StoredKey): JWK {
  return { ...(kty && n && e ? { kty, n, e } : {}), kid, use: "sig", alg: "RS256" };
}

function parse(value: string): StoredKey[] {
  return JSON.parse(value) as StoredKey[];
}
