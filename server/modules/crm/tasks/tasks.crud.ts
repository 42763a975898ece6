import { sql } from "kysely";
import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { todayOf } from "../../workspace/settings/today.ts";
import {
  TaskPriorityField,
  TaskRecord,
  TaskStatusField,
  TaskTitle,
  presentTask,
  recordedTask,
} from "./task.ts";
import { taskFields } from "./task.ts";
import type { Task, TaskFields } from "./task.ts";
import { changedTaskValues } from "./task-values.ts";
import { categoryNames, findCategory } from "./tasks.store.ts";

const byId = (description: string) => Type.String({ format: "uuid", description });
const day = (description: string) => Type.String({ format: "date", pattern: "^(?!0000)", description });

/** Tasks as callers see them. */
export async function presentTasks(ctx: Ctx, rows: Task[]) {
  const names = categoryNames(
    ctx,
    rows.map((row) => row.category_id),
  );
  const shared = { today: await todayOf(ctx), categories: await names };
  return rows.map((row) => presentTask(row, shared));
}

export const tasksCrud = crud({
  noun: "task",
  plural: "tasks",
  table: "tasks",
  surface: workspaceApi,
  section: "Tasks",
  path: "/tasks",
  scopes: { read: ["tasks:read"], write: ["tasks:write"] },
  record: TaskRecord,
  sort: { column: "rank", direction: "asc", kind: "text" },
  present: presentTasks,
  recorded: recordedTask,
  belongsTo: ["contact_id", "opportunity_id"],
  fields: { title: TaskTitle, ...taskFields },
  values: (ctx, fields: TaskFields, before) => changedTaskValues(ctx, fields, before as Task),
  summaries: {
    list: "List tasks in their order.",
    update: "Change a task; completing it stamps completed_at, opening it again clears that.",
  },
  examples: { update: { status: "completed" } },
  filters: {
    status: {
      schema: TaskStatusField,
      where: (query, value: string) => query.where("status", "=", value),
    },
    priority: {
      schema: TaskPriorityField,
      where: (query, value: string) => query.where("priority", "=", value),
    },
    assigned_to: {
      schema: byId("Of this member."),
      where: (query, value: string) => query.where("assigned_to", "=", value),
    },
    deal_id: {
      schema: byId("About this opportunity."),
      where: (query, value: string) => query.where("opportunity_id", "=", value),
    },
    contact_id: {
      schema: byId("About this contact."),
      where: (query, value: string) => query.where("contact_id", "=", value),
    },
    category: {
      schema: Type.String({ minLength: 1, maxLength: 200, description: "A category, by its name or id." }),
      // No category has the id of no category.
      read: async (ctx, value: string) => (await findCategory(ctx, value.trim())) ?? ctx.workspaceId,
      where: (query, id: string) => query.where("category_id", "=", id),
    },
    due_before: {
      schema: day("Due before this date."),
      where: (query, value: string) => query.where("due_date", "<", value),
    },
    due_after: {
      schema: day("Due after this date."),
      where: (query, value: string) => query.where("due_date", ">", value),
    },
    is_overdue: {
      schema: Type.Boolean({ description: "Open and due on a day that is over, or not." }),
      // The date itself and no expression for it, so that the database can tell how many tasks are before it.
      read: async (ctx, isOverdue: boolean) => ({ isOverdue, today: await todayOf(ctx) }),
      where(query, { isOverdue, today }: { isOverdue: boolean; today: string }) {
        const overdue = sql<boolean>`tasks.status = 'open' and tasks.due_date < ${today}::date`;
        return query.where(isOverdue ? overdue : sql<boolean>`(${overdue}) is not true`);
      },
    },
  },
});
