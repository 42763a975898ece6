import { sql } from "kysely";
import { module } from "../../../../kernel/operation.ts";
import { consentsCrud } from "./consents.crud.ts";
import { exchangeConsentCode } from "./exchange-code.ts";
import { revokeAgentConsent } from "./revoke-consent.ts";
import { sendConsentCode, sendConsentReceipt } from "./send-codes.ts";
import { traces } from "../../../../kernel/row-kinds.ts";

const dayMs = 24 * 60 * 60 * 1000;

/** What people let AI agents do in their name. */
export const consents = module({
  name: "agent-consents",
  rows: traces("agent_consents", "agent_bookings"),
  operations: [exchangeConsentCode, consentsCrud.list, consentsCrud.get, revokeAgentConsent],
  jobs: [sendConsentCode, sendConsentReceipt],
  sweeps: [
    {
      table: "agent_consents",
      column: "created_at",
      keepMs: 2 * dayMs,
      // What was allowed once stays on record, and for a year after it has ended.
      unless: sql<boolean>`granted_at is not null`,
    },
    { table: "agent_consents", column: "expires_at", keepMs: 365 * dayMs },
  ],
});
