import type { Generated, Selectable } from "kysely";
import type { Timestamp } from "../../../../kernel/tables.ts";
import { capabilityScopes } from "../../../../scopes.ts";

export type ConsentState = "asked" | "confirmed" | "granted" | "revoked" | "failed";

export interface AgentConsentsTable {
  workspace_id: string;
  id: string;
  state: ConsentState;
  /** As the agent calls itself; nobody has checked it. */
  agent_name: string;
  scopes: string[];
  customer_name: string;
  channel: "email" | "sms";
  /** The proven e-mail address, in small letters, or number in E.164. */
  address: string;
  codes_sent: Generated<number>;
  wrong_codes: Generated<number>;
  code_lookup: string | null;
  api_key_id: string | null;
  created_at: Timestamp;
  expires_at: Timestamp;
  granted_at: Timestamp | null;
  revoked_at: Timestamp | null;
  revoked_by: "person" | "business" | null;
}

declare module "../../../../kernel/tables.ts" {
  interface Tables {
    agent_consents: AgentConsentsTable;
  }
}

export type Consent = Selectable<AgentConsentsTable>;

const minuteMs = 60_000;
/** How long a one-time code, and then the agent's code, can be used. */
export const codeMinutes = 10;
export const codeMs = codeMinutes * minuteMs;
export const grantedDays = 30;
export const grantedMs = grantedDays * 24 * 60 * minuteMs;
export const wrongCodesAtMost = 5;
export const codesSentAtMost = 3;

const nameLimit = 40;

/**
 * The name an agent gives itself, fit to be shown and sent to strangers: short, on one line, and without anything a mail
 * program would make a link of.
 */
export function shownAgentName(given: unknown): string {
  const text = typeof given === "string" ? given : "";
  const plain = text
    .normalize("NFKC")
    .replaceAll(/\.(?=\p{L})/gu, " ")
    .replaceAll(/[^\p{L}\p{N} ._'’-]/gu, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  return [...plain].slice(0, nameLimit).join("").trim() || "an assistant";
}

/** The scopes of a list as an agent writes it that there are; all of them when it names none. */
export function shownScopes(given: unknown): string[] {
  const wanted = typeof given === "string" ? given.split(/[\s,+]+/) : [];
  const known = capabilityScopes.filter((scope) => wanted.includes(scope));
  return known.length > 0 ? known : [...capabilityScopes];
}

/** Whether the consent's state is over although nobody has ended it. */
export function isOver(consent: Consent, now: Date): boolean {
  return consent.expires_at <= now;
}
