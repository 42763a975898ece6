/**
 * What the reports about a call add up to. They come more than once and in any order; a call is decided once:
 *
 * - the first decision stands: a "missed" after an "answered" changes nothing, and the other way round,
 * - except that the result of ringing the owner (`fromDial`) knows better than a status: an answer it reports
 *   corrects a "missed" on record (a text-back that has left cannot be called back), and
 * - a voicemail says that nobody answered, whatever the status before it was.
 */
import type { Ctx } from "../../../kernel/context.ts";
import { findContactByNumber } from "../../crm/contacts/contacts.store.ts";
import { onMissedCall } from "../../receptionist/dialogue/hooks.ts";
import type { PhoneNumber } from "../numbers/number.ts";
import { isReachable } from "../webhooks/wire.ts";
import type { Call } from "./call.ts";
import { updateCall } from "./calls.store.ts";

export type CallReport = {
  status: string;
  verdict: "answered" | "missed" | undefined;
  fromDial: boolean;
  ended: boolean;
  at: Date;
  dialStatus?: string | undefined;
  durationSeconds?: number | undefined;
  voicemail?: { url: string; seconds: number | null } | undefined;
};

/** Takes one report into account; calls the receptionist when it is what makes the call a missed one. */
export async function applyReport(
  ctx: Ctx,
  number: PhoneNumber,
  call: Call,
  report: CallReport,
): Promise<Call> {
  const verdict = verdictOn(call, report);
  const after = await updateCall(ctx, call, {
    ...(isOver(call) && !report.ended ? {} : { status: report.status }),
    ...(report.dialStatus === undefined ? {} : { dial_status: report.dialStatus }),
    ...(report.ended ? { ended_at: call.ended_at ?? report.at } : {}),
    ...(report.durationSeconds === undefined ? {} : { duration_seconds: report.durationSeconds }),
    ...(report.voicemail
      ? { voicemail_url: report.voicemail.url, voicemail_seconds: report.voicemail.seconds }
      : {}),
    ...(verdict === "answered" ? { outcome: verdict, answered_at: report.at } : {}),
    ...(verdict === "missed" ? { outcome: verdict, missed_at: report.at } : {}),
  });
  if (verdict === undefined) return after;
  ctx.emit({
    type: `call.${verdict}`,
    noun: "call",
    recordId: call.id,
    payload: { id: call.id, from: call.from_e164, phone_number_id: number.id, from_owner: call.from_owner },
  });
  return verdict === "missed" ? missed(ctx, number, after) : after;
}

function verdictOn(call: Call, report: CallReport): "answered" | "missed" | undefined {
  const { verdict } = report;
  if (verdict === undefined || verdict === call.outcome) return undefined;
  if (call.outcome === null) return verdict;
  if (verdict === "answered") return report.fromDial ? verdict : undefined;
  return report.status === "voicemail" ? verdict : undefined;
}

function isOver(call: Call): boolean {
  return call.ended_at !== null;
}

// Nobody can be texted who withheld the number, and the owner is no customer.
async function missed(ctx: Ctx, number: PhoneNumber, call: Call): Promise<Call> {
  if (call.from_owner || !isReachable(call.from_e164)) return call;
  await onMissedCall(ctx, { number, fromE164: call.from_e164, callSid: call.provider_id });
  const contact = await findContactByNumber(ctx, call.from_e164);
  return contact ? updateCall(ctx, call, { contact_id: contact.id }) : call;
}
