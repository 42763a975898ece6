import type { Ctx } from "../../../kernel/context.ts";
import { blockingStatuses } from "../../calendar/bookings/booking.ts";

/** A booking's status; undefined when it is unknown. */
export async function bookingStatus(ctx: Ctx, bookingId: string): Promise<string | undefined> {
  const row = await ctx.db.from("bookings").select("status").where("id", "=", bookingId).executeTakeFirst();
  return row?.status;
}

/** When an active booking starts; undefined when it is cancelled, over or unknown. */
export async function bookingStart(ctx: Ctx, bookingId: string): Promise<Date | undefined> {
  const row = await ctx.db
    .from("bookings")
    .select(["starts_at", "status"])
    .where("id", "=", bookingId)
    .executeTakeFirst();
  return row && (blockingStatuses as readonly string[]).includes(row.status) ? row.starts_at : undefined;
}
