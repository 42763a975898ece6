import { module } from "../../../kernel/operation.ts";
import { createTask } from "./create-task.ts";
import { reorderTasks } from "./reorder-tasks.ts";
import { taskCategoriesCrud } from "./task-categories.crud.ts";
import { tasksCrud } from "./tasks.crud.ts";

const { list, get, update, remove } = tasksCrud;
const categories = taskCategoriesCrud;

export const tasks = module({
  name: "tasks",
  operations: [
    list,
    get,
    createTask,
    update,
    remove,
    reorderTasks,
    categories.list,
    categories.create,
    categories.update,
    categories.remove,
  ],
  rows: [tasksCrud.rows, categories.rows],
});
