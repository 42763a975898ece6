import { sql } from "kysely";
import type { Insertable } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { conflict } from "../../../kernel/errors.ts";
import type { Tables } from "../../../kernel/tables.ts";
import type { Booking } from "./booking.ts";
import { longestBlockMs } from "./busy.store.ts";
import { unlessTaken } from "./slot-claims.ts";

export type NewBooking = Omit<Insertable<Tables["bookings"]>, "workspace_id">;

/**
 * Bookings that are not over at an instant. Nothing takes longer than three days, so the index on starts finds them: what began
 * before that is over.
 */
export function touchesFrom(from: Date) {
  const earliest = new Date(from.getTime() - longestBlockMs);
  return sql<boolean>`bookings.starts_at > ${earliest} and (bookings.starts_at >= ${from} or bookings.ends_at > ${from})`;
}

export function findBooking(ctx: Ctx, id: string): Promise<Booking | undefined> {
  return ctx.db.from("bookings").selectAll().where("id", "=", id).executeTakeFirst();
}

export function lockBooking(ctx: Ctx, id: string): Promise<Booking | undefined> {
  return ctx.db.from("bookings").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
}

/** The booking a management token leads to: the one it was given for, or what that one has become since. */
export async function findBookingByToken(ctx: Ctx, token: string): Promise<Booking | undefined> {
  const booking = await ctx.db
    .from("bookings")
    .selectAll()
    .where("management_token", "=", token)
    .executeTakeFirst();
  return booking && latestOf(ctx, booking);
}

/** What a booking has become: the one that took its place, and so on to the last. */
export async function latestOf(ctx: Ctx, booking: Booking): Promise<Booking> {
  const next = await successorOf(ctx, booking);
  return next ? latestOf(ctx, next) : booking;
}

/** The booking that took a cancelled one's place. */
export async function successorOf(ctx: Ctx, { id, status }: Booking): Promise<Booking | undefined> {
  if (status !== "cancelled") return undefined;
  return ctx.db.from("bookings").selectAll().where("replaces_booking_id", "=", id).executeTakeFirst();
}

/** Of bookings of which some are cancelled: which booking took whose place. */
export async function successorIdsOf(ctx: Ctx, rows: readonly Booking[]): Promise<Map<string, string>> {
  const ids = rows.filter(({ status }) => status === "cancelled").map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const next = await ctx.db
    .from("bookings")
    .select(["id", "replaces_booking_id"])
    .where("replaces_booking_id", "in", ids)
    .execute();
  return new Map(next.map((one) => [one.replaces_booking_id ?? "", one.id]));
}

/**
 * Throws a CONFLICT that names the booking which took a cancelled one's place: whoever changes the old one means the
 * appointment, and may not be told that it is off while it stands.
 */
export async function refuseReplaced(ctx: Ctx, booking: Booking): Promise<void> {
  if (!(await successorOf(ctx, booking))) return;
  const latest = await latestOf(ctx, booking);
  throw conflict(`The booking was moved: it is booking ${latest.id} now.`, {
    fix: `Send the request for ${latest.id}.`,
  });
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
