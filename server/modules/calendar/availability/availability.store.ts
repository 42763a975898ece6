import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import type { DateOverride, WeeklyHours } from "../slots/slots.ts";
import type { Availability } from "./availability.ts";

/** The row of a member, or the company's own for null. */
export function findAvailability(ctx: Ctx, memberId: string | null): Promise<Availability | undefined> {
  return ctx.db
    .from("scheduling_availability")
    .selectAll()
    .where("member_id", memberId === null ? "is" : "=", memberId)
    .executeTakeFirst();
}

export type AvailabilityChange = {
  weekly_hours?: WeeklyHours;
  timezone?: string;
  date_overrides?: DateOverride[];
};

/** Writes what is given and leaves the rest; makes the row when there is none. */
export async function storeAvailability(
  ctx: Ctx,
  memberId: string | null,
  change: AvailabilityChange,
): Promise<Availability> {
  const values = {
    ...(change.weekly_hours ? { weekly_hours: JSON.stringify(change.weekly_hours) } : {}),
    ...(change.timezone !== undefined ? { timezone: change.timezone } : {}),
    ...(change.date_overrides ? { date_overrides: JSON.stringify(change.date_overrides) } : {}),
    updated_at: ctx.now,
  };
  const before = await findAvailability(ctx, memberId);
  const row = await ctx.db
    .insert("scheduling_availability", {
      weekly_hours: null,
      timezone: null,
      date_overrides: null,
      ...values,
      id: newId(ctx.now),
      member_id: memberId,
      created_at: ctx.now,
    })
    .onConflict((conflict) => conflict.columns(["workspace_id", "member_id"]).doUpdateSet(values))
    .returningAll()
    .executeTakeFirstOrThrow();
  ctx.changed({ noun: "scheduling_availability", id: row.id, ...(before ? { before } : {}), after: row });
  return row;
}

/** The member a call means by "me": the user, or the one who made the key, else the first administrator. */
export async function memberMeantByMe(ctx: Ctx): Promise<string | undefined> {
  const [row] = await ctx.db.raw(sql<{ id: string }>`
    select m.id from members m
     where m.workspace_id = ${ctx.workspaceId} and m.status = 'active'
     order by m.id::text = ${ctx.actor.id} desc,
              m.id = (select created_by from api_keys
                       where workspace_id = ${ctx.workspaceId} and id::text = ${ctx.actor.id}) desc nulls last,
              m.role = 'client_admin' desc, m.created_at, m.id
     limit 1`);
  return row?.id;
}
