import { sql } from "kysely";
import type { Source } from "./source.ts";

const contactName = sql`ct.first_name || coalesce(' ' || ct.last_name, '')`;

/** Tasks: what is to do, by whom, for whom, and what is late. */
export const tasksSource: Source = {
  key: "tasks",
  label: "Tasks",
  description: "One row per task. Overdue is an open task whose due date has passed in the workspace's zone.",
  table: sql`tasks t`,
  alias: "t",
  createdAt: sql`t.created_at`,
  columns: ["id", "title", "status", "priority", "due_date", "assignee_name", "client"],
  joins: {
    category: sql`left join task_categories tc on tc.workspace_id = t.workspace_id and tc.id = t.category_id`,
    assignee: sql`left join members tm on tm.workspace_id = t.workspace_id and tm.id = t.assigned_to`,
    about: sql`left join opportunities o on o.workspace_id = t.workspace_id and o.id = t.opportunity_id
               left join contacts ct on ct.workspace_id = t.workspace_id and ct.id = t.contact_id`,
  },
  facets: {
    placement: {
      kind: "rows",
      tables: sql`opportunity_placements pl`,
      on: sql`pl.workspace_id = t.workspace_id and pl.opportunity_id = t.opportunity_id`,
    },
  },
  fields: [
    { name: "id", label: "Tasks", type: "id", sql: sql`t.id`, measure: ["count"] },
    {
      name: "status",
      label: "Status",
      type: "text",
      sql: sql`t.status`,
      dimension: true,
      options: ["open", "completed"],
    },
    {
      name: "priority",
      label: "Priority",
      type: "text",
      sql: sql`t.priority`,
      dimension: true,
      options: ["low", "medium", "high"],
    },
    {
      name: "category",
      label: "Category",
      type: "text",
      join: "category",
      sql: sql`tc.name`,
      dimension: true,
    },
    {
      name: "assignee_name",
      label: "Assigned to",
      type: "text",
      join: "assignee",
      sql: sql`tm.name`,
      user: sql`t.assigned_to`,
      dimension: true,
    },
    { name: "deal_name", label: "Deal", type: "text", join: "about", sql: sql`o.name`, dimension: true },
    {
      name: "contact_name",
      label: "Contact",
      type: "text",
      join: "about",
      sql: contactName,
      dimension: true,
    },
    {
      name: "is_overdue",
      label: "Overdue",
      type: "boolean",
      sql: ({ today }) => sql`(t.status = 'open' and coalesce(t.due_date < ${today}::date, false))`,
      dimension: true,
    },
    {
      name: "client",
      label: "Client",
      type: "text",
      join: "about",
      sql: sql`coalesce(${contactName}, o.name)`,
      dimension: true,
      virtual: true,
    },
    { name: "due_date", label: "Due", type: "date", sql: sql`t.due_date`, time: true },
    { name: "task_created_at", label: "Created", type: "datetime", sql: sql`t.created_at`, time: true },
    { name: "completed_at", label: "Completed", type: "datetime", sql: sql`t.completed_at`, time: true },
    { name: "title", label: "Task", type: "text", sql: sql`t.title` },
    { name: "deal_id", label: "Deal id", type: "id", sql: sql`t.opportunity_id` },
    { name: "contact_id", label: "Contact id", type: "id", sql: sql`t.contact_id` },
    { name: "category_id", label: "Category id", type: "id", sql: sql`t.category_id` },
    {
      name: "assignee_id",
      label: "Assignee id",
      type: "id",
      sql: sql`t.assigned_to`,
      user: sql`t.assigned_to`,
    },
    {
      name: "pipeline_id",
      label: "Pipeline id",
      type: "id",
      sql: sql`pl.pipeline_id`,
      facet: "placement",
    },
  ],
};
