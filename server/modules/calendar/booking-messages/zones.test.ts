import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { inside, outbox } from "../../messaging/testing.ts";
import { cancel } from "../bookings/cancel.ts";
import { reschedule } from "../bookings/reschedule.ts";
import { timeWithZone, zoneName } from "../slots/zone-words.ts";
import { bookAt, mailsTo, openShop } from "./testing.ts";

const frontdesk = await startHarness();
const at = (text: string) => Date.parse(text);
const newYork = "America/New_York";

test("a zone in words", () => {
  assert.equal(zoneName(newYork), "New York time");
  assert.equal(zoneName("America/Argentina/Buenos_Aires"), "Buenos Aires time");
  assert.deepEqual([zoneName("UTC"), zoneName("Etc/UTC")], ["UTC", "Etc/UTC"]);
});

test("a time says its zone where it could be taken for another, and always when asked", () => {
  const tell = (instant: string, zone: string, businessZone: string, always = false) =>
    timeWithZone(at(instant), { zone, businessZone, always });
  assert.equal(tell("2026-03-04T10:00:00Z", "Europe/London", "Europe/London"), "10:00 AM");
  assert.equal(
    tell("2026-03-04T10:00:00Z", "Europe/London", "Europe/London", true),
    "10:00 AM (London time)",
  );
  // Another name for a clock that shows the same is no other time.
  assert.equal(tell("2026-03-04T10:00:00Z", "Europe/Lisbon", "Europe/London"), "10:00 AM");
  assert.equal(
    tell("2026-12-14T19:00:00Z", "Asia/Kathmandu", newYork),
    "12:45 AM (Kathmandu time; Mon 14 Dec 2:00 PM New York time)",
  );
  // The clocks go back: 1:30 comes twice.
  assert.equal(tell("2026-11-01T05:30:00Z", newYork, newYork), "1:30 AM (New York time, UTC-4)");
  assert.equal(tell("2026-11-01T06:30:00Z", newYork, newYork), "1:30 AM (New York time, UTC-5)");
  assert.equal(tell("2026-11-01T07:30:00Z", newYork, newYork), "2:30 AM");
  assert.equal(
    tell("2026-04-04T15:15:00Z", "Australia/Lord_Howe", "Australia/Lord_Howe"),
    "1:45 AM (Lord Howe time, UTC+10:30)",
  );
});

test("every message about a booking names the booker's zone and the business's when they differ", async () => {
  const shop = await openShop(frontdesk, { timeZone: newYork });
  const booking = await bookAt(frontdesk, shop, new Date("2026-03-10T15:00:00Z"), {
    timeZone: "Australia/Sydney",
  });
  await frontdesk.settle();
  const words = "on Wed 11 Mar at 2:00 AM (Sydney time; Tue 10 Mar 11:00 AM New York time)";
  const told = async () => [
    (await outbox(frontdesk, booking.booker_phone!)).at(-1)?.body ?? "",
    (await mailsTo(frontdesk, booking.booker_email!)).at(-1)?.body ?? "",
    (await mailsTo(frontdesk, booking.booker_email!)).at(-1)?.subject ?? "",
  ];
  for (const text of await told()) assert.ok(text.includes(words), text);
  await frontdesk.advance(7 * 24 * 3600 + 6 * 3600);
  for (const text of await told()) assert.ok(text.includes(words) && /reminder/i.test(text), text);
  await inside(frontdesk, shop.id, (ctx) => cancel(ctx, booking.id));
  await frontdesk.settle();
  const [text = ""] = await told();
  assert.ok(text.includes(words) && text.includes("cancelled"), text);
});

test("at home a text names no zone and a mail does", async () => {
  const shop = await openShop(frontdesk, { timeZone: newYork });
  const day = new Date(frontdesk.app.clock.now().getTime() + 7 * 24 * 3600_000);
  day.setUTCHours(16, 0, 0, 0);
  const booking = await bookAt(frontdesk, shop, day, { offGrid: true });
  await frontdesk.settle();
  assert.doesNotMatch((await outbox(frontdesk, booking.booker_phone!))[0]?.body ?? "?", /time/);
  assert.match(
    (await mailsTo(frontdesk, booking.booker_email!))[0]?.body ?? "",
    /at 12:00 PM \(New York time\)\./,
  );
});

test("a move says from when to when, in mails and texts, in own words of the business too", async () => {
  const shop = await openShop(frontdesk);
  const start = new Date(frontdesk.app.clock.now().getTime() + 7 * 24 * 3600_000);
  start.setUTCHours(10, 0, 0, 0);
  const later = new Date(start.getTime() + 3 * 3600_000);
  const move = async (id: string, startsAt: Date) => {
    await inside(frontdesk, shop.id, (ctx) => reschedule(ctx, id, { startsAt, offGrid: true }));
    await frontdesk.settle();
  };
  const booking = await bookAt(frontdesk, shop, start, { offGrid: true });
  await frontdesk.settle();
  assert.doesNotMatch((await outbox(frontdesk, booking.booker_phone!))[0]?.body ?? "?", /moved/);
  await move(booking.id, later);
  const text = (await outbox(frontdesk, booking.booker_phone!)).at(-1)?.body ?? "";
  assert.match(
    text,
    /^Ready Plumbing: your Leak repair was moved from (\w+ \d+ \w+) at 10:00 AM to \1 at 1:00 PM\. /,
  );
  const mail = (await mailsTo(frontdesk, booking.booker_email!)).at(-1);
  assert.match(mail?.subject ?? "", /^Moved: Leak repair is on \w+ \d+ \w+ at 1:00 PM \(London time\) now$/);
  assert.match(
    mail?.body ?? "",
    /was moved from \w+ \d+ \w+ at 10:00 AM to \w+ \d+ \w+ at 1:00 PM \(London time\)\./,
  );
  // Longer, but at the same time: nothing was moved.
  await inside(frontdesk, shop.id, (ctx) =>
    reschedule(ctx, booking.id, {
      startsAt: later,
      endsAt: new Date(later.getTime() + 2 * 3600_000),
      offGrid: true,
    }),
  );
  await frontdesk.settle();
  assert.match((await outbox(frontdesk, booking.booker_phone!)).at(-1)?.body ?? "", /you are booked/);
  await shop.call("PATCH", "/api/v1/company", {
    front_desk: {
      booking_messages: {
        templates: { confirmation_sms: "See you {date}!", confirmation_email: "Park behind." },
      },
    },
  });
  await move(booking.id, start);
  assert.match(
    (await outbox(frontdesk, booking.booker_phone!)).at(-1)?.body ?? "",
    /^Moved from \w+ \d+ \w+ at 1:00 PM\. See you/,
  );
  assert.match(
    (await mailsTo(frontdesk, booking.booker_email!)).at(-1)?.body ?? "",
    /^Moved from .* at 1:00 PM\.\n\nPark behind\.$/,
  );
});
