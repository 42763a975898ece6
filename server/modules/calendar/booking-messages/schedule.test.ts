import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { inside, outbox } from "../../messaging/testing.ts";
import { book } from "../bookings/book.ts";
import { cancel } from "../bookings/cancel.ts";
import { reschedule } from "../bookings/reschedule.ts";
import { bookAt, mailsTo, messagesFor, openShop, wednesdayAtTen } from "./testing.ts";

const frontdesk = await startHarness();
const hour = 3600;

const shown = (messages: Awaited<ReturnType<typeof messagesFor>>) =>
  messages.map((one) => `${one.kind} ${one.channel} ${one.offset_minutes ?? "-"} ${one.status}`).sort();

test("a booking is confirmed at once and has its reminders waiting, in the booking's own transaction", async () => {
  const shop = await openShop(frontdesk);
  const booking = await bookAt(frontdesk, shop, wednesdayAtTen);
  await frontdesk.settle();
  assert.deepEqual(shown(await messagesFor(frontdesk, shop, booking.id)), [
    "confirmation email - sent",
    "confirmation sms - sent",
    "reminder email 1440 pending",
    "reminder sms 120 pending",
    "reminder sms 1440 pending",
  ]);
  const [text] = await outbox(frontdesk, booking.booker_phone!);
  const link = `http://frontdesk.test/book/${shop.slug}/manage/${booking.management_token}`;
  assert.equal(
    text?.body,
    `Ready Plumbing: you are booked for Leak repair on Wed 4 Mar at 10:00 AM. Need to change it? ${link}`,
  );
  const [mail] = await mailsTo(frontdesk, booking.booker_email!);
  assert.equal(mail?.subject, "Booked: Leak repair on Wed 4 Mar at 10:00 AM (London time)");
  assert.match(mail?.body ?? "", /^Hi Ada Price,/);
  assert.match(mail?.body ?? "", new RegExp(link));
  const failed = inside(frontdesk, shop.id, async (ctx) => {
    await reschedule(ctx, booking.id, { startsAt: new Date("2026-03-04T14:00:00Z") });
    throw new Error("undone");
  });
  await assert.rejects(failed, /undone/);
  assert.equal((await messagesFor(frontdesk, shop, booking.id)).length, 5);
});

test("reminders leave at their time, on the wall of the booking's zone", async () => {
  const shop = await openShop(frontdesk);
  const booking = await bookAt(frontdesk, shop, new Date("2026-03-05T15:00:00Z"), {
    timeZone: "America/New_York",
  });
  await frontdesk.settle();
  const before = (await outbox(frontdesk, booking.booker_phone!)).length;
  assert.equal(before, 1);
  const toDayBefore =
    (new Date("2026-03-04T15:00:00Z").getTime() - frontdesk.app.clock.now().getTime()) / 1000;
  await frontdesk.advance(toDayBefore - 1);
  assert.equal((await outbox(frontdesk, booking.booker_phone!)).length, 1);
  await frontdesk.advance(1);
  const texts = await outbox(frontdesk, booking.booker_phone!);
  assert.equal(texts.length, 2);
  assert.match(
    texts[1]?.body ?? "",
    /a reminder of your Leak repair on Thu 5 Mar at 10:00 AM \(New York time; Thu 5 Mar 3:00 PM London time\)\./,
  );
  assert.equal((await mailsTo(frontdesk, booking.booker_email!)).length, 2);
  await frontdesk.advance(22 * hour);
  assert.equal((await outbox(frontdesk, booking.booker_phone!)).length, 3);
});

test("bookings.reschedule_booking#2 moving a booking replaces the unsent messages and confirms the new time", async () => {
  const shop = await openShop(frontdesk);
  const now = frontdesk.app.clock.now().getTime();
  const startsAt = new Date(Math.ceil(now / 86_400_000) * 86_400_000 + 3 * 86_400_000 + 10 * hour * 1000);
  const booking = await bookAt(frontdesk, shop, startsAt, { offGrid: true });
  await frontdesk.settle();
  const later = new Date(startsAt.getTime() + 2 * 86_400_000);
  await inside(frontdesk, shop.id, (ctx) => reschedule(ctx, booking.id, { startsAt: later, offGrid: true }));
  await frontdesk.settle();
  const messages = await messagesFor(frontdesk, shop, booking.id);
  const old = messages.filter((one) => one.booking_sequence === 0 && one.kind === "reminder");
  assert.deepEqual(
    [...new Set(old.map((one) => `${one.status}: ${one.reason}`))],
    ["cancelled: the booking was moved"],
  );
  const fresh = messages.filter((one) => one.booking_sequence === 1);
  assert.deepEqual(shown(fresh), [
    "confirmation email - sent",
    "confirmation sms - sent",
    "reminder email 1440 pending",
    "reminder sms 120 pending",
    "reminder sms 1440 pending",
  ]);
  assert.deepEqual(
    fresh.filter((one) => one.offset_minutes === 120).map((one) => one.due_at.getTime()),
    [later.getTime() - 120 * 60_000],
  );
  await frontdesk.advance((startsAt.getTime() - frontdesk.app.clock.now().getTime()) / 1000);
  assert.equal((await outbox(frontdesk, booking.booker_phone!)).length, 2, "nothing of the old time");
  await frontdesk.advance((later.getTime() - frontdesk.app.clock.now().getTime()) / 1000);
  assert.equal((await outbox(frontdesk, booking.booker_phone!)).length, 4, "both reminders of the new one");
});

