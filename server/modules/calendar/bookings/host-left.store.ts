/** Bookings to come whose host has left the team, as open conflicts until somebody else gives them or they are off. */
import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { recordConflict } from "../external/conflicts.ts";
import type { Booking } from "./booking.ts";

/** The bookings to come that somebody was to give who is not on the team any more, soonest first. */
export function bookingsLeftBy(ctx: Ctx, memberId: string): Promise<Booking[]> {
  return ctx.db
    .from("bookings")
    .selectAll()
    .where("status", "=", "confirmed")
    .where("ends_at", ">", ctx.now)
    .where(({ eb, ref, val }) => eb(val(memberId), "=", eb.fn.any(ref("host_ids"))))
    .orderBy("starts_at")
    .orderBy("id")
    .execute();
}

/** Records that a booking has lost a host; false when that is known. */
export function recordHostLeft(
  ctx: Ctx,
  booking: Booking,
  member: { id: string; name: string },
): Promise<boolean> {
  return recordConflict(ctx, {
    kind: "host_left",
    booking_id: booking.id,
    member_id: member.id,
    connection_id: null,
    external_id: "",
    title: `${member.name} is not on the team any more`,
    busy_from: booking.starts_at,
    busy_until: booking.ends_at,
  });
}

/** Resolves what was open because of hosts who do not give the booking any more, or because it was to take place. */
export async function settleHostLeft(ctx: Ctx, { id, status, host_ids: hostIds }: Booking): Promise<void> {
  const isExpected = status === "confirmed" || status === "late";
  const query = ctx.db
    .update("calendar_conflicts")
    .set({ status: "resolved", resolved_at: ctx.now })
    .where("booking_id", "=", id)
    .where("kind", "=", "host_left")
    .where("status", "=", "open");
  const others = sql<boolean>`not member_id = any(${[...hostIds]}::uuid[])`;
  await (isExpected ? query.where(others) : query).execute();
}
