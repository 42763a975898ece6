import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import { recordCreated } from "../../../kernel/lifecycle.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { recordedWorkOrder } from "./work-order.ts";
import type { WorkOrder } from "./work-order.ts";
import type { WorkOrderConfig, WorkOrderField } from "./work-order-config.ts";

export type Line = { id: string; productId: string | null; productName: string };

/** The product lines work orders belong to, by id. */
export async function linesById(ctx: Ctx, ids: readonly string[]): Promise<Map<string, Line>> {
  if (ids.length === 0) return new Map();
  const rows = await ctx.db.raw(sql<Line>`
    select id, product_id as "productId", name as "productName"
      from opportunity_products where workspace_id = ${ctx.workspaceId} and id = any(${[...new Set(ids)]}::uuid[])`);
  return new Map(rows.map((row) => [row.id, row]));
}

/** The configuration of the product of a line; null where the company's own applies. */
export async function productConfigOf(ctx: Ctx, lineId: string): Promise<WorkOrderConfig | null> {
  const [row] = await ctx.db.raw(sql<{ work_order_config: WorkOrderConfig | null }>`
    select product.work_order_config
      from opportunity_products line
      join products product on product.workspace_id = line.workspace_id and product.id = line.product_id
     where line.workspace_id = ${ctx.workspaceId} and line.id = ${lineId}`);
  return row?.work_order_config ?? null;
}

/** The fields of the company's own configuration. */
export async function companyFields(ctx: Ctx): Promise<WorkOrderField[]> {
  const [row] = await ctx.db.raw(sql<{ fields: WorkOrderField[] | null }>`
    select settings #> '{crm,work_order_config,fields}' as fields from workspaces where id = ${ctx.workspaceId}`);
  return row?.fields ?? [];
}

/** The fields of a line's work orders: its product's own, or the company's where it has none. */
export async function fieldsOfLine(ctx: Ctx, lineId: string): Promise<WorkOrderField[]> {
  const own = (await productConfigOf(ctx, lineId))?.fields ?? [];
  return own.length > 0 ? own : companyFields(ctx);
}

// In one statement, so that it changes nothing else of the settings, whoever writes those at the same moment.
export async function writeCompanyFields(ctx: Ctx, fields: readonly WorkOrderField[]): Promise<void> {
  await ctx.db.raw(sql`
    update workspaces
       set settings = jsonb_set(settings, '{crm}', coalesce(settings -> 'crm', '{}')
                        || jsonb_build_object('work_order_config', ${JSON.stringify({ fields })}::jsonb)),
           updated_at = ${ctx.now}
     where id = ${ctx.workspaceId}`);
}

export type NewWorkOrder = {
  opportunity_product_id: string;
  status_id: string | null;
  /** YYYY-MM-DD on the workspace's calendar. */
  schedule_date: string;
  /** HH:MM:SS; null is all day. */
  schedule_time: string | null;
  /** A member's id. */
  assigned_to: string | null;
  data: JsonObject;
  sort_order: number;
};

/** Adds a work order, with its audit entry and event. The records it links to must exist. */
export async function insertWorkOrder(ctx: Ctx, { data, ...order }: NewWorkOrder): Promise<WorkOrder> {
  const row = await ctx.db
    .insert("work_orders", {
      ...order,
      data: JSON.stringify(data),
      id: newId(ctx.now),
      public_id: sql`next_public_id(${ctx.workspaceId}, 'work_order', 'WO')`,
      created_at: ctx.now,
      updated_at: ctx.now,
    } as never)
    .returningAll()
    .executeTakeFirstOrThrow();
  recordCreated(ctx, "work_order", recordedWorkOrder(row));
  return row;
}

/** The work orders of an opportunity, in the order people see them. At most `most`. */
export function workOrdersOfDeal(ctx: Ctx, dealId: string, most: number): Promise<WorkOrder[]> {
  return ctx.db
    .from("work_orders")
    .selectAll()
    .where("opportunity_id", "=", dealId)
    .orderBy("sort_order")
    .orderBy("id")
    .limit(most)
    .execute();
}

/** Work orders of the days from `from` to `to`, both included: by day, all-day ones first, then by time. */
export function workOrdersBetween(
  ctx: Ctx,
  wanted: { from: string; to: string; assignedTo?: string | undefined; most: number },
): Promise<WorkOrder[]> {
  let query = ctx.db
    .from("work_orders")
    .selectAll()
    .where("schedule_date", ">=", wanted.from)
    .where("schedule_date", "<=", wanted.to);
  if (wanted.assignedTo !== undefined) query = query.where("assigned_to", "=", wanted.assignedTo);
  return query
    .orderBy("schedule_date")
    .orderBy(sql`schedule_time asc nulls first`)
    .orderBy("sort_order")
    .orderBy("id")
    .limit(wanted.most)
    .execute();
}
