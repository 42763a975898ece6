/** What hangs on an opportunity and has pages of its own elsewhere: activities, tasks, work orders. */
import { Type } from "typebox";
import { crud } from "../../../kernel/crud.ts";
import { missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { keysetPage, pageOf, pagingInput } from "../../../kernel/pagination.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { ActivityRecord, presentActivity } from "../activities/activity.ts";
import { TaskRecord } from "../tasks/task.ts";
import { presentTasks } from "../tasks/tasks.crud.ts";
import { WorkOrderRecord } from "../work-orders/work-order.ts";
import { presentWorkOrders } from "../work-orders/work-order-values.ts";
import { linesOfDeal } from "../work-orders/work-orders.store.ts";
import { findOpportunity } from "./opportunities.store.ts";

const common = { surface: workspaceApi, section: "Opportunities" } as const;
const parent = {
  param: "id",
  column: "opportunity_id",
  table: "opportunities",
  noun: "opportunity",
} as const;

export const listOpportunityActivities = crud({
  ...common,
  noun: "activity",
  plural: "opportunity_activities",
  table: "activities",
  path: "/opportunities/:id/activities",
  aliasPaths: ["/deals/:id/activities"],
  parent,
  scopes: { read: ["opportunities:read", "activities:read"], write: [] },
  record: ActivityRecord,
  sort: { column: "created_at", direction: "desc", kind: "timestamp" },
  present: (_ctx, rows) => rows.map(presentActivity),
  summaries: { list: "List what was done and said about an opportunity, the latest first." },
}).list;

export const listOpportunityTasks = crud({
  ...common,
  noun: "task",
  plural: "opportunity_tasks",
  table: "tasks",
  path: "/opportunities/:id/tasks",
  aliasPaths: ["/deals/:id/tasks"],
  parent,
  scopes: { read: ["opportunities:read", "tasks:read"], write: [] },
  record: TaskRecord,
  sort: { column: "rank", direction: "asc", kind: "text" },
  present: presentTasks,
  summaries: { list: "List the tasks of an opportunity in their order." },
}).list;

export const listOpportunityWorkOrders = operation({
  ...common,
  name: "list_opportunity_work_orders",
  route: "GET /opportunities/:id/work-orders",
  aliases: ["GET /deals/:id/work-orders"],
  scopes: ["opportunities:read"],
  effect: "read",
  noun: "work_order",
  shape: "list",
  summary: "List the work orders of an opportunity's product lines in their order.",
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), ...pagingInput() },
    { additionalProperties: false },
  ),
  output: pageOf(WorkOrderRecord),
  async run(ctx, { id, ...paging }) {
    if (!(await findOpportunity(ctx, id))) throw missing("opportunity", id);
    const query = ctx.db
      .from("work_orders")
      .selectAll()
      .where("opportunity_product_id", "in", linesOfDeal(ctx, id));
    const sort = { column: "sort_order", direction: "asc", kind: "number" } as const;
    const page = await keysetPage(query, "work_orders", sort, paging as never);
    return { ...page, rows: await presentWorkOrders(ctx, page.rows) };
  },
});
