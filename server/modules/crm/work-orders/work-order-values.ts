import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { checkReferences } from "../references.ts";
import type { WorkOrder, WorkOrderFields, WorkOrderShown, WorkOrderStatus } from "./work-order.ts";
import { recordedWorkOrder } from "./work-order.ts";
import { mergedData } from "./work-order-config.ts";
import { findStatus, productStatuses, standardStatuses, statusesById } from "./work-order-statuses.store.ts";
import { fieldsOfLine, linesById, productConfigOf } from "./work-orders.store.ts";
import type { NewWorkOrder } from "./work-orders.store.ts";

/** Statuses that work orders of a product line can have, in their order: its product's own, or the company's. */
async function statusesOf(ctx: Ctx, lineId: string): Promise<WorkOrderStatus[]> {
  const wanted = (await productConfigOf(ctx, lineId))?.statuses ?? [];
  return wanted.length > 0 ? productStatuses(ctx, wanted) : standardStatuses(ctx);
}

/** The status a caller named, or on a create the first there is; undefined where nothing was said. */
export async function statusIdOf(
  ctx: Ctx,
  lineId: string,
  { status, status_id: id }: WorkOrderFields,
  options: { orFirst?: boolean } = {},
): Promise<string | undefined> {
  if (status !== undefined && id !== undefined) {
    throw invalidField("status", "cannot be sent with status_id", "Send one of the two.");
  }
  if (id !== undefined) {
    if (await findStatus(ctx, id)) return id;
    throw invalidField(
      "status_id",
      `there is no work order status ${id}`,
      "GET /work-orders/settings lists them.",
    );
  }
  if (status === undefined && !options.orFirst) return undefined;
  const statuses = await statusesOf(ctx, lineId);
  if (status === undefined) return statuses[0]?.id;
  const found = statuses.find((one) => one.label.toLowerCase() === status.trim().toLowerCase());
  if (found) return found.id;
  const labels = statuses.map((one) => one.label).join(", ");
  throw invalidField("status", `${status} is no status of this work order`, `Send one of ${labels}.`);
}

/** What a work order will hold, by the configuration of its product or the company's. */
export async function dataOf(
  ctx: Ctx,
  lineId: string,
  sent: WorkOrderFields["data"],
  before: WorkOrder["data"],
): Promise<WorkOrder["data"]> {
  return mergedData(await fieldsOfLine(ctx, lineId), before, (sent ?? {}) as WorkOrder["data"]);
}

/** Column values of a change; what was not sent stays. Throws a 400 naming the field. */
export async function changedWorkOrderValues(ctx: Ctx, fields: WorkOrderFields, before: WorkOrder) {
  const { schedule_date, schedule_time, assigned_to, sort_order, data } = fields;
  const lineId = before.opportunity_product_id;
  // Whoever does it already may have left since: naming them again changes nothing.
  if (assigned_to !== before.assigned_to) await checkReferences(ctx, { assigned_to });
  const statusId = await statusIdOf(ctx, lineId, fields);
  const values: Partial<Omit<NewWorkOrder, "data">> = {
    ...(statusId === undefined ? {} : { status_id: statusId }),
    ...(schedule_date === undefined ? {} : { schedule_date }),
    ...(schedule_time === undefined ? {} : { schedule_time }),
    ...(assigned_to === undefined ? {} : { assigned_to }),
    ...(sort_order === undefined ? {} : { sort_order }),
  };
  if (data === undefined) return values;
  return { ...values, data: JSON.stringify(await dataOf(ctx, lineId, data, before.data)) };
}

/** Work orders as callers see them. */
export async function presentWorkOrders(ctx: Ctx, rows: readonly WorkOrder[]): Promise<WorkOrderShown[]> {
  const [lines, statuses] = await Promise.all([
    linesById(
      ctx,
      rows.map((row) => row.opportunity_product_id),
    ),
    statusesById(
      ctx,
      rows.map((row) => row.status_id),
    ),
  ]);
  return rows.map((row) => {
    const line = lines.get(row.opportunity_product_id);
    return {
      ...recordedWorkOrder(row),
      product_id: line?.productId ?? null,
      product_name: line?.productName,
      status: statuses.get(row.status_id ?? "")?.label ?? null,
    } as never;
  });
}
