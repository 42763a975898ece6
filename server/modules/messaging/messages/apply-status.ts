import type { Ctx } from "../../../kernel/context.ts";
import { optOut } from "../opt-outs/opt-outs.ts";
import type { MessageStatus } from "./message.ts";
import { announce, lockMessage, updateMessage } from "./messages.store.ts";

export type StatusReport = {
  providerId: string;
  status: "queued" | "sent" | "delivered" | "undelivered" | "failed";
  errorCode: string | null;
  at: Date;
};

/** How far a status is along; the last three are ends, and the first end that was reported stands. */
const rank: Record<MessageStatus, number> = {
  received: 9,
  held: 0,
  queued: 0,
  sending: 1,
  cancelled: 1,
  sent: 2,
  delivered: 3,
  undelivered: 3,
  failed: 3,
};

/** What carriers answer for a customer who opted out with them. */
export const carrierOptOut = "21610";

/** Moves a text forward to what the carrier reports; a report from behind changes nothing but a missing error code. */
export async function applyStatus(ctx: Ctx, messageId: string, report: StatusReport): Promise<void> {
  const message = await lockMessage(ctx, messageId);
  if (!message) return;
  const forward = report.status !== "queued" && rank[report.status] > rank[message.status];
  const errorCode = report.errorCode ?? message.error_code;
  const after = await updateMessage(ctx, message, {
    provider_id: message.provider_id ?? report.providerId,
    ...(forward ? { status: report.status, claimed_by: null, claim_expires_at: null } : {}),
    ...(forward || message.status === report.status ? { error_code: report.errorCode ?? null } : {}),
    ...(forward && report.status === "sent" ? { sent_at: message.sent_at ?? report.at } : {}),
    ...(forward && report.status === "delivered" ? { delivered_at: report.at } : {}),
  });
  if (forward) {
    ctx.changed({
      noun: "sms_message",
      id: message.id,
      before: { status: message.status, error_code: message.error_code },
      after: { status: after.status, error_code: after.error_code },
    });
    announce(ctx, after, `message.${report.status}`);
  }
  if (errorCode === carrierOptOut)
    await optOut(ctx, [{ channel: "sms", address: message.to_e164 }], "carrier");
}
