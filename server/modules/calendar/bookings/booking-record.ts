import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import type { Booking } from "./booking.ts";
import { successorIdsOf } from "./bookings.store.ts";

const text = () => Type.Union([Type.String(), Type.Null()]);
const id = () => Type.Union([Type.String({ format: "uuid" }), Type.Null()]);
const instant = () => Type.String({ format: "date-time" });
const moment = (description?: string) =>
  Type.Union([instant(), Type.Null()], description === undefined ? {} : { description });

export const AttendeeRecord = Type.Object({
  email: Type.String(),
  name: Type.Optional(Type.String()),
  phone: Type.Optional(Type.String()),
});

export const statuses = Type.Enum(["confirmed", "cancelled", "attended", "late", "no_show"]);

/** A booking as the workspace API shows one. */
export const BookingRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  event_type_id: id(),
  event_type_name: text(),
  title: Type.String(),
  starts_at: instant(),
  ends_at: instant(),
  timezone: Type.String({ description: "The booker's zone." }),
  user_id: id(),
  user_ids: Type.Array(Type.String({ format: "uuid" }), {
    description: "Everybody who gives it; user_id is the first.",
  }),
  resource_ids: Type.Array(Type.String({ format: "uuid" })),
  contact_id: id(),
  deal_id: id(),
  lead_id: id(),
  booker_name: text(),
  booker_email: text(),
  booker_phone: text(),
  booker_state: text(),
  booker_timezone: text(),
  message: text(),
  address: text(),
  postal_code: text(),
  status: statuses,
  source: Type.String({
    description: "Where it was made: workspace, private, capability, receptionist, console, voice.",
  }),
  source_name: text(),
  agent_vendor: text(),
  attendees: Type.Array(AttendeeRecord),
  google_meet_link: Type.Union([Type.String(), Type.Null()], {
    description: "Where the meeting is held, once there is a link.",
  }),
  attended_at: moment(
    "When it was last marked so, even if that was corrected since: status says what holds.",
  ),
  late_at: moment("The same for late."),
  no_show_at: moment("The same for a no-show."),
  replaces_booking_id: Type.Union([Type.String({ format: "uuid" }), Type.Null()], {
    description: "The booking whose place this one took.",
  }),
  replaced_by_booking_id: Type.Union([Type.String({ format: "uuid" }), Type.Null()], {
    description: "Of a cancelled booking that was moved: the one it has become.",
  }),
  cancellation_reason: text(),
  cancelled_at: moment(),
  management_token: Type.Union([Type.String({ format: "uuid" }), Type.Null()], {
    description: "Ends the booker's own link, /book/{company_slug}/manage/{management_token}.",
  }),
  management_token_expires_at: moment(),
  created_at: instant(),
  updated_at: instant(),
});

/** Bookings as callers see them, with the names of their event types looked up at once. */
export async function presentBookings(ctx: Ctx, rows: Booking[]): Promise<Record<string, unknown>[]> {
  const ids = [...new Set(rows.flatMap((row) => (row.event_type_id === null ? [] : [row.event_type_id])))];
  const types =
    ids.length === 0
      ? []
      : await ctx.db.from("scheduled_event_types").select(["id", "name"]).where("id", "in", ids).execute();
  const successors = await successorIdsOf(ctx, rows);
  const names = new Map(types.map((type) => [type.id, type.name]));
  return rows.map((row) => {
    const {
      workspace_id: _workspace,
      blocked_from: _from,
      blocked_until: _until,
      sequence: _sequence,
      invitation_id: _invitation,
      occasion_id: _occasion,
      capacity: _capacity,
      member_id,
      host_ids,
      notes,
      ...shown
    } = row;
    return {
      ...shown,
      event_type_name: row.event_type_id === null ? null : (names.get(row.event_type_id) ?? null),
      user_id: member_id,
      user_ids: host_ids,
      message: notes,
      replaced_by_booking_id: successors.get(row.id) ?? null,
    };
  });
}
