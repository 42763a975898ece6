import { Type } from "typebox";
import { invalidField } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { dateOf, epochDayOf } from "../../calendar/slots/wall-clock.ts";
import { WorkOrderRecord } from "./work-order.ts";
import { presentWorkOrders } from "./work-order-values.ts";
import { workOrdersBetween } from "./work-orders.store.ts";

const mostDays = 62;
const mostOrders = 2000;

const day = (description: string) => Type.String({ format: "date", pattern: "^(?!0000)", description });

export const getWorkOrderCalendar = operation({
  name: "get_work_order_calendar",
  surface: workspaceApi,
  section: "Work Orders",
  route: "GET /work-orders/calendar",
  scopes: ["work-orders:read"],
  effect: "read",
  noun: "work_order",
  summary: "Show the work orders of some days, day by day.",
  description: `All-day work comes first, the rest by its time. At most ${mostDays} days; beyond ${mostOrders} work orders the rest is left out and complete is false.`,
  input: Type.Object(
    {
      from: day("First day, YYYY-MM-DD."),
      to: day("Last day, YYYY-MM-DD."),
      assigned_to: Type.Optional(Type.String({ format: "uuid", description: "Of this member only." })),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    days: Type.Array(Type.Object({ date: Type.String(), work_orders: Type.Array(WorkOrderRecord) })),
    complete: Type.Boolean(),
  }),
  example: { input: { from: "2026-03-02", to: "2026-03-08" } },
  async run(ctx, { from, to, assigned_to: assignedTo }) {
    const [first, last] = [epochDayOf(from), epochDayOf(to)];
    if (last < first) throw invalidField("to", "is before from", "Send both days in order.");
    if (last - first >= mostDays) {
      throw invalidField("to", `is more than ${mostDays} days after from`, "Ask for fewer days at a time.");
    }
    const rows = await workOrdersBetween(ctx, { from, to, assignedTo, most: mostOrders + 1 });
    const shown = await presentWorkOrders(ctx, rows.slice(0, mostOrders));
    const byDay = Map.groupBy(shown, (order) => order.schedule_date);
    const dates = Array.from({ length: last - first + 1 }, (_, index) => dateOf(first + index));
    return {
      days: dates.map((date) => ({ date, work_orders: byDay.get(date) ?? [] })),
      complete: rows.length <= mostOrders,
    };
  },
});
