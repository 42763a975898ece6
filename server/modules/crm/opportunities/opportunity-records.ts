/** What hangs on an opportunity and has pages of its own elsewhere: activities, tasks, work orders. */
import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { ActivityRecord, presentActivity } from "../activities/activity.ts";
import { TaskRecord } from "../tasks/task.ts";
import { presentTasks } from "../tasks/tasks.crud.ts";
import { WorkOrderRecord } from "../work-orders/work-order.ts";
import { presentWorkOrders } from "../work-orders/work-order-values.ts";

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

export const listOpportunityWorkOrders = crud({
  ...common,
  noun: "work_order",
  plural: "opportunity_work_orders",
  table: "work_orders",
  path: "/opportunities/:id/work-orders",
  aliasPaths: ["/deals/:id/work-orders"],
  parent,
  scopes: { read: ["opportunities:read"], write: [] },
  record: WorkOrderRecord,
  sort: { column: "sort_order", direction: "asc", kind: "number" },
  present: presentWorkOrders,
  summaries: { list: "List the work orders of an opportunity's product lines in their order." },
}).list;
