import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { TaskRecord, TaskTitle, taskFields } from "./task.ts";
import { taskValues } from "./task-values.ts";
import { presentTasks } from "./tasks.crud.ts";
import { insertTask } from "./tasks.store.ts";

export const createTask = operation({
  name: "create_task",
  surface: workspaceApi,
  section: "Tasks",
  route: "POST /tasks",
  scopes: ["tasks:write"],
  effect: "write",
  noun: "task",
  summary: "Create a task, after all others.",
  input: Type.Object({ title: TaskTitle, ...taskFields }, { additionalProperties: false }),
  output: TaskRecord,
  example: { input: { title: "Order the boiler", due_date: "2026-03-06", priority: "high" } },
  async run(ctx, fields) {
    const task = await insertTask(ctx, { ...(await taskValues(ctx, fields)), title: fields.title.trim() });
    const [shown] = await presentTasks(ctx, [task]);
    return shown!;
  },
});
