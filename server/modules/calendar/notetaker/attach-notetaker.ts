import { Type } from "typebox";
import { conflict, declareError, missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { settingsOf } from "../../workspace/settings/settings.ts";
import { lockBooking } from "../bookings/bookings.store.ts";
import { enqueueStay } from "./notetaker-jobs.ts";
import { creditsPerMinute, expectedCredits } from "./notetaker.ts";
import { insertNotetaker, notetakerOf } from "./notetakers.store.ts";

const notetakerDisabled = declareError(
  "NOTETAKER_DISABLED",
  409,
  "The notetaker is switched off in the company's settings.",
);
const meetingLinkMissing = declareError(
  "MEETING_LINK_MISSING",
  409,
  "The booking has no google_meet_link for the notetaker to join.",
);
const bookingCancelled = declareError("BOOKING_CANCELLED", 409, "The booking is cancelled.");

export const attachNotetaker = operation({
  name: "attach_booking_notetaker",
  surface: workspaceApi,
  section: "Scheduling",
  route: "POST /scheduling-bookings/:id/notetaker",
  scopes: ["company:write"],
  effect: "write",
  noun: "booking_notetaker",
  summary: "Send a notetaker to a booking's meeting.",
  description: `It joins 60 seconds before the start, writes down who says what, and puts the transcript on the booking's opportunity when the meeting is over. It follows the booking when that is moved or cancelled. Each recorded minute costs ${creditsPerMinute} credits, billed after the meeting. Asking again changes nothing.`,
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: Type.Object({
    success: Type.Boolean(),
    bot_id: Type.String({ format: "uuid" }),
    already_scheduled: Type.Boolean(),
    message: Type.String(),
  }),
  errors: [notetakerDisabled, meetingLinkMissing, bookingCancelled, conflict],
  async run(ctx, { id }) {
    const booking = await lockBooking(ctx, id);
    if (!booking) throw missing("booking", id);
    if (booking.status === "cancelled") {
      throw bookingCancelled("The booking is cancelled: there will be no meeting to take notes of.", {
        fix: "Make a new booking and attach the notetaker to that one.",
      });
    }
    const known = await notetakerOf(ctx, id);
    if (known) {
      const message = "The notetaker is scheduled for this booking already.";
      return { success: true, bot_id: known.id, already_scheduled: true, message };
    }
    if (!(await settingsOf(ctx)).notetaker.enabled) {
      throw notetakerDisabled("The notetaker is switched off.", {
        fix: 'Switch it on: PATCH /company with {"front_desk": {"notetaker": {"enabled": true}}}.',
      });
    }
    if (!booking.google_meet_link) {
      throw meetingLinkMissing("google_meet_link: the booking has no meeting to join.", {
        fix: "Connect the host's Google calendar and book an event type with is_meeting true; the link comes with the calendar's entry.",
      });
    }
    if (booking.ends_at <= ctx.now)
      throw conflict("The meeting is over.", { fix: "Choose a booking that is still to come." });
    const bot = await insertNotetaker(ctx, booking, booking.google_meet_link);
    enqueueStay(ctx, bot);
    const name = ctx.app.ports.notetaker.name;
    const local =
      name === "local" ? " This installation's notetaker is the local one, which hears nothing." : "";
    const message = `The notetaker joins at ${bot.joins_at.toISOString()}; about ${expectedCredits(booking)} credits are billed afterwards.${local}`;
    return { success: true, bot_id: bot.id, already_scheduled: false, message };
  },
});
