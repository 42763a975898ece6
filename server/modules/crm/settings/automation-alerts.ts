import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { Timestamp } from "../../../kernel/tables.ts";
import { queueEmail } from "../../messaging/email/queue-email.ts";
import { sendText } from "../../messaging/messages/send-text.ts";
import { crmSettings } from "./crm-settings.ts";

export interface AutomationAlertsTable {
  workspace_id: string;
  signature_hash: string;
  alerted_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    automation_alerts: AutomationAlertsTable;
  }
}

/** One alert for a failure in this time; what is older than that need not be kept. */
export const alertEveryMs = 60 * 60_000;

export type AutomationFailure = {
  /** Says which failure this is: the same one again has the same. */
  signature: string;
  /** What went wrong, for people. */
  message: string;
};

/**
 * Mails and texts the people the workspace has named, in this transaction and at most once an hour for each signature.
 * Answers whether an alert went out. Call it in a transaction that outlives the failure.
 */
export async function notifyAutomationError(ctx: Ctx, failure: AutomationFailure): Promise<boolean> {
  const { automation_error_notify_emails: emails, automation_error_notify_phones: phones } =
    await crmSettings(ctx);
  if (emails.length + phones.length === 0 || !(await claimAlert(ctx, failure.signature))) return false;
  const message = failure.message.slice(0, 2000);
  for (const to of emails) {
    const subject = "An automation failed";
    await queueEmail(ctx, { emailType: "automation_error", to, subject, text: textOf(message) });
  }
  for (const to of phones) {
    const body = `An automation failed: ${message.slice(0, 280)}`;
    await sendText(ctx, { to, body, purpose: "owner", sender: "system" });
  }
  return true;
}

function textOf(message: string): string {
  return `An automation failed:\n\n${message}\n\nThe same failure is reported again in an hour at the earliest.`;
}

// The row is the lock: of several failures at once one writes it, and the others find it just written.
async function claimAlert(ctx: Ctx, signature: string): Promise<boolean> {
  const hash = createHash("sha256").update(signature).digest("hex");
  const before = new Date(ctx.now.getTime() - alertEveryMs);
  const claimed = await ctx.db.raw(sql`
    insert into automation_alerts (workspace_id, signature_hash, alerted_at)
    values (${ctx.workspaceId}, ${hash}, ${ctx.now})
    on conflict (workspace_id, signature_hash) do update set alerted_at = excluded.alerted_at
      where automation_alerts.alerted_at <= ${before}
    returning signature_hash`);
  return claimed.length > 0;
}
