import assert from "node:assert/strict";
import { test } from "node:test";
import { listOutbox } from "../../../local-outbox.ts";
import { startHarness } from "../../../testing/harness.ts";
import { openCalendar } from "../test-calendar.ts";

const frontdesk = await startHarness();

test("workspace.create_scheduled_event_type#16 workspace.create_scheduled_event_type#17 a type's notification goes out at its offset, on its channels, to its recipients, with every variable filled", async () => {
  const calendar = await openCalendar(frontdesk, {
    booking_notifications: {
      pre_meeting: [
        {
          offset_minutes: 90,
          channels: ["email"],
          recipients: "booker_and_attendees",
          email_subject: "Soon: {event_type}",
          email_body: "{booker_name}|{event_type}|{date}|{time}|{duration}|{meet_link}|{rebook_link}",
        },
      ],
    },
  });
  await calendar.book({ attendees: [{ email: "ann@example.com", name: "Ann" }] });
  const soon = async () =>
    (await listOutbox(frontdesk.app)).filter((entry) => entry.subject === "Soon: Leak repair");
  await frontdesk.advance(23.5 * 3600 - 60);
  assert.deepEqual(await soon(), []);
  await frontdesk.advance(60);
  const found = await soon();
  assert.deepEqual(found.map((entry) => entry.to).toSorted(), ["ann@example.com", "john@example.com"]);
  const [, event, date, time, duration, meet, rebook] = found[0]!.body.split("|");
  assert.deepEqual(
    [event, date, time, duration, meet],
    ["Leak repair", "Tue 3 Mar", "10:00 AM (London time)", "1 hour", ""],
  );
  assert.match(rebook ?? "", /^http:\/\/frontdesk\.test\/book\//);
});
