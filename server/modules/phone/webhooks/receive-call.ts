import type { Ctx } from "../../../kernel/context.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { settingsOf, workspaceOf } from "../../workspace/settings/settings.ts";
import type { WorkspaceRow } from "../../workspace/settings/settings.ts";
import { applyReport } from "../calls/call-reports.ts";
import type { CallReport } from "../calls/call-reports.ts";
import type { Call } from "../calls/call.ts";
import { openCall } from "../calls/calls.store.ts";
import type { PhoneNumber } from "../numbers/number.ts";
import { findNumber, findNumberByE164AcrossWorkspaces, isOwner } from "../numbers/numbers.store.ts";
import { isFirstReport, keepUnclaimed } from "./receipts.ts";
import type { Report } from "./receipts.ts";

export type CallWebhook = {
  kind: "voice" | "dial" | "voicemail";
  callSid: string;
  fromE164: string;
  toE164: string;
  /** Distinguishes this report from others about the same call. */
  dedupStatus: string;
  payload: JsonObject;
  providerTime: Date | null;
  /** What it says about the call, once it is known whose call it is. */
  report(about: { number: PhoneNumber; at: Date; fromOwner: boolean }): CallReport;
};

export type ReceivedCall = { workspace: WorkspaceRow; number: PhoneNumber; call: Call; first: boolean };

/**
 * Takes a report about a call into the workspace that owns the number called. Undefined when nobody does: the
 * evidence is kept and nothing else happens.
 */
export async function receiveCall(ctx: Ctx, webhook: CallWebhook): Promise<ReceivedCall | undefined> {
  const evidence: Report = {
    kind: webhook.kind,
    providerId: webhook.callSid,
    status: webhook.dedupStatus,
    payload: webhook.payload,
    providerTime: webhook.providerTime,
  };
  const owner = await findNumberByE164AcrossWorkspaces(ctx.app, webhook.toE164);
  if (!owner) {
    await keepUnclaimed(ctx.app, evidence);
    return undefined;
  }
  return ctx.within(owner.workspaceId, async (inside) => {
    const number = await findNumber(inside, owner.numberId);
    if (!number) return undefined;
    const first = await isFirstReport(inside, evidence);
    const at = webhook.providerTime ?? inside.now;
    const fromOwner = isOwner(number, await settingsOf(inside), webhook.fromE164);
    const opened = await openCall(inside, number, {
      providerId: webhook.callSid,
      fromE164: webhook.fromE164,
      toE164: webhook.toE164,
      fromOwner,
      startedAt: at,
    });
    const call = first
      ? await applyReport(inside, number, opened, webhook.report({ number, at, fromOwner }))
      : opened;
    return { workspace: await workspaceOf(inside), number, call, first };
  });
}
