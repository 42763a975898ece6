/** The pass a browser is given for the right PIN: half an hour for one portal, signed, in a cookie of its own path. */
import { SignJWT, jwtVerify } from "jose";
import type { App } from "../../../../kernel/app.ts";
import { deriveKey } from "../../../../kernel/derive-key.ts";

const passSeconds = 30 * 60;
const cookieName = "work_status";
const cookieForm = new RegExp(`(?:^|;)\\s*${cookieName}=([\\w.-]{1,1000})\\s*(?:;|$)`);
const audience = "work-status";

const secretOf = (app: App) => deriveKey(app.ports.secrets.consent, "work-status pass");

/** The Set-Cookie header with a new pass. */
export async function passCookie(app: App, portalId: string, path: string): Promise<string> {
  const now = Math.floor(app.clock.now().getTime() / 1000);
  const pass = await new SignJWT({})
    .setProtectedHeader({ alg: "HS256" })
    .setAudience(audience)
    .setSubject(portalId)
    .setIssuedAt(now)
    .setExpirationTime(now + passSeconds)
    .sign(secretOf(app));
  const secure = app.baseUrl.startsWith("https://") ? "; Secure" : "";
  return `${cookieName}=${pass}; Path=${path}; HttpOnly; SameSite=Lax; Max-Age=${passSeconds}${secure}`;
}

/** Whether a request's Cookie header holds a pass for this portal that is still good. */
export async function holdsPass(app: App, portalId: string, header: string | undefined): Promise<boolean> {
  const pass = header?.match(cookieForm)?.[1];
  if (pass === undefined) return false;
  try {
    await jwtVerify(pass, secretOf(app), {
      algorithms: ["HS256"],
      audience,
      subject: portalId,
      currentDate: app.clock.now(),
      requiredClaims: ["exp"],
    });
    return true;
  } catch {
    return false; // forged, for another portal, or over: all the same, the PIN is asked for
  }
}
