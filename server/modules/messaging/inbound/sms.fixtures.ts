import type { Ctx } from "../../../kernel/context.ts";
import { book } from "../../calendar/bookings/book.ts";

/** Books a boiler service, for Wednesday at ten as a rule; answers the booking's id. */
export async function insertService(
  ctx: Ctx,
  contactId: string,
  phone: string,
  startsAt = new Date("2026-03-04T10:00:00Z"),
): Promise<string> {
  const booking = await book(ctx, {
    title: "Boiler service",
    startsAt,
    endsAt: new Date(startsAt.getTime() + 3_600_000),
    customer: { contactId, phone },
    source: "console",
    offGrid: true,
  });
  return booking.id;
}
