import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import { recordCreated } from "../../../kernel/lifecycle.ts";
import { rankBetween } from "../rank.ts";
import { recordedTask } from "./task.ts";
import type { Task, TaskPriority, TaskStatus } from "./task.ts";

export type NewTask = {
  title: string;
  description?: string | null;
  status?: TaskStatus;
  priority?: TaskPriority;
  category_id?: string | null;
  /** YYYY-MM-DD in the workspace's zone. */
  due_date?: string | null;
  opportunity_id?: string | null;
  contact_id?: string | null;
  /** A member's id. */
  assigned_to?: string | null;
};

/** Adds a task after all others, with its audit entry and event. The records it links to must exist. */
export async function insertTask(ctx: Ctx, task: NewTask): Promise<Task> {
  const row = await ctx.db
    .insert("tasks", {
      description: null,
      category_id: null,
      due_date: null,
      opportunity_id: null,
      contact_id: null,
      assigned_to: null,
      ...task,
      id: newId(ctx.now),
      completed_at: task.status === "completed" ? ctx.now : null,
      rank: rankBetween(await lastRank(ctx), null),
      created_at: ctx.now,
      updated_at: ctx.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  recordCreated(ctx, "task", recordedTask(row));
  return row;
}

// Two tasks added at the same moment may be given one rank; their ids then order them, and reordering parts them.
async function lastRank(ctx: Ctx): Promise<string | null> {
  const last = await ctx.db.from("tasks").select("rank").orderBy("rank", "desc").limit(1).executeTakeFirst();
  return last?.rank ?? null;
}

/** Names of categories by their ids. */
export async function categoryNames(ctx: Ctx, ids: (string | null)[]): Promise<Map<string, string>> {
  const wanted = [...new Set(ids.filter((id) => id !== null))];
  if (wanted.length === 0) return new Map();
  const rows = await ctx.db
    .from("task_categories")
    .select(["id", "name"])
    .where("id", "in", wanted)
    .execute();
  return new Map(rows.map((row) => [row.id, row.name]));
}

/** The id of the category with this id or, in any case, this name. */
export async function findCategory(ctx: Ctx, idOrName: string): Promise<string | undefined> {
  const wanted = idOrName.toLowerCase();
  const [found] = await ctx.db.raw(sql<{ id: string }>`
    select id from task_categories
     where workspace_id = ${ctx.workspaceId} and (id::text = ${wanted} or lower(name) = lower(${idOrName}))
     order by id::text = ${wanted} desc limit 1`);
  return found?.id;
}

export async function categoryList(ctx: Ctx): Promise<string[]> {
  const rows = await ctx.db.from("task_categories").select("name").orderBy("position").limit(50).execute();
  return rows.map((row) => row.name);
}

export async function nextCategoryPosition(ctx: Ctx): Promise<number> {
  const last = await ctx.db
    .from("task_categories")
    .select("position")
    .orderBy("position", "desc")
    .limit(1)
    .executeTakeFirst();
  return (last?.position ?? -1) + 1;
}

/** Tasks by id, locked until the transaction ends; in id order, so that two callers cannot wait for each other. */
export function lockTasks(ctx: Ctx, ids: readonly string[]): Promise<Task[]> {
  return ctx.db.from("tasks").selectAll().where("id", "in", ids).orderBy("id").forUpdate().execute();
}

/** The first rank after `rank` that any task has. */
export async function rankAfter(ctx: Ctx, rank: string): Promise<string | null> {
  const next = await ctx.db
    .from("tasks")
    .select("rank")
    .where("rank", ">", rank)
    .orderBy("rank")
    .limit(1)
    .executeTakeFirst();
  return next?.rank ?? null;
}

/** Gives tasks their ranks, all in one statement. */
export async function writeRanks(ctx: Ctx, ranks: ReadonlyMap<string, string>): Promise<void> {
  if (ranks.size === 0) return;
  await ctx.db.raw(sql`
    update tasks set rank = given.rank, updated_at = ${ctx.now}
      from unnest(${[...ranks.keys()]}::uuid[], ${[...ranks.values()]}::text[]) as given (id, rank)
     where tasks.workspace_id = ${ctx.workspaceId} and tasks.id = given.id`);
}
