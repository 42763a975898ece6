import { sql } from "kysely";
import type { Generated, Selectable } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import type { Timestamp } from "../../../kernel/tables.ts";
import { longestBlockMs } from "../bookings/busy.store.ts";

export interface CalendarConflictsTable {
  workspace_id: string;
  id: string;
  booking_id: string;
  member_id: string;
  /** busy_elsewhere: a calendar says the host has something else · host_left: the host is not on the team any more. */
  kind: Generated<"busy_elsewhere" | "host_left">;
  /** The calendar that says so; none when the host has left. */
  connection_id: string | null;
  external_id: string;
  title: string | null;
  busy_from: Timestamp;
  busy_until: Timestamp;
  status: "open" | "resolved";
  found_at: Timestamp;
  resolved_at: Timestamp | null;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    calendar_conflicts: CalendarConflictsTable;
  }
}

export type Conflict = Selectable<CalendarConflictsTable>;
type Clash = Pick<
  Conflict,
  "kind" | "booking_id" | "member_id" | "connection_id" | "external_id" | "title" | "busy_from" | "busy_until"
>;

/**
 * Compares the confirmed bookings of these members that are not over with what keeps them busy elsewhere: a clash that is new
 * is recorded and told, one that is gone resolves itself, whichever of the two moved.
 */
export async function reconcileConflicts(ctx: Ctx, memberIds: readonly string[]): Promise<void> {
  if (memberIds.length === 0) return;
  const clashes = await clashesOf(ctx, memberIds);
  const open = await ctx.db
    .from("calendar_conflicts")
    .selectAll()
    .where("status", "=", "open")
    .where("kind", "=", "busy_elsewhere")
    .where(sql<boolean>`member_id = any(${[...memberIds]}::uuid[])`)
    .execute();
  const current = new Set(clashes.map(keyOf));
  const gone = open.filter((conflict) => !current.has(keyOf(conflict))).map(({ id }) => id);
  if (gone.length > 0) {
    await ctx.db
      .update("calendar_conflicts")
      .set({ status: "resolved", resolved_at: ctx.now })
      .where(sql<boolean>`id = any(${gone}::uuid[])`)
      .execute();
  }
  const known = new Set(open.map(keyOf));
  for (const clash of clashes) if (!known.has(keyOf(clash))) await recordConflict(ctx, clash);
}

/** Records a clash and tells of it; false for one that is known already. */
export async function recordConflict(ctx: Ctx, clash: Clash): Promise<boolean> {
  const row = await ctx.db
    .insert("calendar_conflicts", {
      ...clash,
      id: newId(ctx.now),
      status: "open",
      found_at: ctx.now,
      resolved_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("id")
    .executeTakeFirst();
  if (!row) return false;
  ctx.emit({
    type: "booking.conflict_found",
    noun: "booking",
    recordId: clash.booking_id,
    payload: {
      id: clash.booking_id,
      conflict_id: row.id,
      member_id: clash.member_id,
      busy_from: clash.busy_from.toISOString(),
      busy_until: clash.busy_until.toISOString(),
    },
  });
  return true;
}

function keyOf(clash: Clash): string {
  const { booking_id, member_id, connection_id, external_id, busy_from, busy_until } = clash;
  return [booking_id, member_id, connection_id, external_id, busy_from.getTime(), busy_until.getTime()].join(
    " ",
  );
}

// Instants are compared, not ranges: those operators would keep row level security from the index.
function clashesOf(ctx: Ctx, memberIds: readonly string[]): Promise<Clash[]> {
  const earliest = new Date(ctx.now.getTime() - longestBlockMs);
  return ctx.db.raw(sql<Clash>`
    select 'busy_elsewhere' as kind, b.id as booking_id, e.member_id, e.connection_id, e.external_id, e.title,
           e.starts_at as busy_from, e.ends_at as busy_until
      from external_busy e
      join bookings b on b.workspace_id = e.workspace_id and e.member_id = any(b.host_ids)
       and b.starts_at < e.ends_at and b.ends_at > e.starts_at
     where e.workspace_id = ${ctx.workspaceId} and e.member_id = any(${[...memberIds]}::uuid[])
       and e.connection_id is not null and e.ends_at > ${ctx.now}
       and b.status = 'confirmed' and b.starts_at > ${earliest} and b.ends_at > ${ctx.now}
     order by b.starts_at, b.id, e.starts_at, e.external_id`);
}
