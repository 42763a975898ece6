import { randomInt } from "node:crypto";
import type { Ctx } from "../../../../kernel/context.ts";
import { queueEmail } from "../../../messaging/email/queue-email.ts";
import { hashPassword } from "../../../workspace/sign-in/passwords.ts";
import { workspaceOf } from "../../../workspace/settings/settings.ts";
import type { WorkStatusPortal } from "../work-order.ts";
import { countWrongPin, workOfDeal, writePin } from "./status-portals.store.ts";
import { newPinMail } from "./status-mail.ts";

/** Makes up a PIN of six digits, and what is kept of it. */
export async function newPin(): Promise<{ pin: string; pinHash: string }> {
  const pin = String(randomInt(0, 1_000_000)).padStart(6, "0");
  return { pin, pinHash: await hashPassword(pin) };
}

/**
 * Counts a wrong PIN; the one that is too many ends the PIN and mails the recipient another, all in this transaction. Returns
 * whether the PIN ended.
 */
export async function recordWrongPin(ctx: Ctx, portal: WorkStatusPortal, token: string): Promise<boolean> {
  if (!(await countWrongPin(ctx, portal.id))) return false;
  const { pin, pinHash } = await newPin();
  await writePin(ctx, portal.id, pinHash);
  ctx.changed({ noun: "work_status_portal", id: portal.id, action: "pin_replaced" });
  const [deal, { name: company }] = await Promise.all([
    workOfDeal(ctx, portal.opportunity_id),
    workspaceOf(ctx),
  ]);
  const { recipient_name: name, recipient_email: to } = portal;
  const url = `${ctx.app.baseUrl}/work-status/${token}`;
  await queueEmail(ctx, {
    emailType: "work_status",
    to,
    toName: name,
    opportunityId: portal.opportunity_id,
    ...newPinMail({ name, company, dealName: deal?.name ?? "", url, pin }),
  });
  return true;
}
