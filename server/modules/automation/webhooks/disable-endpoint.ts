import type { Ctx } from "../../../kernel/context.ts";
import { queueEmail } from "../../messaging/email/queue-email.ts";
import { mailableAdministrators } from "../../workspace/members/members.store.ts";
import { nouns } from "./endpoint.ts";
import { activeEndpointsOf, findEndpoint, updateEndpoint } from "./endpoints.store.ts";

/** Why an endpoint is switched off whose maker may do nothing in the workspace any more. */
export const makerGone = "the key or the member that set it up is gone";

/**
 * Switches an endpoint off that does not take its messages any more, and tells the workspace's admins. Once. Not while somebody
 * else changes it, with `unlessTaken`: for those who hold what that somebody may be waiting for. Answers whether it did.
 */
export async function disableEndpoint(
  ctx: Ctx,
  id: string,
  reason: string,
  { unlessTaken = false } = {},
): Promise<boolean> {
  const endpoint = await findEndpoint(ctx, id, { lock: unlessTaken ? "change-unless-taken" : "change" });
  if (!endpoint?.is_active) return false;
  await updateEndpoint(ctx, endpoint, { is_active: false, disabled_at: ctx.now, disabled_reason: reason });
  const noun = nouns[endpoint.kind];
  ctx.emit({
    type: "webhook.disabled",
    noun,
    recordId: id,
    payload: { id, url: endpoint.url, reason },
  });
  for (const { name, email } of await mailableAdministrators(ctx)) {
    await queueEmail(ctx, {
      emailType: "webhook_disabled",
      to: email,
      toName: name,
      subject: `Webhook switched off: ${new URL(endpoint.url).host}`,
      text: noticeText(endpoint.name ?? endpoint.url, endpoint.url, reason),
    });
  }
  return true;
}

/** Switches off what these members and keys set up, who are gone; answers how many that were. */
export async function disableEndpointsOf(ctx: Ctx, makers: readonly string[]): Promise<number> {
  const endpoints = await activeEndpointsOf(ctx, makers);
  for (const { id } of endpoints) await disableEndpoint(ctx, id, makerGone);
  return endpoints.length;
}

function noticeText(name: string, url: string, reason: string): string {
  return [
    `The webhook "${name}" was switched off because ${reason}.`,
    `Address: ${url}`,
    "What it has not taken is kept for 30 days. When the receiver works again, switch the webhook on (is_active) and replay what was missed.",
  ].join("\n\n");
}
