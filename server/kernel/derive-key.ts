import { hkdfSync } from "node:crypto";

/** What a key is for. Another purpose is another key, so that what is signed for one is worth nothing to any other. */
type Purpose =
  "work-status pass" | "known browser" | "visitor's address" | "google consent" | "calendar channel";

/** Returns the key for one purpose, derived (HKDF, SHA-256) from a secret of the installation. */
export function deriveKey(secret: string, purpose: Purpose): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, "", `frontdesk ${purpose}`, 32));
}
