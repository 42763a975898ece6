import { Type } from "typebox";
import { invalidField } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { keysetPage, pageOf, pagingInput } from "../../../kernel/pagination.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import { dayBounds } from "../slots/wall-clock.ts";
import { dateField } from "../wall-input.ts";
import { touchesFrom } from "./bookings.store.ts";
import { BookingRecord, presentBookings, statuses } from "./booking-record.ts";

export const listBookings = operation({
  name: "list_scheduling_bookings",
  surface: workspaceApi,
  section: "Scheduling",
  route: "GET /scheduling-bookings",
  scopes: ["company:read"],
  effect: "read",
  noun: "booking",
  shape: "list",
  summary: "List bookings by start time, past ones and coming ones.",
  description:
    "date_from and date_to include their days, as the workspace's own zone counts them. A booking over several days is on each of them.",
  input: Type.Object(
    {
      ...pagingInput(),
      status: Type.Optional(statuses),
      event_type_id: Type.Optional(Type.String({ format: "uuid" })),
      date_from: Type.Optional(Type.String({ description: "First day, YYYY-MM-DD." })),
      date_to: Type.Optional(Type.String({ description: "Last day, YYYY-MM-DD." })),
    },
    { additionalProperties: false },
  ),
  output: pageOf(BookingRecord),
  async run(ctx, input) {
    let query = ctx.db.from("bookings").selectAll();
    if (input.status !== undefined) query = query.where("status", "=", input.status);
    if (input.event_type_id !== undefined) query = query.where("event_type_id", "=", input.event_type_id);
    if (input.date_from !== undefined || input.date_to !== undefined) {
      const { timeZone } = await workspaceOf(ctx);
      const from = input.date_from && dayBounds(dateField("date_from", input.date_from), timeZone)[0];
      const to = input.date_to && dayBounds(dateField("date_to", input.date_to), timeZone)[1];
      if (from && to && to <= from)
        throw invalidField("date_to", "is before date_from", "Send both days in order.");
      if (from) query = query.where(touchesFrom(new Date(from)));
      if (to) query = query.where("starts_at", "<", new Date(to));
    }
    const sort = { column: "starts_at", direction: "asc", kind: "timestamp" } as const;
    const page = await keysetPage(query, "bookings", sort, input);
    return { ...page, rows: (await presentBookings(ctx, page.rows)) as never };
  },
});
