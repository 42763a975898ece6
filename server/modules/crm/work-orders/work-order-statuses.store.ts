import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import type { WorkOrderStatus } from "./work-order.ts";
import type { WorkOrderStatusWanted } from "./work-order-config.ts";

/** What a company begins with; the last one is the end of the work. */
const firstStatuses = ["Pending", "Scheduled", "In Progress", "Complete"];

/** The company's own statuses in their order. A company that has none yet gets the usual ones, once. */
export async function standardStatuses(ctx: Ctx): Promise<WorkOrderStatus[]> {
  const found = await standardRows(ctx);
  if (found.length > 0) return found;
  const ids = firstStatuses.map(() => newId(ctx.now));
  await ctx.db.raw(
    sql`select ensure_work_order_statuses(${ctx.workspaceId}, ${ids}::uuid[], ${firstStatuses}::text[], ${ctx.now}::timestamptz)`,
  );
  return standardRows(ctx);
}

function standardRows(ctx: Ctx): Promise<WorkOrderStatus[]> {
  return ctx.db
    .from("work_order_statuses")
    .selectAll()
    .where("is_standard", "=", true)
    .orderBy("position")
    .orderBy("id")
    .execute();
}

/** The statuses a product's own configuration names, in its order; those nobody had before are made. */
export async function productStatuses(
  ctx: Ctx,
  wanted: readonly WorkOrderStatusWanted[],
): Promise<WorkOrderStatus[]> {
  const labels = wanted.map((one) => one.label.toLowerCase());
  let found = await statusesLabelled(ctx, labels);
  const absent = wanted.filter((one) => !found.some((row) => same(row, one)));
  if (absent.length > 0) {
    const rows = absent.map((one, position) => ({
      ...one,
      id: newId(ctx.now),
      position,
      is_standard: false,
      created_at: ctx.now,
      updated_at: ctx.now,
    }));
    await ctx.db
      .insert("work_order_statuses", rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    found = await statusesLabelled(ctx, labels);
  }
  return wanted.flatMap((one) => found.filter((row) => same(row, one)));
}

const same = (row: { label: string }, one: { label: string }) =>
  row.label.toLowerCase() === one.label.toLowerCase();

function statusesLabelled(ctx: Ctx, labels: string[]): Promise<WorkOrderStatus[]> {
  return ctx.db
    .from("work_order_statuses")
    .selectAll()
    .where(sql<boolean>`lower(label) = any(${labels}::text[])`)
    .execute();
}

export function findStatus(ctx: Ctx, id: string): Promise<WorkOrderStatus | undefined> {
  return ctx.db.from("work_order_statuses").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Statuses by their ids. */
export async function statusesById(
  ctx: Ctx,
  ids: (string | null)[],
): Promise<Map<string, Pick<WorkOrderStatus, "label" | "color" | "is_complete">>> {
  const wanted = [...new Set(ids.filter((id) => id !== null))];
  if (wanted.length === 0) return new Map();
  const rows = await ctx.db
    .from("work_order_statuses")
    .select(["id", "label", "color", "is_complete"])
    .where("id", "in", wanted)
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** Whoever changes the company's list waits for whoever else does, and for the first use that fills it. */
export async function lockStatuses(ctx: Ctx): Promise<void> {
  await ctx.db.raw(
    sql`select pg_advisory_xact_lock(hashtextextended('work_order_statuses ' || ${ctx.workspaceId}, 0))`,
  );
}

export type StatusChange = WorkOrderStatusWanted & { id?: string | undefined; position: number };

/** Writes one status of the company's list: the one with its id, else the one with its label, else a new one. */
export async function writeStatus(ctx: Ctx, { id, ...values }: StatusChange): Promise<void> {
  const row = { ...values, is_standard: true, updated_at: ctx.now };
  if (id !== undefined) {
    await ctx.db.update("work_order_statuses").set(row).where("id", "=", id).execute();
    return;
  }
  const { label, color, is_complete, position } = values;
  await ctx.db.raw(sql`
    insert into work_order_statuses
      (workspace_id, id, label, color, is_complete, position, is_standard, created_at, updated_at)
    values (${ctx.workspaceId}, ${newId(ctx.now)}, ${label}, ${color}, ${is_complete}, ${position}, true,
            ${ctx.now}, ${ctx.now})
    on conflict (workspace_id, lower(label)) do update
      set label = excluded.label, color = excluded.color, is_complete = excluded.is_complete,
          position = excluded.position, is_standard = true, updated_at = excluded.updated_at`);
}

/** Which of these statuses a work order has; those cannot be taken away. */
export async function statusesInUse(ctx: Ctx, ids: string[]): Promise<Set<string>> {
  const rows = await ctx.db.raw(sql<{ id: string }>`
    select given.id from unnest(${ids}::uuid[]) as given (id)
     where exists (select from work_orders where workspace_id = ${ctx.workspaceId} and status_id = given.id)`);
  return new Set(rows.map((row) => row.id));
}

export async function removeStatuses(ctx: Ctx, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await ctx.db.remove("work_order_statuses").where("id", "in", ids).execute();
}
