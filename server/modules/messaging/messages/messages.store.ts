import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import { updateConversation } from "../conversations/conversations.store.ts";
import type { Conversation } from "../conversations/conversation.ts";
import { segmentsOf } from "./message.ts";
import type { Media, Message, MessageStatus, Purpose, Sender } from "./message.ts";

export function lockMessage(ctx: Ctx, id: string): Promise<Message | undefined> {
  return ctx.db.from("sms_messages").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
}

/** Selects the texts of this workspace that have not left yet. */
export function leavingMessages(ctx: Ctx) {
  return sql`select id from sms_messages
    where workspace_id = ${ctx.workspaceId} and status in ('queued', 'sending')`;
}

/** The latest messages of a thread, newest first. */
export function latestMessages(ctx: Ctx, conversationId: string, limit: number): Promise<Message[]> {
  return ctx.db
    .from("sms_messages")
    .selectAll()
    .where("conversation_id", "=", conversationId)
    .orderBy("position", "desc")
    .limit(limit)
    .execute();
}

export type InboundMessage = {
  body: string;
  redactions: string[];
  media: Media[];
  providerId: string;
  providerTime: Date | null;
  toE164: string;
};

/** Writes what a customer sent and counts it as unread. */
export async function insertInbound(
  ctx: Ctx,
  conversation: Conversation,
  inbound: InboundMessage,
): Promise<{ conversation: Conversation; message: Message }> {
  const message = await ctx.db
    .insert("sms_messages", {
      ...blank(ctx),
      conversation_id: conversation.id,
      lane: conversation.id,
      phone_number_id: conversation.phone_number_id,
      direction: "in",
      sender: "customer",
      purpose: "inbound",
      from_e164: conversation.customer_e164,
      to_e164: inbound.toE164,
      body: inbound.body,
      redactions: inbound.redactions,
      media: JSON.stringify(inbound.media),
      segments: segmentsOf(inbound.body),
      status: "received",
      provider_id: inbound.providerId,
      provider_time: inbound.providerTime,
      send_at: ctx.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const after = await updateConversation(ctx, conversation, {
    unread_count: conversation.unread_count + 1,
    status: "active",
    last_message_at: ctx.now,
    last_inbound_at: ctx.now,
  });
  ctx.changed({ noun: "sms_message", id: message.id, after: evidence(message) });
  ctx.emit({
    type: "message.received",
    noun: "sms_message",
    recordId: message.id,
    payload: {
      id: message.id,
      conversation_id: conversation.id,
      contact_id: conversation.contact_id,
      body: message.body,
    },
  });
  return { conversation: after, message };
}

export type OutboundMessage = {
  conversation: Conversation | undefined;
  phoneNumberId: string;
  fromE164: string;
  toE164: string;
  body: string;
  redactions: string[];
  purpose: Purpose;
  sender: Sender;
  status: "queued" | "held";
  statusReason?: string;
  sendAt: Date;
  memberId?: string | undefined;
  bookingId?: string | undefined;
  bookingStartsAt?: Date | undefined;
};

/** Writes a text that is to leave (or waits for a person). */
export async function insertOutbound(ctx: Ctx, outbound: OutboundMessage): Promise<Message> {
  const { conversation } = outbound;
  const message = await ctx.db
    .insert("sms_messages", {
      ...blank(ctx),
      conversation_id: conversation?.id ?? null,
      lane: conversation?.id ?? `owner:${outbound.toE164}`,
      phone_number_id: outbound.phoneNumberId,
      direction: "out",
      sender: outbound.sender,
      purpose: outbound.purpose,
      from_e164: outbound.fromE164,
      to_e164: outbound.toE164,
      body: outbound.body,
      redactions: outbound.redactions,
      media: "[]",
      segments: segmentsOf(outbound.body),
      status: outbound.status,
      status_reason: outbound.statusReason ?? null,
      provider_id: null,
      provider_time: null,
      send_at: outbound.sendAt,
      sent_by_member_id: outbound.memberId ?? null,
      booking_id: outbound.bookingId ?? null,
      booking_starts_at: outbound.bookingStartsAt ?? null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  if (conversation) {
    await updateConversation(ctx, conversation, { status: "active", last_message_at: ctx.now });
  }
  ctx.changed({ noun: "sms_message", id: message.id, after: evidence(message) });
  announce(ctx, message, "message.queued");
  return message;
}

function blank(ctx: Ctx) {
  return {
    id: newId(ctx.now),
    status_reason: null,
    error_code: null,
    claimed_by: null,
    claim_expires_at: null,
    sending_at: null,
    sent_at: null,
    delivered_at: null,
    sent_by_member_id: null,
    booking_id: null,
    booking_starts_at: null,
    created_at: ctx.now,
    updated_at: ctx.now,
  };
}

type Changeable = Partial<
  Pick<
    Message,
    | "status"
    | "status_reason"
    | "provider_id"
    | "error_code"
    | "attempts"
    | "claimed_by"
    | "claim_expires_at"
    | "sending_at"
    | "send_at"
    | "sent_at"
    | "delivered_at"
  >
>;

export async function updateMessage(ctx: Ctx, message: Message, values: Changeable): Promise<Message> {
  return ctx.db
    .update("sms_messages")
    .set({ ...values, updated_at: ctx.now })
    .where("id", "=", message.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The next text of a lane to leave: one already being sent comes before those that wait, and those by age. */
export async function nextInLane(ctx: Ctx, lane: string): Promise<Message | undefined> {
  return ctx.db
    .from("sms_messages")
    .selectAll()
    .where("lane", "=", lane)
    .where("status", "in", ["queued", "sending"])
    .where("send_at", "<=", ctx.now)
    .orderBy(sql`status = 'sending'`, "desc")
    .orderBy("position")
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
}

/** Texts that wait for a later hour in a thread: automatic replies that a newer one makes stale. */
export async function cancelWaiting(
  ctx: Ctx,
  conversationId: string,
  purposes: readonly Purpose[],
  reason: string,
): Promise<number> {
  const rows = await ctx.db
    .update("sms_messages")
    .set({ status: "cancelled", status_reason: reason, updated_at: ctx.now })
    .where("conversation_id", "=", conversationId)
    .where("status", "in", ["queued", "held"])
    .where("sender", "in", ["ai", "system"])
    .where("purpose", "in", [...purposes])
    .returningAll()
    .execute();
  for (const row of rows) announce(ctx, row, "message.cancelled");
  return rows.length;
}

/** How many texts the program wrote in a thread since an instant and did not take back. */
export async function countAutomatic(ctx: Ctx, conversationId: string, since: Date): Promise<number> {
  const row = await ctx.db
    .from("sms_messages")
    .select(({ fn }) => fn.countAll<string>().as("count"))
    .where("conversation_id", "=", conversationId)
    .where("direction", "=", "out")
    .where("sender", "in", ["ai", "system"])
    .where("created_at", ">", since)
    .where("status", "not in", ["cancelled", "held"] satisfies MessageStatus[])
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

/** Whether a text of this purpose went (or is about to go) to a customer since an instant. */
export async function sentSince(
  ctx: Ctx,
  conversationId: string,
  purpose: Purpose,
  since: Date,
): Promise<boolean> {
  const row = await ctx.db
    .from("sms_messages")
    .select("id")
    .where("conversation_id", "=", conversationId)
    .where("purpose", "=", purpose)
    .where("created_at", ">", since)
    .where("status", "not in", ["cancelled", "failed", "undelivered"] satisfies MessageStatus[])
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Says in the event feed what became of a message. */
export function announce(ctx: Ctx, message: Message, type: string): void {
  ctx.emit({
    type,
    noun: "sms_message",
    recordId: message.id,
    payload: {
      id: message.id,
      conversation_id: message.conversation_id,
      booking_id: message.booking_id,
      purpose: message.purpose,
      sender: message.sender,
      status: message.status,
      ...(message.error_code === null ? {} : { error_code: message.error_code }),
    },
  });
}

/** A message for the audit trail: the text itself stays in its own table. */
function evidence(message: Message): Record<string, unknown> {
  const { direction, sender, purpose, status, from_e164, to_e164, conversation_id, booking_id } = message;
  return { direction, sender, purpose, status, from_e164, to_e164, conversation_id, booking_id };
}
