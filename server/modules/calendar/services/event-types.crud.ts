import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { EventTypeRecord, presentEventType } from "./event-type.ts";

export const eventTypesCrud = crud({
  noun: "scheduled_event_type",
  plural: "scheduled_event_types",
  table: "scheduled_event_types",
  surface: workspaceApi,
  section: "Scheduling",
  path: "/scheduled-event-types",
  scopes: { read: ["company:read"], write: ["company:write"] },
  record: EventTypeRecord,
  sort: { column: "sort_order", direction: "asc", kind: "number" },
  present: (_ctx, rows) => rows.map(presentEventType),
  summaries: {
    list: "List what can be booked, in display order, a page at a time.",
    get: "Get one event type.",
    delete: "Delete an event type for good; its bookings stay.",
  },
});
