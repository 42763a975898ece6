import type { Updateable } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import type { Booking } from "../bookings/booking.ts";
import { stayOf } from "./notetaker.ts";
import type { BookingNotetaker, BookingNotetakersTable } from "./notetaker.ts";

/** The bot that is to join, is in, or was in a booking's meeting; one that was called off or failed is not it. */
export function notetakerOf(ctx: Ctx, bookingId: string): Promise<BookingNotetaker | undefined> {
  return ctx.db
    .from("booking_notetakers")
    .selectAll()
    .where("booking_id", "=", bookingId)
    .where("status", "in", ["scheduled", "joined", "completed"])
    .forUpdate()
    .executeTakeFirst();
}

/** Keeps others from changing it until the transaction ends. */
export function lockNotetaker(ctx: Ctx, id: string): Promise<BookingNotetaker | undefined> {
  return ctx.db.from("booking_notetakers").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
}

export async function insertNotetaker(
  ctx: Ctx,
  booking: Booking,
  meetingUrl: string,
): Promise<BookingNotetaker> {
  const row = await ctx.db
    .insert("booking_notetakers", {
      id: newId(ctx.now),
      booking_id: booking.id,
      meeting_url: meetingUrl,
      ...stayOf(booking, ctx.now),
      status: "scheduled",
      provider: ctx.app.ports.notetaker.name,
      created_at: ctx.now,
      updated_at: ctx.now,
    } as never)
    .returningAll()
    .executeTakeFirstOrThrow();
  ctx.changed({ noun: "booking_notetaker", id: row.id, after: row });
  return row;
}

export async function updateNotetaker(
  ctx: Ctx,
  before: BookingNotetaker,
  values: Omit<Updateable<BookingNotetakersTable>, "transcript"> & { transcript?: string },
): Promise<BookingNotetaker> {
  const row = await ctx.db
    .update("booking_notetakers")
    .set({ ...values, updated_at: ctx.now } as never)
    .where("id", "=", before.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  ctx.changed({ noun: "booking_notetaker", id: row.id, before: evidence(before), after: evidence(row) });
  return row;
}

// What was said is on the activity; the trail of changes does not keep it a second time.
function evidence({ transcript: _spoken, ...row }: BookingNotetaker): Record<string, unknown> {
  return row;
}
