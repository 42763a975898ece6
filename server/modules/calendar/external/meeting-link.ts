import type { Ctx } from "../../../kernel/context.ts";
import { lockBooking, updateBooking } from "../bookings/bookings.store.ts";
import { enqueueInvitations } from "../invitations/enqueue-invitations.ts";

/** The link of the video call the provider made for a booking, told to everybody invited; answers whether it is news. */
export async function keepMeetingLink(ctx: Ctx, bookingId: string, url: string): Promise<boolean> {
  const before = await lockBooking(ctx, bookingId);
  if (!before || before.google_meet_link === url) return false;
  const sequence = before.sequence + 1;
  const after = await updateBooking(ctx, bookingId, { google_meet_link: url, sequence });
  ctx.changed({
    noun: "booking",
    id: bookingId,
    before: { google_meet_link: before.google_meet_link },
    after: { google_meet_link: url },
  });
  if (after.status === "confirmed" && after.starts_at > ctx.now) enqueueInvitations(ctx, after, "REQUEST");
  return true;
}
