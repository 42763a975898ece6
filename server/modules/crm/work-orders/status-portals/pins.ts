import { randomInt } from "node:crypto";
import type { Ctx } from "../../../../kernel/context.ts";
import { recordUpdated } from "../../../../kernel/lifecycle.ts";
import { queueEmail } from "../../../messaging/email/queue-email.ts";
import { mailableAdministrators } from "../../../workspace/members/members.store.ts";
import { hashPassword } from "../../../workspace/sign-in/passwords.ts";
import { workspaceOf } from "../../../workspace/settings/settings.ts";
import type { WorkStatusPortal } from "../work-order.ts";
import { recordedPortal } from "./status-portal.ts";
import { countWrongPin, workOfDeal, writePin, writeRevoked } from "./status-portals.store.ts";
import { linkEndedMail, newPinMail } from "./status-mail.ts";

/** Makes up a PIN of six digits, and what is kept of it. */
export async function newPin(): Promise<{ pin: string; pinHash: string }> {
  const pin = String(randomInt(0, 1_000_000)).padStart(6, "0");
  return { pin, pinHash: await hashPassword(pin) };
}

/**
 * Counts a wrong PIN; the one that is too many ends the PIN and mails the recipient another, and after the last PIN it ends the
 * link and tells the business, all in this transaction. Returns what ended.
 */
export async function recordWrongPin(
  ctx: Ctx,
  portal: WorkStatusPortal,
  token: string,
): Promise<"pin" | "link" | undefined> {
  const ended = await countWrongPin(ctx, portal.id);
  if (ended === undefined) return undefined;
  const [deal, { name: company }] = await Promise.all([
    workOfDeal(ctx, portal.opportunity_id),
    workspaceOf(ctx),
  ]);
  const about = { name: portal.recipient_name, company, dealName: deal?.name ?? "" };
  if (ended === "pin") await replacePin(ctx, portal, { ...about, token });
  else await endLink(ctx, portal, about);
  return ended;
}

type About = { name: string; company: string; dealName: string };

async function replacePin(
  ctx: Ctx,
  portal: WorkStatusPortal,
  { token, ...about }: About & { token: string },
): Promise<void> {
  const { pin, pinHash } = await newPin();
  await writePin(ctx, portal.id, pinHash);
  ctx.changed({ noun: "work_status_portal", id: portal.id, action: "pin_replaced" });
  const url = `${ctx.app.baseUrl}/work-status/${token}`;
  await queueEmail(ctx, {
    emailType: "work_status",
    secrets: [token, pin],
    to: portal.recipient_email,
    toName: portal.recipient_name,
    opportunityId: portal.opportunity_id,
    ...newPinMail({ ...about, url, pin }),
  });
}

async function endLink(ctx: Ctx, portal: WorkStatusPortal, about: About): Promise<void> {
  const ended = await writeRevoked(ctx, portal.id);
  recordUpdated(ctx, "work_status_portal", recordedPortal(portal), recordedPortal(ended));
  for (const { name, email } of await mailableAdministrators(ctx)) {
    await queueEmail(ctx, {
      emailType: "work_status_ended",
      to: email,
      toName: name,
      opportunityId: portal.opportunity_id,
      ...linkEndedMail({ ...about, recipient: portal.recipient_email }),
    });
  }
}
