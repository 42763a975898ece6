/**
 * A browser that has signed in before carries a cookie saying to which account. It opens nothing; it only has its attempts counted
 * for themselves, so that guesses from anywhere else cannot keep its owner out.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { App } from "../../../kernel/app.ts";
import { deriveKey } from "../../../kernel/derive-key.ts";
import { newToken } from "./tokens.ts";

const cookieName = "frontdesk_device";
const cookieSeconds = 400 * 24 * 60 * 60;
const cookieForm = new RegExp(
  `(?:^|;)\\s{0,9}${cookieName}=([0-9a-f-]{36})\\.(\\d{1,12})\\.([\\w-]{43})\\.([\\w-]{43})(?:;|$)`,
);

/** The Set-Cookie header that has a browser remembered as one this person signs in with. */
export function deviceCookie(app: App, userId: string): string {
  const secure = app.config.publicUrl?.startsWith("https://") ? "; Secure" : "";
  const said = `${userId}.${Math.floor(app.clock.now().getTime() / 1000)}.${newToken()}`;
  const value = `${said}.${mac(app, said).toString("base64url")}`;
  return `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${cookieSeconds}${secure}`;
}

/** Returns whose browser a Cookie header says it is and which of theirs; undefined when it says nothing, or we never said so. */
export function knownBrowser(
  app: App,
  header: string | undefined,
): { userId: string; device: string } | undefined {
  const [, userId = "", since = "", device = "", signature = ""] = header?.match(cookieForm) ?? [];
  const given = Buffer.from(signature, "base64url");
  const wanted = mac(app, `${userId}.${since}.${device}`);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
  const isOver = (Number(since) + cookieSeconds) * 1000 < app.clock.now().getTime();
  return isOver ? undefined : { userId, device };
}

function mac(app: App, said: string): Buffer {
  return createHmac("sha256", deriveKey(app.ports.secrets.consent, "known browser")).update(said).digest();
}
