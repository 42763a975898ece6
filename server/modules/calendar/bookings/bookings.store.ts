import { sql } from "kysely";
import type { Insertable } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { Tables } from "../../../kernel/tables.ts";
import type { Booking } from "./booking.ts";

export type NewBooking = Omit<Insertable<Tables["bookings"]>, "workspace_id">;

export function findBooking(ctx: Ctx, id: string): Promise<Booking | undefined> {
  return ctx.db.from("bookings").selectAll().where("id", "=", id).executeTakeFirst();
}

export function lockBooking(ctx: Ctx, id: string): Promise<Booking | undefined> {
  return ctx.db.from("bookings").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
}

export function findBookingByToken(ctx: Ctx, token: string): Promise<Booking | undefined> {
  return ctx.db.from("bookings").selectAll().where("management_token", "=", token).executeTakeFirst();
}

/** A contact's confirmed bookings that are not over, soonest first. */
export function upcomingBookingsOf(ctx: Ctx, contactId: string): Promise<Booking[]> {
  return ctx.db
    .from("bookings")
    .selectAll()
    .where("contact_id", "=", contactId)
    .where("status", "=", "confirmed")
    .where("ends_at", ">", ctx.now)
    .orderBy("starts_at")
    .orderBy("id")
    .execute();
}

/**
 * Inserts unless the time is taken, when it answers undefined. `on conflict` does more than swallow the violation:
 * two plain inserts into one slot could each wait for the other, these cannot.
 */
export function insertIfFree(ctx: Ctx, row: NewBooking): Promise<Booking | undefined> {
  return ctx.db
    .insert("bookings", row)
    .onConflict((conflict) => conflict.constraint("bookings_never_overlap").doNothing())
    .returningAll()
    .executeTakeFirst();
}

export type BookingChange = Partial<Omit<Booking, "workspace_id" | "id" | "attendees">> & {
  attendees?: string;
};

export function updateBooking(ctx: Ctx, id: string, values: BookingChange): Promise<Booking> {
  return ctx.db
    .update("bookings")
    .set({ ...values, updated_at: ctx.now } as never)
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** How many bookings that keep their time each member has starting in [from, to); members without any are left out. */
export async function bookingCounts(
  ctx: Ctx,
  memberIds: string[],
  from: Date,
  to: Date,
): Promise<Map<string, number>> {
  const rows = await ctx.db.raw(sql<{ member_id: string; bookings: number }>`
    select member_id, count(*)::int as bookings from bookings
     where workspace_id = ${ctx.workspaceId} and member_id = any(${memberIds}::uuid[])
       and status in ('confirmed', 'attended', 'late') and starts_at >= ${from} and starts_at < ${to}
     group by member_id`);
  return new Map(rows.map((row) => [row.member_id, row.bookings]));
}
