import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import type { BookingMessage, MessageKind, MessageStatus } from "./booking-message.ts";
import type { PlannedMessage } from "./plan.ts";

/** How long a worker may be busy with one mail before another takes it over. */
export const leaseMs = 120_000;

const unsent: MessageStatus[] = ["pending", "held", "sending"];

/** How often the booking was moved, as its messages remember it; 0 when it has none. */
export async function currentSequence(ctx: Ctx, bookingId: string): Promise<number> {
  const row = await ctx.db
    .from("booking_messages")
    .select((select) => select.fn.max("booking_sequence").as("sequence"))
    .where("booking_id", "=", bookingId)
    .executeTakeFirst();
  return row?.sequence ?? 0;
}

/** Inserts what is not there yet; answers the rows it made. */
export async function insertMessages(
  ctx: Ctx,
  bookingId: string,
  sequence: number,
  planned: readonly PlannedMessage[],
): Promise<BookingMessage[]> {
  if (planned.length === 0) return [];
  const rows = planned.map((message) => ({
    id: newId(ctx.now),
    booking_id: bookingId,
    booking_sequence: sequence,
    kind: message.kind,
    position: message.position ?? 0,
    invitation_sequence: message.invitationSequence ?? null,
    channel: message.channel,
    audience: message.audience,
    recipient: message.recipient ?? null,
    recipient_name: message.recipientName ?? null,
    member_id: message.memberId ?? null,
    moved_from: message.movedFrom ?? null,
    offset_minutes: message.offsetMinutes ?? null,
    label: message.label ?? null,
    subject_template: message.subjectTemplate ?? null,
    body_template: message.bodyTemplate ?? null,
    due_at: message.dueAt,
    status: message.skipReason === undefined ? "pending" : "skipped",
    reason: message.skipReason ?? null,
    created_at: ctx.now,
    updated_at: ctx.now,
  }));
  const made = await ctx.db
    .insert("booking_messages", rows as never)
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .execute();
  for (const row of made) {
    ctx.changed({ noun: "booking_message", id: row.id, after: evidence(row) });
  }
  return made;
}

/** Cancels what has not left yet, but cancellations; of some kinds only, when they are named. */
export async function cancelUnsent(
  ctx: Ctx,
  bookingId: string,
  reason: string,
  kinds?: readonly MessageKind[],
): Promise<void> {
  const query = ctx.db
    .update("booking_messages")
    .set({ status: "cancelled", reason, updated_at: ctx.now } as never)
    .where("booking_id", "=", bookingId)
    .where("status", "in", unsent);
  const rows = await (kinds ? query.where("kind", "in", kinds) : query.where("kind", "<>", "cancellation"))
    .returning("id")
    .execute();
  noteCancelled(ctx, rows, reason);
}

/** Cancels what would ask a contact to book again. What a worker has in its hands just now is left to it. */
export async function cancelRebookingReminders(ctx: Ctx, contactId: string): Promise<void> {
  const reason = "the customer has booked again";
  const rows = await ctx.db.raw(sql<{ id: string }>`
    update booking_messages set status = 'cancelled', reason = ${reason}, updated_at = ${ctx.now}
     where workspace_id = ${ctx.workspaceId} and id in (
       select message.id from bookings booking
         join booking_messages message
           on message.workspace_id = booking.workspace_id and message.booking_id = booking.id
        where booking.workspace_id = ${ctx.workspaceId} and booking.contact_id = ${contactId}
          and booking.status = 'no_show' and message.kind = 'rebooking' and message.status in ('pending', 'held')
          for update of message skip locked)
    returning id`);
  noteCancelled(ctx, rows, reason);
}

function noteCancelled(ctx: Ctx, rows: readonly { id: string }[], reason: string): void {
  for (const { id } of rows) {
    ctx.changed({
      noun: "booking_message",
      id,
      before: { status: "pending" },
      after: { status: "cancelled", reason },
    });
  }
}

