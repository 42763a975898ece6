import { Type } from "typebox";
import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { DeliveryRecord, deliveryStatuses, presentDelivery } from "./delivery.ts";

export const deliveriesCrud = crud({
  noun: "webhook_delivery",
  plural: "webhook_deliveries",
  table: "webhook_deliveries",
  surface: workspaceApi,
  section: "Webhooks",
  path: "/webhooks/deliveries",
  scopes: { read: ["webhooks:read"], write: ["webhooks:write"] },
  record: DeliveryRecord,
  sort: { column: "created_at", direction: "desc", kind: "timestamp" },
  present: (_ctx, rows) => rows.map(presentDelivery),
  summaries: { list: "List messages and what became of them; status failed shows those that were given up." },
  filters: {
    status: {
      schema: Type.Union(deliveryStatuses.map((status) => Type.Literal(status))),
      where: (query, value: (typeof deliveryStatuses)[number]) => query.where("status", "=", value),
    },
    webhook_id: {
      schema: Type.String({ format: "uuid", description: "Of one subscription or outgoing webhook." }),
      where: (query, value: string) => query.where("endpoint_id", "=", value),
    },
  },
});
