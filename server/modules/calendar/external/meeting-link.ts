import type { Ctx } from "../../../kernel/context.ts";
import { lockBooking, updateBooking } from "../bookings/bookings.store.ts";

/** The link of the video call the provider made for a booking; answers whether it is news. */
export async function keepMeetingLink(ctx: Ctx, bookingId: string, url: string): Promise<boolean> {
  const before = await lockBooking(ctx, bookingId);
  if (!before || before.google_meet_link === url) return false;
  await updateBooking(ctx, bookingId, { google_meet_link: url });
  ctx.changed({
    noun: "booking",
    id: bookingId,
    before: { google_meet_link: before.google_meet_link },
    after: { google_meet_link: url },
  });
  return true;
}
