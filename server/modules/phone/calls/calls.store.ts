import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import type { PhoneNumber } from "../numbers/number.ts";
import type { Call } from "./call.ts";

/**
 * The call with this provider id, locked; made on its first report, whichever that is. A report that comes before
 * "ringing" starts the call just as well.
 */
export async function openCall(
  ctx: Ctx,
  number: PhoneNumber,
  call: { providerId: string; fromE164: string; toE164: string; fromOwner: boolean; startedAt: Date },
): Promise<Call> {
  await ctx.db
    .insert("calls", {
      id: newId(ctx.now),
      phone_number_id: number.id,
      provider_id: call.providerId,
      from_e164: call.fromE164,
      to_e164: call.toE164,
      status: "ringing",
      outcome: null,
      dial_status: null,
      from_owner: call.fromOwner,
      contact_id: null,
      started_at: call.startedAt,
      answered_at: null,
      missed_at: null,
      ended_at: null,
      duration_seconds: null,
      voicemail_url: null,
      voicemail_seconds: null,
      created_at: ctx.now,
      updated_at: ctx.now,
    })
    .onConflict((conflict) => conflict.columns(["workspace_id", "provider_id"]).doNothing())
    .execute();
  return ctx.db
    .from("calls")
    .selectAll()
    .where("provider_id", "=", call.providerId)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

export function lockCall(ctx: Ctx, id: string): Promise<Call | undefined> {
  return ctx.db.from("calls").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
}

export async function updateCall(
  ctx: Ctx,
  call: Call,
  values: Partial<Omit<Call, "workspace_id" | "id">>,
): Promise<Call> {
  const after = await ctx.db
    .update("calls")
    .set({ ...values, updated_at: ctx.now })
    .where("id", "=", call.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  ctx.changed({ noun: "call", id: call.id, before: call, after });
  return after;
}
