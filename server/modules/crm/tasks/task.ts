import type { Generated, Selectable } from "kysely";
import type { Timestamp } from "../../../kernel/tables.ts";

export const taskStatuses = ["open", "completed"] as const;
export const taskPriorities = ["low", "medium", "high"] as const;
export type TaskStatus = (typeof taskStatuses)[number];
export type TaskPriority = (typeof taskPriorities)[number];

export interface TaskCategoriesTable {
  workspace_id: string;
  id: string;
  name: string;
  color: string | null;
  position: Generated<number>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface TasksTable {
  workspace_id: string;
  id: string;
  title: string;
  description: string | null;
  status: Generated<string>;
  priority: Generated<string>;
  category_id: string | null;
  /** YYYY-MM-DD in the workspace's zone. */
  due_date: string | null;
  completed_at: Timestamp | null;
  opportunity_id: string | null;
  contact_id: string | null;
  /** A member. */
  assigned_to: string | null;
  /** Orders the tasks: a text between its neighbours'. */
  rank: string;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    task_categories: TaskCategoriesTable;
    tasks: TasksTable;
  }
}

export type TaskCategory = Selectable<TaskCategoriesTable>;
export type Task = Selectable<TasksTable>;
