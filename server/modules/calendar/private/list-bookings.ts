import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { keysetPage } from "../../../kernel/pagination.ts";
import { privateBookings } from "../../../surfaces/private-bookings.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import type { Booking } from "../bookings/booking.ts";
import { successorIdsOf, touchesFrom } from "../bookings/bookings.store.ts";
import { dateRange } from "./date-range.ts";
import { PrivateBooking, presentPrivateBooking } from "./private-booking.ts";

/** A calendar's bookings between two dates, by start. Long ranges come in parts: send nextCursor back as cursor. */
export const listBookings = operation({
  name: "list_bookings",
  surface: privateBookings,
  section: "Bookings",
  route: "GET /bookings",
  scopes: ["READ_BOOKINGS"],
  effect: "read",
  noun: "booking",
  summary:
    "List the bookings of a date range with timing, customer and source; one over several days is on each of them.",
  input: Type.Object(
    {
      from: Type.Optional(
        Type.String({ description: "First day, YYYY-MM-DD in the business' zone, included." }),
      ),
      to: Type.Optional(Type.String({ description: "Last day, YYYY-MM-DD, included." })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 500 })),
      cursor: Type.Optional(Type.String({ description: "nextCursor of the part before." })),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    bookings: Type.Array(PrivateBooking),
    nextCursor: Type.Union([Type.String(), Type.Null()]),
  }),
  example: { input: { from: "2026-03-02", to: "2026-03-08" } },
  async run(ctx, input) {
    const { timeZone } = await workspaceOf(ctx);
    const { start, end } = dateRange(input, timeZone);
    let query = ctx.db.from("bookings").selectAll();
    if (start) query = query.where(touchesFrom(start));
    if (end) query = query.where("starts_at", "<", end);
    const page = await keysetPage(
      query as never,
      "bookings",
      { column: "starts_at", direction: "asc", kind: "timestamp" },
      input,
    );
    const rows = page.rows as unknown as Booking[];
    const successors = await successorIdsOf(ctx, rows);
    return {
      bookings: rows.map((row) => presentPrivateBooking(row, ctx.now, successors)),
      nextCursor: page.nextCursor,
    };
  },
});
