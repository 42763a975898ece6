import type { Insertable } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { Tables } from "../../../kernel/tables.ts";
import type { Booking } from "./booking.ts";
import { unlessTaken } from "./slot-claims.ts";

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

/** Throws an exclusion violation when the time is taken. */
export function insertBooking(ctx: Ctx, row: NewBooking): Promise<Booking> {
  return ctx.db.insert("bookings", row).returningAll().executeTakeFirstOrThrow();
}

/** Inserts unless the time is taken, when it answers undefined. */
export function insertIfFree(ctx: Ctx, row: NewBooking): Promise<Booking | undefined> {
  return unlessTaken(ctx, () => insertBooking(ctx, row));
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
