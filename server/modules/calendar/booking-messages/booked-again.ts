import type { Ctx } from "../../../kernel/context.ts";

/** Whether the customer of a booking has another one still to come. */
export async function hasBookedAgain(ctx: Ctx, bookingId: string): Promise<boolean> {
  const missed = await ctx.db
    .from("bookings")
    .select("contact_id")
    .where("id", "=", bookingId)
    .executeTakeFirst();
  if (!missed?.contact_id) return false;
  const next = await ctx.db
    .from("bookings")
    .select("id")
    .where("contact_id", "=", missed.contact_id)
    .where("id", "<>", bookingId)
    .where("status", "=", "confirmed")
    .where("starts_at", ">", ctx.now)
    .limit(1)
    .executeTakeFirst();
  return next !== undefined;
}
