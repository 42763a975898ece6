import type { Ctx } from "../../../../kernel/context.ts";
import type { JsonObject } from "../../../../kernel/tables.ts";
import type { WorkOrderField } from "../work-order-config.ts";
import { isEmptyValue } from "../../fields/custom-field.ts";
import { statusesById } from "../work-order-statuses.store.ts";
import { fieldsOfLine, linesById, workOrdersOfDeal } from "../work-orders.store.ts";

/** A work order as its customer sees it. */
export type Progress = {
  name: string;
  number: string;
  status: string;
  isComplete: boolean;
  /** YYYY-MM-DD. */
  date: string;
  /** HH:MM:SS; null is all day. */
  time: string | null;
  facts: { label: string; value: string }[];
};

/** More than fits any page a person reads. */
const mostOrders = 200;

/** All work orders of an opportunity, with the fields that are meant for the customer. */
export async function progressOf(ctx: Ctx, dealId: string): Promise<Progress[]> {
  const orders = await workOrdersOfDeal(ctx, dealId, mostOrders);
  const lineIds = [...new Set(orders.map((order) => order.opportunity_product_id))];
  const [lines, statuses] = await Promise.all([
    linesById(ctx, lineIds),
    statusesById(
      ctx,
      orders.map((order) => order.status_id),
    ),
  ]);
  const fields = new Map<string, WorkOrderField[]>();
  for (const id of lineIds) fields.set(id, await fieldsOfLine(ctx, id));
  return orders.map((order) => {
    const status = statuses.get(order.status_id ?? "");
    return {
      name: lines.get(order.opportunity_product_id)?.productName ?? "",
      number: order.public_id,
      status: status?.label ?? "",
      isComplete: status?.is_complete ?? false,
      date: order.schedule_date,
      time: order.schedule_time,
      facts: factsOf(fields.get(order.opportunity_product_id) ?? [], order.data),
    };
  });
}

function factsOf(fields: readonly WorkOrderField[], data: JsonObject): Progress["facts"] {
  return fields
    .filter((field) => field.show_to_customer && !isEmptyValue(data[field.key]))
    .map((field) => ({ label: field.label, value: shown(data[field.key]) }));
}

function shown(value: unknown): string {
  if (typeof value === "boolean") return value ? "Yes" : "No";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
