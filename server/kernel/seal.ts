import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

const version = "v1";

/**
 * Encrypts a secret for the database (AES-256-GCM). `place` names the row it belongs to: read from any other row it does not
 * open, so nobody who can only write to the database can move one secret to where another one is used.
 */
export function seal(key: string, place: string, secret: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", keyOf(key), nonce).setAAD(Buffer.from(place));
  const sealed = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return [version, ...[nonce, cipher.getAuthTag(), sealed].map((part) => part.toString("base64url"))].join(
    ".",
  );
}

/** Throws an Error for what was sealed with another key, for another place, or was changed since. */
export function unseal(key: string, place: string, sealed: string): string {
  const [kind, ...parts] = sealed.split(".");
  const [nonce, tag, secret] = parts.map((part) => Buffer.from(part, "base64url"));
  if (kind !== version || !nonce || !tag || !secret) throw new Error("this is not a sealed secret");
  const decipher = createDecipheriv("aes-256-gcm", keyOf(key), nonce, { authTagLength: 16 });
  decipher.setAAD(Buffer.from(place)).setAuthTag(tag);
  return Buffer.concat([decipher.update(secret), decipher.final()]).toString("utf8");
}

/** Encrypts a value that JSON can hold; see `seal`. */
export function sealJson(key: string, place: string, value: unknown): string {
  return seal(key, place, JSON.stringify(value));
}

/** Returns what `sealJson` was given. Throws an Error like `unseal`. */
export function unsealJson<T>(key: string, place: string, sealed: string): T {
  return JSON.parse(unseal(key, place, sealed)) as T;
}

function keyOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
