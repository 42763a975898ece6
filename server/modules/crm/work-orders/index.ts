import { module } from "../../../kernel/operation.ts";
import { createWorkOrder } from "./create-work-order.ts";
import { getWorkOrderCalendar } from "./get-work-order-calendar.ts";
import { sendWorkStatus } from "./status-portals/send-work-status.ts";
import { revokeStatusPortal, statusPortalsCrud } from "./status-portals/status-portals.crud.ts";
import { getWorkOrderSettings, setWorkOrderSettings } from "./work-order-settings.ts";
import { workOrdersCrud } from "./work-orders.crud.ts";

const { list, get, update, remove } = workOrdersCrud;

export const workOrders = module({
  name: "work-orders",
  operations: [
    list,
    get,
    createWorkOrder,
    update,
    remove,
    sendWorkStatus,
    getWorkOrderCalendar,
    getWorkOrderSettings,
    setWorkOrderSettings,
    statusPortalsCrud.list,
    revokeStatusPortal,
  ],
  rows: [workOrdersCrud.rows, statusPortalsCrud.rows],
});
