import { Type } from "typebox";
import type { Static, TObject } from "typebox";
import type { Generated, Selectable } from "kysely";
import type { Timestamp } from "../../../kernel/tables.ts";
import { nullableText, optionalDate, optionalText } from "../party.ts";

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

const oneOf = <T extends string>(values: readonly T[], description: string) =>
  Type.Union(
    values.map((value) => Type.Literal(value)),
    { description },
  );

export const TaskStatusField = oneOf(taskStatuses, "open or completed.");
export const TaskPriorityField = oneOf(taskPriorities, "low, medium or high.");

/** Something somebody has to do, as the workspace API shows it. */
export const TaskRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  title: Type.String(),
  description: nullableText(),
  status: TaskStatusField,
  priority: TaskPriorityField,
  category_id: nullableText(),
  category: nullableText("The category's name."),
  due_date: nullableText("YYYY-MM-DD in the company's time zone."),
  is_overdue: Type.Boolean({ description: "Open, and due on a day that is over." }),
  completed_at: nullableText(),
  deal_id: nullableText("An opportunity."),
  contact_id: nullableText(),
  assigned_to: nullableText("A member of the company."),
  position: Type.String({ description: "Tasks sort by it, as text." }),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

const link = (description: string) =>
  Type.Optional(Type.Union([Type.String({ format: "uuid", description }), Type.Null()]));

/** The fields create and update share. */
export const taskFields = {
  description: optionalText("What is to do.", 20_000),
  status: Type.Optional(TaskStatusField),
  priority: Type.Optional(TaskPriorityField),
  category: optionalText("A category, by its name or id.", 200),
  category_id: link("A category; or send category."),
  due_date: optionalDate("YYYY-MM-DD."),
  deal_id: link("The opportunity it is about."),
  contact_id: link("The contact it is about."),
  assigned_to: link("The member who does it."),
};

export const TaskTitle = Type.String({ minLength: 1, maxLength: 500, description: "What it is, in a line." });

export type TaskFields = Partial<Static<TObject<typeof taskFields>>> & { title?: string };

/** What a row shows without looking anything up: what the audit and the events tell. */
export function recordedTask(row: Task) {
  const { workspace_id: _w, opportunity_id: dealId, rank, ...shown } = row;
  return { ...shown, deal_id: dealId, position: rank };
}

/** A row as callers see it, on the day `today`. */
export function presentTask(
  row: Task,
  { today, categories }: { today: string; categories: Map<string, string> },
): Static<typeof TaskRecord> {
  return {
    ...recordedTask(row),
    category: categories.get(row.category_id ?? "") ?? null,
    is_overdue: row.status === "open" && row.due_date !== null && row.due_date < today,
  } as never;
}
