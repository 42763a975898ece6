import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import type { Connection } from "./connection.ts";
import { withSittings } from "./sitting.ts";
import { enqueueWrite } from "./write-booking.job.ts";

/** Enqueues what a change of a booking means for calendars: those of its hosts, and those it stands in already. */
export async function planWrites(ctx: Ctx, bookingIds: readonly string[]): Promise<void> {
  if (bookingIds.length === 0) return;
  const ids = await withSittings(ctx, bookingIds);
  const pairs = await ctx.db.raw(sql<{ booking_id: string; connection_id: string }>`
    select b.id as booking_id, c.id as connection_id
      from bookings b
      join calendar_connections c on c.workspace_id = b.workspace_id and c.member_id = any(b.host_ids)
       and c.writes_bookings and not c.is_removed
      join members m on m.workspace_id = c.workspace_id and m.id = c.member_id and m.status <> 'removed'
     where b.workspace_id = ${ctx.workspaceId} and b.id = any(${ids}::uuid[])
    union
    select e.booking_id, e.connection_id from booking_calendar_events e
     where e.workspace_id = ${ctx.workspaceId} and e.booking_id = any(${ids}::uuid[])`);
  for (const { booking_id, connection_id } of pairs) enqueueWrite(ctx, booking_id, connection_id);
}

/** What a calendar should hold from now on: its member's bookings to come, whenever they were made. */
export async function planUpcomingWrites(ctx: Ctx, connection: Connection): Promise<void> {
  const rows = await ctx.db.raw(sql<{ id: string }>`
    select id from bookings
     where workspace_id = ${ctx.workspaceId} and ${connection.member_id}::uuid = any(host_ids)
       and status <> 'cancelled' and starts_at > ${ctx.now}
    union
    select booking_id from booking_calendar_events
     where workspace_id = ${ctx.workspaceId} and connection_id = ${connection.id}
       and status in ('pending', 'failed')`);
  for (const { id } of rows) enqueueWrite(ctx, id, connection.id);
}
