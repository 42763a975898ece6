import { Type } from "typebox";
import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { WorkOrderRecord, recordedWorkOrder, workOrderFields } from "./work-order.ts";
import type { WorkOrder, WorkOrderFields } from "./work-order.ts";
import { changedWorkOrderValues, presentWorkOrders } from "./work-order-values.ts";

const byId = (description: string) => Type.String({ format: "uuid", description });

export const workOrdersCrud = crud({
  noun: "work_order",
  plural: "work_orders",
  table: "work_orders",
  surface: workspaceApi,
  section: "Work Orders",
  path: "/work-orders",
  scopes: { read: ["work-orders:read"], write: ["work-orders:write"] },
  record: WorkOrderRecord,
  sort: { column: "sort_order", direction: "asc", kind: "number" },
  present: presentWorkOrders,
  recorded: recordedWorkOrder,
  fields: workOrderFields,
  values: (ctx, fields: WorkOrderFields, before) => changedWorkOrderValues(ctx, fields, before as WorkOrder),
  summaries: {
    list: "List work orders in their order.",
    get: "Get one work order: when it is done, by whom, and how it stands.",
    update: "Change a work order; what is not sent stays. null unassigns it or makes it all day.",
  },
  examples: { update: { status: "Complete" } },
  filters: {
    deal_product_id: {
      schema: byId("Of this product line of an opportunity."),
      where: (query, value: string) => query.where("opportunity_product_id", "=", value),
    },
    deal_id: {
      schema: byId("Of this opportunity."),
      where: (query, value: string) => query.where("opportunity_id", "=", value),
    },
    status_id: {
      schema: byId("With this status."),
      where: (query, value: string) => query.where("status_id", "=", value),
    },
    assigned_to: {
      schema: byId("Of this member."),
      where: (query, value: string) => query.where("assigned_to", "=", value),
    },
    schedule_date: {
      schema: Type.String({ format: "date", pattern: "^(?!0000)", description: "On exactly this day." }),
      where: (query, value: string) => query.where("schedule_date", "=", value),
    },
  },
});
