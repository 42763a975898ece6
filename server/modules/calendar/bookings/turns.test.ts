import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { findService } from "../services/services.store.ts";
import { openCalendar } from "../test-calendar.ts";
import { book } from "./book.ts";

const frontdesk = await startHarness({ now: new Date("2026-12-01T09:00:00Z") });

test("turns are counted by the month, the last of the year too: December's bookings and holds, not January's", async () => {
  const calendar = await openCalendar(frontdesk, { host_assignment: "round_robin" });
  const olive = calendar.workspace.adminId;
  const sam = await calendar.addStaff("Sam");
  const give = (date: string, memberId?: string) =>
    calendar.inside(async (ctx) => {
      const service = await findService(ctx, { id: calendar.eventType.id });
      const startsAt = new Date(`${date}T10:00:00Z`);
      const booking = await book(ctx, { service, startsAt, memberId, customer: {}, source: "console" });
      return booking.member_id;
    });
  for (const [date, member] of [
    ["2027-01-01", sam],
    ["2027-01-04", sam],
    ["2026-12-02", olive],
    ["2026-12-31", olive],
    ["2026-12-03", sam],
  ] as const) {
    assert.equal(await give(date, member), member);
    await frontdesk.advance(1);
  }
  // Sam has one of December's and Olive two, though Sam was the last to be given anything.
  assert.equal(await give("2026-12-07"), sam);
  await frontdesk.advance(1);
  // Two each: Olive has waited longer. A time that is held counts like one that is booked.
  const hold = async (date: string) => {
    const body = {
      event_type_id: calendar.eventType.id,
      date,
      time: "10:00",
      timezone: "Europe/London",
      minutes: 5,
    };
    const answer = await calendar.workspace.call("POST", "/api/v1/scheduling-bookings/holds", body);
    assert.equal(answer.status, 201, answer.text);
    return answer.body.data.user_ids[0];
  };
  assert.equal(await hold("2026-12-08"), olive);
  assert.equal(await hold("2026-12-09"), sam);
  assert.equal(await hold("2026-12-10"), olive);
  // Olive has two booked and two held, Sam two and one; when the holds are over they are even again.
  assert.equal(await hold("2026-12-11"), sam);
  await frontdesk.advance(300);
  assert.equal(await give("2026-12-14"), olive);
});
