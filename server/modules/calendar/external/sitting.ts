import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { Booking } from "../bookings/booking.ts";

/**
 * Everybody who comes to the same sitting, first come first; a booking that is nobody else's sitting is alone. A sitting
 * is one event, and the booking that came first stands for it.
 */
export function sittingOf(ctx: Ctx, booking: Booking): Promise<Booking[]> | Booking[] {
  if (booking.capacity === 1) return booking.status === "cancelled" ? [] : [booking];
  return ctx.db
    .from("bookings")
    .selectAll()
    .where("event_type_id", "is not distinct from", booking.event_type_id)
    .where("starts_at", "=", booking.starts_at)
    .where("occasion_id", "=", booking.occasion_id)
    .where("status", "<>", "cancelled")
    .orderBy("created_at")
    .orderBy("id")
    .execute();
}

/** These bookings and all that share a sitting with one of them. */
export async function withSittings(ctx: Ctx, bookingIds: readonly string[]): Promise<string[]> {
  const rows = await ctx.db.raw(sql<{ id: string }>`
    select s.id from bookings b
      join bookings s on s.workspace_id = b.workspace_id and s.event_type_id = b.event_type_id
       and s.starts_at = b.starts_at and s.occasion_id = b.occasion_id and s.status <> 'cancelled'
     where b.workspace_id = ${ctx.workspaceId} and b.id = any(${[...bookingIds]}::uuid[]) and b.capacity > 1`);
  return [...new Set([...bookingIds, ...rows.map(({ id }) => id)])];
}

/** Those who stayed in a sitting that a booking has left. */
export async function leftBehind(ctx: Ctx, booking: Booking, occasionId: string): Promise<string[]> {
  const rows = await ctx.db
    .from("bookings")
    .select("id")
    .where("event_type_id", "=", booking.event_type_id)
    .where("occasion_id", "=", occasionId)
    .where("status", "<>", "cancelled")
    .execute();
  return rows.map(({ id }) => id);
}
