import { Type } from "typebox";
import { invalidField } from "../../../kernel/errors.ts";
import { recordUpdated } from "../../../kernel/lifecycle.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { recordedTask } from "./task.ts";
import { ranksInOrder } from "./task-order.ts";
import { lockTasks, rankAfter, writeRanks } from "./tasks.store.ts";

export const reorderTasks = operation({
  name: "reorder_tasks",
  surface: workspaceApi,
  section: "Tasks",
  route: "POST /tasks/reorder",
  scopes: ["tasks:write"],
  effect: "write",
  noun: "task",
  summary: "Put tasks into an order.",
  description: "The tasks named change places among themselves; the others stay where they are.",
  input: Type.Object(
    {
      order: Type.Array(Type.String({ format: "uuid" }), {
        minItems: 1,
        maxItems: 1000,
        description: "Ids of tasks in the order they shall stand in.",
      }),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    success: Type.Boolean(),
    moved: Type.Integer({ description: "Tasks that changed places." }),
  }),
  async run(ctx, input) {
    const order = input.order.map((id) => id.toLowerCase());
    const repeated = order.findIndex((id, place) => order.indexOf(id) !== place);
    if (repeated >= 0)
      throw invalidField(`order.${repeated}`, "is there twice", "Send the id of every task once.");
    const tasks = await lockTasks(ctx, order);
    const found = new Map(tasks.map((task) => [task.id, task]));
    const unknown = order.findIndex((id) => !found.has(id));
    if (unknown >= 0) {
      throw invalidField(
        `order.${unknown}`,
        `there is no task ${order[unknown]}`,
        "GET /tasks lists those there are.",
      );
    }
    const ranks = await ranksInOrder(tasks, order, (rank) => rankAfter(ctx, rank));
    await writeRanks(ctx, ranks);
    for (const [id, rank] of ranks) {
      const before = found.get(id)!;
      recordUpdated(ctx, "task", recordedTask(before), recordedTask({ ...before, rank }));
    }
    return { success: true, moved: ranks.size };
  },
});