/** Puts what was planned before and cancelled unsent back on the schedule; answers those rows. */
export async function reviveMessages(
  ctx: Ctx,
  bookingId: string,
  sequence: number,
  planned: readonly PlannedMessage[],
): Promise<BookingMessage[]> {
  const revived: BookingMessage[] = [];
  for (const { kind, channel, recipient, offsetMinutes, position, dueAt } of planned) {
    const row = await ctx.db
      .update("booking_messages")
      .set({ status: "pending", reason: null, due_at: dueAt, updated_at: ctx.now } as never)
      .where("booking_id", "=", bookingId)
      .where("booking_sequence", "=", sequence)
      .where("kind", "=", kind)
      .where("channel", "=", channel)
      .where("position", "=", position ?? 0)
      .where("recipient", "is not distinct from", recipient ?? null)
      .where("offset_minutes", "is not distinct from", offsetMinutes ?? null)
      .where("status", "in", ["cancelled", "skipped"])
      .where("sent_at", "is", null)
      .returningAll()
      .executeTakeFirst();
    if (!row) continue;
    ctx.changed({
      noun: "booking_message",
      id: row.id,
      before: { status: "cancelled" },
      after: { status: "pending" },
    });
    revived.push(row);
  }
  return revived;
}

export function findMessage(ctx: Ctx, id: string): Promise<BookingMessage | undefined> {
  return ctx.db.from("booking_messages").selectAll().where("id", "=", id).executeTakeFirst();
}

export function messagesOf(ctx: Ctx, bookingId: string): Promise<BookingMessage[]> {
  return ctx.db
    .from("booking_messages")
    .selectAll()
    .where("booking_id", "=", bookingId)
    .orderBy("due_at")
    .orderBy("id")
    .execute();
}

/**
 * Takes a message for sending: only one caller gets it. One that was being sent is given again when its worker let it
 * go or has been silent longer than the lease; a failed one is given again, because only an operator's redrive asks.
 */
export function claimMessage(ctx: Ctx, id: string): Promise<BookingMessage | undefined> {
  const abandonedBefore = new Date(ctx.now.getTime() - leaseMs);
  return ctx.db
    .update("booking_messages")
    .set({
      status: "sending",
      claimed_at: ctx.now,
      attempts: sql`booking_messages.attempts + 1`,
      updated_at: ctx.now,
    } as never)
    .where("id", "=", id)
    .where((where) =>
      where.or([
        where("status", "in", ["pending", "failed"]),
        where.and([
          where("status", "=", "sending"),
          where.or([where("claimed_at", "is", null), where("claimed_at", "<=", abandonedBefore)]),
        ]),
      ]),
    )
    .returningAll()
    .executeTakeFirst();
}

/** What became of a message, on the record. */
export async function settleMessage(
  ctx: Ctx,
  before: BookingMessage,
  values: Partial<
    Pick<BookingMessage, "status" | "reason" | "last_error" | "message_id" | "provider_id" | "sent_at">
  >,
): Promise<void> {
  const row = await ctx.db
    .update("booking_messages")
    .set({ ...values, claimed_at: null, updated_at: ctx.now } as never)
    .where("id", "=", before.id)
    .returningAll()
    .executeTakeFirst();
  if (row)
    ctx.changed({ noun: "booking_message", id: row.id, before: evidence(before), after: evidence(row) });
}

/** Notes a failed attempt; the message stays takeable unless this was the last one. */
export async function recordFailure(ctx: Ctx, id: string, error: string, final: boolean): Promise<void> {
  await ctx.db
    .update("booking_messages")
    .set({
      last_error: error,
      claimed_at: null,
      updated_at: ctx.now,
      ...(final ? { status: "failed", reason: "it could not be sent" } : {}),
    } as never)
    .where("id", "=", id)
    .where("status", "in", ["pending", "sending"])
    .execute();
}

function evidence(row: BookingMessage): Record<string, unknown> {
  const { claimed_at: _c, subject_template: _s, body_template: _b, ...fields } = row;
  return fields;
}
