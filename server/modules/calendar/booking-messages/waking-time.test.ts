import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { outbox } from "../../messaging/testing.ts";
import { bookAt, messagesFor, openShop } from "./testing.ts";
import { wakingTime } from "./waking-time.ts";

const frontdesk = await startHarness();
const night = { enabled: true, start: "21:00", end: "08:00" };
const london = "Europe/London";

function waking(wished: string, startsAt: string, quiet = night, zone = london): string | undefined {
  const at = { wished: new Date(wished), startsAt: new Date(startsAt) };
  return wakingTime(quiet, zone, at)?.toISOString().slice(0, 16);
}

test("a text leaves when it is wished for, when quiet hours end, or before they begin", () => {
  assert.equal(waking("2026-03-04T20:59Z", "2026-03-05T09:00Z"), "2026-03-04T20:59");
  assert.equal(
    waking("2026-03-05T05:30Z", "2026-03-05T07:30Z", { ...night, enabled: false }),
    "2026-03-05T05:30",
  );
  assert.equal(waking("2026-03-05T07:00Z", "2026-03-05T09:00Z"), "2026-03-05T08:00");
  // Half an hour is enough to be of use, less is not.
  assert.equal(waking("2026-03-05T06:30Z", "2026-03-05T08:30Z"), "2026-03-05T08:00");
  assert.equal(waking("2026-03-05T06:29Z", "2026-03-05T08:29Z"), "2026-03-04T20:30");
  assert.equal(waking("2026-03-05T05:30Z", "2026-03-05T07:30Z"), "2026-03-04T20:30");
  assert.equal(waking("2026-03-04T22:00Z", "2026-03-04T23:00Z"), "2026-03-04T20:30");
  // What is meant for the start itself makes no sense the evening before.
  assert.equal(waking("2026-03-05T07:30Z", "2026-03-05T07:30Z"), undefined);
  // Quiet over midday, and a night in which the clock goes forward.
  assert.equal(
    waking("2026-03-05T13:00Z", "2026-03-05T14:15Z", { enabled: true, start: "12:00", end: "14:00" }),
    "2026-03-05T11:30",
  );
  assert.equal(waking("2026-03-29T05:30+01:00", "2026-03-29T07:30+01:00"), "2026-03-28T20:30");
  assert.equal(
    waking("2026-03-04T11:30Z", "2026-03-04T13:30Z", night, "America/New_York"),
    "2026-03-04T13:00",
  );
});

test("a reminder of an early visit comes the evening before, by text; the mail at its time", async () => {
  const reminders = [{ offset_minutes: 120, channels: ["sms", "email"] }];
  const shop = await openShop(frontdesk, {
    settings: { quiet_hours: night, booking_messages: { reminders } },
  });
  const early = new Date("2026-03-06T07:30:00Z");
  const booking = await bookAt(frontdesk, shop, early, { offGrid: true });
  const due = async () =>
    (await messagesFor(frontdesk, shop, booking.id))
      .filter(({ kind }) => kind === "reminder")
      .map(({ channel, due_at, status }) => `${channel} ${due_at.toISOString().slice(0, 16)} ${status}`)
      .toSorted();
  assert.deepEqual(await due(), ["email 2026-03-06T05:30 pending", "sms 2026-03-05T20:30 pending"]);
  await frontdesk.advance((Date.parse("2026-03-05T20:30:00Z") - frontdesk.app.clock.now().getTime()) / 1000);
  const texts = (await outbox(frontdesk, booking.booker_phone!)).filter(({ body }) =>
    body.includes("reminder"),
  );
  assert.equal(texts.length, 1);
  // Booked when only the night is left, nobody is woken.
  await frontdesk.advance(3600);
  const next = await bookAt(frontdesk, shop, new Date("2026-03-06T06:00:00Z"), { offGrid: true });
  const skipped = (await messagesFor(frontdesk, shop, next.id)).filter(
    ({ kind, channel }) => kind === "reminder" && channel === "sms",
  );
  assert.deepEqual(
    skipped.map(({ status, reason }) => [status, reason]),
    [["skipped", "only quiet hours were left for it"]],
  );
  await frontdesk.advance(24 * 3600);
  assert.equal(
    (await outbox(frontdesk, next.booker_phone!)).filter(({ body }) => body.includes("reminder")).length,
    0,
  );
});
