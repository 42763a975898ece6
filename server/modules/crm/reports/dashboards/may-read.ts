import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import type { Ctx } from "../../../../kernel/context.ts";
import { viewerOf } from "../viewer.ts";
import type { Dashboard } from "./dashboard.ts";

/** Whether the caller may see a dashboard: everybody, but for a restricted one, which needs a grant or to have made it. */
export async function mayRead(ctx: Ctx, dashboard: Dashboard): Promise<boolean> {
  if (dashboard.visibility === "all_users") return true;
  const readable = await readableCondition(ctx);
  if (!readable) return true;
  const found = await ctx.db
    .from("report_dashboards")
    .select("id")
    .where("id", "=", dashboard.id)
    .where(readable)
    .executeTakeFirst();
  return found !== undefined;
}

/** The condition on report_dashboards that leaves what the caller may see; undefined for those who see all of them. */
export async function readableCondition(ctx: Ctx): Promise<RawBuilder<boolean> | undefined> {
  const { memberId, role, seesAll } = await viewerOf(ctx);
  if (seesAll) return undefined;
  const granted = sql`select 1 from report_dashboard_acl a
    where a.workspace_id = report_dashboards.workspace_id and a.dashboard_id = report_dashboards.id
      and (a.user_id = ${memberId}::uuid or a.role_name = ${role})`;
  return sql<boolean>`(visibility = 'all_users' or created_by = ${makerOf(ctx, memberId)} or exists (${granted}))`;
}

/** Whom a new dashboard belongs to. */
export function makerOf(ctx: Ctx, memberId: string | null): string {
  return memberId ?? ctx.actor.id;
}
