import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { Booking } from "../bookings/booking.ts";

export type CallersBooking = Booking & {
  event_type_name: string | null;
  /** The zone of its service, else the workspace's. */
  service_zone: string;
};

/** A booking cancelled within this time keeps its place in the list, so that a number said twice means the same one twice. */
export const rememberedMs = 15 * 60_000;
const most = 50;

/**
 * What somebody with one of these numbers has coming, soonest first, in one statement: bookings of the contacts who have the number,
 * and bookings made under it. Those just cancelled are among them.
 */
export function callersBookings(ctx: Ctx, numbers: string[]): Promise<CallersBooking[]> {
  return ctx.db.raw(sql<CallersBooking>`
    select b.*, s.name as event_type_name, coalesce(s.timezone, w.time_zone) as service_zone
      from bookings b
      join workspaces w on w.id = b.workspace_id
      left join scheduled_event_types s on s.workspace_id = b.workspace_id and s.id = b.event_type_id
     where b.workspace_id = ${ctx.workspaceId} and b.starts_at > ${ctx.now}
       and (b.status = 'confirmed'
            or (b.status = 'cancelled' and b.cancelled_at > ${new Date(ctx.now.getTime() - rememberedMs)}))
       and (b.booker_phone = any(${numbers}::text[])
            or b.contact_id in (
              select id from contacts
               where workspace_id = ${ctx.workspaceId}
                 and (phone = any(${numbers}::text[]) or landline = any(${numbers}::text[]))))
     order by b.starts_at, b.id
     limit ${most}`);
}
