/** How holds and what bookings need besides people come to be in the generated tests. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { inside } from "../../modules/messaging/testing.ts";
import type { Place } from "./fixtures.ts";

type Input = Record<string, unknown>;

async function made({ workspace }: Place, path: string, body: Input): Promise<string> {
  const answer = await workspace.call("POST", `/api/v1${path}`, body);
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data.id as string;
}

/** A time of an event type of its own, far enough ahead that no other test asks for it. */
async function freeTime(place: Place): Promise<Input> {
  const event_type_id = await made(place, "/scheduled-event-types", {
    name: `Held ${randomUUID()}`,
    buffer_before_minutes: 0,
    slot_interval_minutes: 1,
    duration_minutes: 1,
  });
  const slots = await place.workspace.call("POST", "/api/v1/scheduling-bookings/available-slots", {
    event_type_id,
    date_from: "2026-04-01",
    date_to: "2026-04-01",
    timezone: "Europe/London",
  });
  const { time } = slots.body.data.availability.dates[0].slots.at(-1) as { time: string };
  return { event_type_id, date: "2026-04-01", time, timezone: "Europe/London" };
}

const caller = "+447700900556";

/** A booking of somebody the voice agent will know by their number. */
async function comingBooking(place: Place): Promise<void> {
  const customer = { fullName: "Paul Jones", email: `${randomUUID()}@example.com`, phone: caller };
  const body = { ...(await freeTime(place)), ...customer };
  const answer = await place.workspace.call("POST", "/api/v1/scheduling-bookings", body);
  assert.equal(answer.status, 201, answer.text);
}

/** A booking whose meeting the notetaker may join. */
async function onlineMeeting(place: Place): Promise<Input> {
  const enabled = { front_desk: { notetaker: { enabled: true } } };
  await place.workspace.call("PATCH", "/api/v1/company", enabled);
  const customer = { fullName: "Paul Jones", email: `${randomUUID()}@example.com` };
  const body = { ...(await freeTime(place)), ...customer };
  const answer = await place.workspace.call("POST", "/api/v1/scheduling-bookings", body);
  assert.equal(answer.status, 201, answer.text);
  const { id } = answer.body.data.booking as { id: string };
  const link = { google_meet_link: "https://meet.example/abc" };
  await inside(place.frontdesk, place.workspace.id, (ctx) =>
    ctx.db.update("bookings").set(link).where("id", "=", id).execute(),
  );
  return { id };
}

export const calendarRecords: Record<string, (place: Place) => Promise<string>> = {
  booking_hold: async (place) => made(place, "/scheduling-bookings/holds", await freeTime(place)),
  scheduling_booking_hold: async (place) => made(place, "/scheduling-bookings/holds", await freeTime(place)),
  event_type: (place) =>
    made(place, "/scheduled-event-types", { name: `Visit ${randomUUID()}`, duration_minutes: 30 }),
  calendar_feed: (place) => made(place, "/calendar-feeds", { member_id: place.workspace.adminId }),
  scheduling_resource: (place) =>
    made(place, "/scheduling-resources", { name: "Treatment room", kind: "room" }),
};

export const calendarInputs: Record<string, (place: Place) => Promise<Input>> = {
  "workspace.hold_booking_slot": freeTime,
  "workspace.attach_booking_notetaker": onlineMeeting,
  "workspace.book_voice_slot": () =>
    Promise.resolve({
      slot: "2026-04-02 10:00",
      name: "Paul Jones",
      email: "paul@example.com",
      timezone: "Europe/London",
    }),
  "workspace.cancel_voice_booking": async (place) => {
    await comingBooking(place);
    return { phone: caller, booking_selector: "1" };
  },
  "workspace.reschedule_voice_booking": async (place) => {
    await comingBooking(place);
    return { phone: caller, booking_selector: "1", new_slot: "2026-04-03 10:00", timezone: "Europe/London" };
  },
  "workspace.create_calendar_feed": async ({ workspace }) => ({ member_id: workspace.adminId }),
};
