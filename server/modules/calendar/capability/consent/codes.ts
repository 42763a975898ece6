/**
 * The secrets of a consent, derived from its id and the installation's secret: the link of the person's page, the one-time
 * code sent to them, and the code they read to the agent. Nothing that opens anything is stored.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { App } from "../../../../kernel/app.ts";

// No letter or digit that is mistaken for another when it is read aloud or copied: 32 of them, five bits each.
const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const halfLength = 4;

function derived(app: App, ...parts: (string | number)[]): Buffer {
  return createHmac("sha256", app.ports.secrets.consent).update(JSON.stringify(parts)).digest();
}

/** What stands in the address of the person's page: the id and 256 bits that go with it. */
export function linkOf(app: App, consentId: string): string {
  return `${consentId}.${derived(app, "link", consentId).toString("base64url")}`;
}

/** The id a link is for, or undefined for a link that is not one of ours. */
export function idOfLink(app: App, link: string): string | undefined {
  const [id = ""] = link.split(".");
  return isSame(link, linkOf(app, id)) ? id : undefined;
}

/** Six digits; another six each time they are sent. */
export function oneTimeCode(app: App, consentId: string, sent: number): string {
  const number = derived(app, "one-time", consentId, sent).readUIntBE(0, 6) % 1_000_000;
  return String(number).padStart(6, "0");
}

/** XXXX-XXXX. */
export function agentCode(app: App, consentId: string): string {
  const bytes = derived(app, "agent", consentId).subarray(0, 2 * halfLength);
  const letters = [...bytes].map((byte) => alphabet[byte % alphabet.length] ?? "");
  return `${letters.slice(0, halfLength).join("")}-${letters.slice(halfLength).join("")}`;
}

/** A code as people and agents write it, as we do; undefined for what cannot be one. */
export function asAgentCode(text: string): string | undefined {
  const letters = text.toUpperCase().replaceAll(/[\s\-–—]/g, "");
  if (letters.length !== 2 * halfLength || [...letters].some((letter) => !alphabet.includes(letter)))
    return undefined;
  return `${letters.slice(0, halfLength)}-${letters.slice(halfLength)}`;
}

/** What a consent is found by: half of its code. The other half is compared, and wrong ones are counted. */
export function lookupOf(app: App, workspaceId: string, code: string): string {
  return derived(app, "lookup", workspaceId, code.slice(0, halfLength)).toString("hex");
}

/** Compares in a time that does not tell how much of it was right. */
export function isSame(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => createHmac("sha256", "compare").update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