test("bookings.cancel_booking#3 bookings.send_reminder#2 a cancelled booking says so once and sends nothing more", async () => {
  const shop = await openShop(frontdesk);
  const startsAt = new Date(frontdesk.app.clock.now().getTime() + 3 * 86_400_000);
  const booking = await bookAt(frontdesk, shop, startsAt, { offGrid: true });
  await frontdesk.advance(1);
  await inside(frontdesk, shop.id, (ctx) => cancel(ctx, booking.id));
  await inside(frontdesk, shop.id, (ctx) => cancel(ctx, booking.id));
  await frontdesk.advance(4 * 24 * hour);
  const texts = await outbox(frontdesk, booking.booker_phone!);
  assert.equal(texts.length, 2);
  assert.match(texts[1]?.body ?? "", /is cancelled\.$/);
  assert.equal((await mailsTo(frontdesk, booking.booker_email!)).length, 1, "the text was enough");
  assert.deepEqual(shown(await messagesFor(frontdesk, shop, booking.id)), [
    "cancellation sms - sent",
    "confirmation email - sent",
    "confirmation sms - sent",
    "reminder email 1440 cancelled",
    "reminder sms 120 cancelled",
    "reminder sms 1440 cancelled",
  ]);
});

test("a customer without a phone is told of a cancellation by mail", async () => {
  const shop = await openShop(frontdesk);
  const startsAt = new Date(frontdesk.app.clock.now().getTime() + 3 * 86_400_000);
  const booking = await bookAt(frontdesk, shop, startsAt, {
    offGrid: true,
    customer: { name: "Mail Only", email: "mail.only@example.test" },
  });
  await frontdesk.advance(1);
  await inside(frontdesk, shop.id, (ctx) => cancel(ctx, booking.id));
  await frontdesk.settle();
  const mails = await mailsTo(frontdesk, "mail.only@example.test");
  assert.deepEqual(
    mails.map((mail) => mail.subject?.split(":")[0]),
    ["Booked", "Cancelled"],
  );
});

test("a reminder whose time had passed when the booking was made is on the record, and not sent", async () => {
  const shop = await openShop(frontdesk);
  const startsAt = new Date(frontdesk.app.clock.now().getTime() + 90 * 60_000);
  const booking = await bookAt(frontdesk, shop, startsAt, { offGrid: true });
  await frontdesk.advance(2 * hour);
  const reminders = (await messagesFor(frontdesk, shop, booking.id)).filter((one) => one.kind === "reminder");
  assert.equal(reminders.length, 3);
  assert.ok(reminders.every((one) => one.status === "skipped" && /had passed/.test(one.reason ?? "")));
  assert.equal((await outbox(frontdesk, booking.booker_phone!)).length, 1);
});

test("a service's own reminders replace the workspace's, with their words, recipients and variables", async () => {
  const shop = await openShop(frontdesk, {
    service: {
      booking_notifications: JSON.stringify({
        pre_meeting: [
          {
            offset_minutes: 60,
            channels: ["email", "sms"],
            recipients: "all",
            email_subject: "Soon: {event_type}",
            email_body:
              "{booker_name}, {event_type} ({duration}) on {date} at {time}. Again? {rebook_link} {nonsense}",
            sms_body: "Soon: {event_type} at {time}{meet_link}",
            label: "an hour ahead",
          },
        ],
      }),
    },
  });
  const startsAt = new Date(frontdesk.app.clock.now().getTime() + 86_400_000);
  startsAt.setUTCHours(10, 0, 0, 0);
  startsAt.setTime(startsAt.getTime() + 86_400_000);
  const booking = await bookAt(frontdesk, shop, startsAt, {
    offGrid: true,
    attendees: [{ email: "bob@example.test", name: "Bob" }],
  });
  await frontdesk.settle();
  const reminders = (await messagesFor(frontdesk, shop, booking.id)).filter((one) => one.kind === "reminder");
  assert.deepEqual(reminders.map((one) => `${one.audience} ${one.channel} ${one.label}`).sort(), [
    "attendee email an hour ahead",
    "customer email an hour ahead",
    "customer sms an hour ahead",
    "team email an hour ahead",
  ]);
  await frontdesk.advance((startsAt.getTime() - 3_600_000 - frontdesk.app.clock.now().getTime()) / 1000);
  const mail = (await mailsTo(frontdesk, booking.booker_email!)).at(-1);
  assert.equal(mail?.subject, "Soon: Leak repair");
  assert.match(
    mail?.body ?? "",
    new RegExp(
      `^Ada Price, Leak repair \\(1 hour\\) on \\w+ \\d+ \\w+ at 10:00 AM \\(London time\\)\\. Again\\? http://frontdesk.test/book/${shop.slug}/leak-repair \\{nonsense\\}$`,
    ),
  );
  assert.match(
    (await outbox(frontdesk, booking.booker_phone!)).at(-1)?.body ?? "",
    /^Soon: Leak repair at 10:00 AM$/,
  );
  assert.match((await mailsTo(frontdesk, "bob@example.test")).at(-1)?.body ?? "", /^Bob, Leak repair/);
  assert.match(
    (await mailsTo(frontdesk, "olive@example.test")).at(-1)?.body ?? "",
    /^Ada Price, Leak repair/,
  );
});

