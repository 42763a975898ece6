import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { Timestamp } from "../../../kernel/tables.ts";
import type { MessageChannel } from "../../workspace/settings/settings.ts";

interface UnprovenSendsTable {
  workspace_id: string;
  key: string;
  channel: MessageChannel;
  recipient: string;
  booking_id: string | null;
  sent_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    unproven_sends: UnprovenSendsTable;
  }
}

export type UnprovenSend = {
  /** The message's own, the same when it is tried again. */
  key: string;
  channel: MessageChannel;
  /** E.164, or an address in small letters. */
  recipient: string;
  bookingId: string | undefined;
};

/** Sends are counted one after the other, so that no limit is passed by many at once. */
export async function lockSends(ctx: Ctx): Promise<void> {
  const name = `unproven sends ${ctx.workspaceId}`;
  await ctx.db.raw(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
}

export async function wasCounted(ctx: Ctx, key: string): Promise<boolean> {
  const row = await ctx.db.from("unproven_sends").select("key").where("key", "=", key).executeTakeFirst();
  return row !== undefined;
}

export async function countSend(ctx: Ctx, send: UnprovenSend): Promise<void> {
  const { bookingId, ...row } = send;
  await ctx.db
    .insert("unproven_sends", { ...row, booking_id: bookingId ?? null, sent_at: ctx.now })
    .execute();
}

/** What has left since `since`: to the recipient, for the booking, to others than the recipient for it, and in all. */
export type Sent = { toRecipient: number; forBooking: number; others: number; inAll: number };

export async function sentSince(ctx: Ctx, send: UnprovenSend, since: Date): Promise<Sent> {
  const { channel, recipient, bookingId = null } = send;
  const [row] = await ctx.db.raw(sql<Sent>`
    select count(*) filter (where channel = ${channel} and recipient = ${recipient})::int as "toRecipient",
           count(*) filter (where booking_id = ${bookingId}::uuid)::int as "forBooking",
           count(distinct recipient) filter (where booking_id = ${bookingId}::uuid and recipient <> ${recipient})::int as others,
           count(*) filter (where channel = ${channel})::int as "inAll"
      from unproven_sends
     where workspace_id = ${ctx.workspaceId} and sent_at > ${since}`);
  return row ?? { toRecipient: 0, forBooking: 0, others: 0, inAll: 0 };
}

/** Whether somebody has shown that a number or an address is theirs: by texting from it, or by typing a code that went there. */
export async function isProven(ctx: Ctx, channel: MessageChannel, recipient: string): Promise<boolean> {
  const consent = await ctx.db
    .from("agent_consents")
    .select("id")
    .where("address", "=", recipient)
    .where("state", "in", ["confirmed", "granted"])
    .limit(1)
    .executeTakeFirst();
  if (consent || channel === "email") return consent !== undefined;
  const text = await ctx.db
    .from("sms_messages")
    .select("id")
    .where("direction", "=", "in")
    .where("from_e164", "=", recipient)
    .limit(1)
    .executeTakeFirst();
  return text !== undefined;
}
