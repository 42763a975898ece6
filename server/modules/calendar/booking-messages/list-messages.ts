import { Type } from "typebox";
import { missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { keysetPage, pageOf, pagingInput } from "../../../kernel/pagination.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { findBooking } from "../bookings/bookings.store.ts";
import { BookingMessageRecord, messageStatuses, presentMessages } from "./booking-message.ts";
import type { BookingMessage } from "./booking-message.ts";
import { messagesOf } from "./booking-messages.store.ts";

export const listBookingMessages = operation({
  name: "list_booking_messages",
  surface: workspaceApi,
  section: "Scheduling Bookings",
  route: "GET /scheduling-bookings/:id/messages",
  scopes: ["company:read"],
  effect: "read",
  noun: "booking_message",
  summary: "List the confirmations, reminders and notices of one booking with what became of each.",
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: Type.Array(BookingMessageRecord),
  async run(ctx, { id }) {
    if (!(await findBooking(ctx, id))) throw missing("booking", id);
    return presentMessages(ctx, await messagesOf(ctx, id));
  },
});

export const listScheduledMessages = operation({
  name: "list_scheduled_messages",
  surface: workspaceApi,
  section: "Scheduling Bookings",
  route: "GET /scheduled-messages",
  scopes: ["company:read"],
  effect: "read",
  noun: "booking_message",
  shape: "list",
  summary: "List the messages of all bookings by the time they are due.",
  input: Type.Object(
    {
      ...pagingInput(),
      status: Type.Optional(Type.Union(messageStatuses.map((status) => Type.Literal(status)))),
    },
    { additionalProperties: false },
  ),
  output: pageOf(BookingMessageRecord),
  async run(ctx, input) {
    let query = ctx.db.from("booking_messages").selectAll();
    if (input.status !== undefined) query = query.where("status", "=", input.status);
    const page = await keysetPage(
      query as never,
      "booking_messages",
      { column: "due_at", direction: "asc", kind: "timestamp" },
      input,
    );
    return { ...page, rows: await presentMessages(ctx, page.rows as BookingMessage[]) };
  },
});
