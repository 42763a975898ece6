import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import { recordCreated } from "../../../kernel/lifecycle.ts";
import { presentActivity } from "./activity.ts";
import type { Activity, ActivityType } from "./activity.ts";

export type NewActivity = {
  activity_type: ActivityType;
  subject: string;
  description?: string | null;
  contact_id?: string | null;
  opportunity_id?: string | null;
  company_id?: string | null;
  /** Who wrote it down, by name; whoever acts by default. */
  created_by?: string | null;
};

/** Writes an activity down, with its audit entry and event. The records it links to must exist. */
export async function insertActivity(ctx: Ctx, activity: NewActivity): Promise<Activity> {
  const row = await ctx.db
    .insert("activities", {
      description: null,
      contact_id: null,
      opportunity_id: null,
      company_id: null,
      created_by: ctx.actor.name,
      ...activity,
      id: newId(ctx.now),
      created_at: ctx.now,
      updated_at: ctx.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  recordCreated(ctx, "activity", presentActivity(row));
  return row;
}