test("a reminder that falls into quiet hours leaves when they end, once", async () => {
  const now = frontdesk.app.clock.now().getTime();
  const morning = new Date(Math.ceil(now / 86_400_000) * 86_400_000 + 4 * 86_400_000 + 9 * hour * 1000);
  const shop = await openShop(frontdesk, {
    settings: {
      quiet_hours: { enabled: true, start: "21:00", end: "08:00" },
      booking_messages: {
        confirmation: { enabled: false },
        reminders: [{ offset_minutes: 120, channels: ["sms"] }],
      },
    },
  });
  const booking = await bookAt(frontdesk, shop, morning, { offGrid: true });
  await frontdesk.advance((morning.getTime() - 7_200_000 - frontdesk.app.clock.now().getTime()) / 1000);
  const [waiting] = await messagesFor(frontdesk, shop, booking.id);
  const eight = new Date(morning.getTime() - hour * 1000);
  assert.deepEqual([waiting?.status, waiting?.due_at], ["pending", eight]);
  assert.equal((await outbox(frontdesk, booking.booker_phone!)).length, 0);
  await frontdesk.advance(hour);
  assert.equal((await outbox(frontdesk, booking.booker_phone!)).length, 1);
});

test("what a service says at the start comes on top of the reminders, at the start", async () => {
  const shop = await openShop(frontdesk, {
    service: {
      booking_notifications: JSON.stringify({
        meeting_start: [
          { channels: ["sms"], recipients: "booker", sms_body: "We are at the door, {booker_name}" },
        ],
      }),
    },
  });
  const startsAt = new Date(frontdesk.app.clock.now().getTime() + 5 * hour * 1000);
  const booking = await bookAt(frontdesk, shop, startsAt, { offGrid: true });
  await frontdesk.advance(5 * hour);
  const bodies = (await outbox(frontdesk, booking.booker_phone!)).map((entry) => entry.body);
  assert.equal(bodies.length, 3, "confirmation, the reminder two hours ahead, and this");
  assert.equal(bodies.at(-1), "We are at the door, Ada Price");
});

test("a booker who is on the list of attendees as well is told once, as the booker", async () => {
  const shop = await openShop(frontdesk, {
    service: {
      booking_notifications: JSON.stringify({
        pre_meeting: [
          {
            offset_minutes: 60,
            channels: ["email"],
            recipients: "booker_and_attendees",
            email_body: "{booker_name}",
          },
        ],
      }),
    },
  });
  const startsAt = new Date(
    Math.floor(frontdesk.app.clock.now().getTime() / 3600_000) * 3600_000 + 72 * 3600_000,
  );
  const email = `ada-${shop.slug}@example.test`;
  const booking = await bookAt(frontdesk, shop, startsAt, {
    offGrid: true,
    customer: { name: "Ada Price", email },
    attendees: [
      { email: email.toUpperCase(), name: "Ada" },
      { email: "bob@example.test", name: "Bob" },
      { email: "BOB@example.test" },
    ],
  });
  const planned = (await messagesFor(frontdesk, shop, booking.id)).filter(({ kind }) => kind === "reminder");
  assert.deepEqual(planned.map(({ audience, recipient }) => `${audience} ${recipient}`).toSorted(), [
    "attendee bob@example.test",
    "customer null",
  ]);
});

test("cancelled before anything was sent, it is told where confirmations are on, and not where they are off", async () => {
  const startsAt = new Date(
    Math.floor(frontdesk.app.clock.now().getTime() / 3600_000) * 3600_000 + 96 * 3600_000,
  );
  for (const [enabled, expected] of [
    [true, ["sms"]],
    [false, []],
  ] as const) {
    const shop = await openShop(frontdesk, { settings: { booking_messages: { confirmation: { enabled } } } });
    const id = await inside(frontdesk, shop.id, async (ctx) => {
      const customer = { name: "Ada", phone: shop.customer() };
      const booking = await book(ctx, {
        service: shop.service,
        startsAt,
        offGrid: true,
        customer,
        source: "console",
      });
      await cancel(ctx, booking.id);
      return booking.id;
    });
    const told = (await messagesFor(frontdesk, shop, id)).filter(({ kind }) => kind === "cancellation");
    assert.deepEqual(
      told.map(({ channel }) => channel),
      expected,
    );
  }
});
