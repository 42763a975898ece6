import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { todayOf } from "../../workspace/settings/today.ts";
import { checkReferences } from "../references.ts";
import { WorkOrderRecord, workOrderFields } from "./work-order.ts";
import { dataOf, presentWorkOrders, statusIdOf } from "./work-order-values.ts";
import { insertWorkOrder } from "./work-orders.store.ts";

export const createWorkOrder = operation({
  name: "create_work_order",
  surface: workspaceApi,
  section: "Work Orders",
  route: "POST /work-orders",
  scopes: ["work-orders:write"],
  effect: "write",
  noun: "work_order",
  summary: "Create a work order for a product line of an opportunity.",
  description:
    "Without a status it gets the first one, without a date it is for today, without a time it is for the whole day. data holds the fields its product's configuration has, or the company's.",
  input: Type.Object(
    {
      deal_product_id: Type.String({ format: "uuid", description: "A product line of an opportunity." }),
      ...workOrderFields,
    },
    { additionalProperties: false },
  ),
  output: WorkOrderRecord,
  async run(ctx, { deal_product_id: lineId, ...fields }) {
    await checkReferences(ctx, { deal_product_id: lineId, assigned_to: fields.assigned_to });
    const row = await insertWorkOrder(ctx, {
      opportunity_product_id: lineId,
      status_id: (await statusIdOf(ctx, lineId, fields, { orFirst: true })) ?? null,
      schedule_date: fields.schedule_date ?? (await todayOf(ctx)),
      schedule_time: fields.schedule_time ?? null,
      assigned_to: fields.assigned_to ?? null,
      data: await dataOf(ctx, lineId, fields.data, {}),
      sort_order: fields.sort_order ?? 0,
    });
    const [shown] = await presentWorkOrders(ctx, [row]);
    return shown!;
  },
});
