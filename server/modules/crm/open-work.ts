/** What is still to be done by somebody who leaves: it becomes nobody's, so that it is found where such work is looked for. */
import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import type { Ctx } from "../../kernel/context.ts";
import { recordUpdated } from "../../kernel/lifecycle.ts";
import { tellLink } from "./opportunities/opportunity-people.ts";
import { recordedTask } from "./tasks/task.ts";
import type { Task } from "./tasks/task.ts";
import { recordedWorkOrder } from "./work-orders/work-order.ts";
import type { WorkOrder } from "./work-orders/work-order.ts";

/** Takes open tasks, unfinished work orders and open opportunities off a member; each says so in its log and as an event. */
export async function unassignOpenWork(ctx: Ctx, memberId: string): Promise<void> {
  const tasks = await unassign<Task>(ctx, "tasks", memberId, sql`t.status = 'open'`);
  for (const row of tasks) {
    recordUpdated(ctx, "task", recordedTask({ ...row, assigned_to: memberId }), recordedTask(row));
  }
  const orders = await unassign<WorkOrder>(
    ctx,
    "work_orders",
    memberId,
    sql`not exists (select from work_order_statuses status
          where status.workspace_id = t.workspace_id and status.id = t.status_id and status.is_complete)`,
  );
  for (const row of orders) {
    const before = recordedWorkOrder({ ...row, assigned_to: memberId });
    recordUpdated(ctx, "work_order", before, recordedWorkOrder(row));
  }
  const links = await ctx.db.raw(sql<{ opportunity_id: string }>`
    delete from opportunity_users link using opportunities deal
     where link.workspace_id = ${ctx.workspaceId} and link.user_id = ${memberId}
       and deal.workspace_id = link.workspace_id and deal.id = link.opportunity_id and deal.status = 'open'
    returning link.opportunity_id`);
  for (const { opportunity_id: id } of links) tellLink(ctx, id, { user_removed: memberId });
}

function unassign<Row>(
  ctx: Ctx,
  table: "tasks" | "work_orders",
  memberId: string,
  open: RawBuilder<unknown>,
): Promise<Row[]> {
  return ctx.db.raw(sql<Row>`
    update ${sql.table(table)} t set assigned_to = null, updated_at = ${ctx.now}
     where t.workspace_id = ${ctx.workspaceId} and t.assigned_to = ${memberId} and ${open}
    returning t.*`);
}
