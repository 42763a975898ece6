/** What is texted about a booking whose people were late or did not come; who is told by mail is proven with the marks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { listOutbox } from "../../../local-outbox.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { Harness } from "../../../testing/harness.ts";
import { inside } from "../../messaging/testing.ts";
import { markAttended, markLate, markNoShow } from "../bookings/mark.ts";
import { bookAt, messagesFor, openShop, wednesdayAtTen } from "./testing.ts";
import type { Shop } from "./testing.ts";

const frontdesk = await startHarness();

const notified = {
  service: {
    booking_notifications: JSON.stringify({
      late: [{ channels: ["sms"], recipients: "booker" }],
      no_show: [{ channels: ["sms"], recipients: "all" }],
      rebooking: [{ channels: ["sms"], recipients: "booker", offset_minutes: 30 }],
    }),
  },
  settings: { booking_messages: { reminders: [] } },
};

async function textsTo(harness: Harness, number: string): Promise<string[]> {
  const entries = await listOutbox(harness.app);
  return entries.filter((entry) => entry.channel === "sms" && entry.to === number).map((entry) => entry.body);
}

const as = (shop: Shop, mark: typeof markLate, id: string) =>
  inside(frontdesk, shop.id, (ctx) => mark(ctx, id));

function until(at: Date): Promise<void> {
  return frontdesk.advance((at.getTime() - frontdesk.app.clock.now().getTime()) / 1000);
}

test("workspace.mark_booking_late#0 workspace.mark_booking_no_show#0 texts without words of their own have usual ones, for the booker and for the team", async () => {
  const shop = await openShop(frontdesk, notified);
  const phone = shop.customer();
  const host = shop.customer();
  const attendee = shop.customer();
  await inside(frontdesk, shop.id, (ctx) => ctx.db.update("members").set({ phone: host }).execute());
  const booking = await bookAt(frontdesk, shop, wednesdayAtTen, {
    customer: { name: "Ada Price", phone },
    attendees: [{ email: "bob@example.test", name: "Bob", phone: attendee }],
  });
  await until(new Date(wednesdayAtTen.getTime() + 300_000));
  const before = (await textsTo(frontdesk, phone)).length;
  await as(shop, markLate, booking.id);
  await frontdesk.settle();
  await as(shop, markNoShow, booking.id);
  await frontdesk.advance(1800);
  const page = `http://frontdesk.test/book/${shop.slug}`;
  assert.deepEqual((await textsTo(frontdesk, phone)).slice(before), [
    `Ready Plumbing: your Leak repair was due to begin at 10:00 AM and we are waiting for you. If something came up: ${page}/manage/${booking.management_token}`,
    `Ready Plumbing: we did not see you for Leak repair on Wed 4 Mar at 10:00 AM. Another time: ${page}/leak-repair`,
    `Ready Plumbing: still need Leak repair? Choose another time: ${page}/leak-repair`,
  ]);
  assert.deepEqual(await textsTo(frontdesk, host), [
    "Ada Price did not come for Leak repair on Wed 4 Mar at 10:00 AM.",
  ]);
  assert.deepEqual(await textsTo(frontdesk, attendee), [
    `Ready Plumbing: we did not see you for Leak repair on Wed 4 Mar at 10:00 AM. Another time: ${page}/leak-repair`,
  ]);
});

test("workspace.mark_booking_no_show#0 at night a no-show is told in the morning, and not at all when it was corrected by then", async () => {
  const shop = await openShop(frontdesk, {
    ...notified,
    settings: {
      ...notified.settings,
      quiet_hours: { enabled: true, start: "21:00", end: "08:00" },
    },
  });
  const evening = new Date("2026-03-05T16:00:00Z");
  const [corrected, missed] = [shop.customer(), shop.customer()];
  const first = await bookAt(frontdesk, shop, evening, { customer: { name: "Ada", phone: corrected } });
  const second = await bookAt(frontdesk, shop, new Date("2026-03-05T14:00:00Z"), {
    customer: { name: "Eve", phone: missed },
  });
  await until(new Date("2026-03-05T22:00:00Z"));
  await frontdesk.settle();
  const sent = [(await textsTo(frontdesk, corrected)).length, (await textsTo(frontdesk, missed)).length];
  await as(shop, markNoShow, first.id);
  await as(shop, markNoShow, second.id);
  await frontdesk.advance(3600);
  assert.deepEqual(
    [(await textsTo(frontdesk, corrected)).length, (await textsTo(frontdesk, missed)).length],
    sent,
  );
  await as(shop, markAttended, first.id);
  await until(new Date("2026-03-06T08:00:00Z"));
  assert.equal((await textsTo(frontdesk, corrected)).length, sent[0]);
  assert.equal((await textsTo(frontdesk, missed)).length, (sent[1] ?? 0) + 2);
});

test("workspace.mark_booking_no_show#0 who books again at night is not asked to in the morning", async () => {
  const shop = await openShop(frontdesk, {
    ...notified,
    settings: {
      ...notified.settings,
      quiet_hours: { enabled: true, start: "21:00", end: "08:00" },
    },
  });
  const phone = shop.customer();
  const customer = { name: "Ada", phone };
  const booking = await bookAt(frontdesk, shop, new Date("2026-03-09T14:00:00Z"), { customer });
  await until(new Date("2026-03-09T22:00:00Z"));
  await as(shop, markNoShow, booking.id);
  await frontdesk.advance(3600);
  const handed = (await messagesFor(frontdesk, shop, booking.id)).find(({ kind }) => kind === "rebooking");
  assert.equal(handed?.status, "sent");
  await bookAt(frontdesk, shop, new Date("2026-03-12T14:00:00Z"), { customer });
  await until(new Date("2026-03-10T08:00:00Z"));
  const texts = await textsTo(frontdesk, phone);
  assert.ok(!texts.some((text) => text.includes("still need")), texts.join("\n"));
});

const nextMonth = (day: number, hour: number) => new Date(Date.UTC(2026, 4, day, hour));

test("only a visit still to come is a reason not to ask again", async () => {
  const shop = await openShop(frontdesk, notified);
  const customer = { name: "Ada", phone: shop.customer() };
  const over = await bookAt(frontdesk, shop, nextMonth(4, 9), { customer });
  const missed = await bookAt(frontdesk, shop, nextMonth(5, 9), { customer });
  await until(new Date(nextMonth(5, 10).getTime()));
  await as(shop, markNoShow, missed.id);
  const asked = (await messagesFor(frontdesk, shop, missed.id)).find(({ kind }) => kind === "rebooking");
  assert.equal(asked?.status, "pending", `${over.status} and over`);
  await frontdesk.advance(1800);
  assert.ok((await textsTo(frontdesk, customer.phone)).some((text) => text.includes("still need")));
});

test("who books again is not asked any more, everybody else who missed a visit is", async () => {
  const shop = await openShop(frontdesk, notified);
  const [ada, eve] = [
    { name: "Ada", phone: shop.customer() },
    { name: "Eve", phone: shop.customer() },
  ];
  const first = await bookAt(frontdesk, shop, nextMonth(6, 9), { customer: ada });
  const second = await bookAt(frontdesk, shop, nextMonth(6, 11), { customer: eve });
  await until(nextMonth(6, 12));
  for (const { id } of [first, second]) await as(shop, markNoShow, id);
  await bookAt(frontdesk, shop, nextMonth(8, 9), { customer: ada });
  const statusOf = async (id: string) =>
    (await messagesFor(frontdesk, shop, id)).find(({ kind }) => kind === "rebooking")?.status;
  assert.deepEqual([await statusOf(first.id), await statusOf(second.id)], ["cancelled", "pending"]);
});

test("marked before it begins, nobody is told before it does", async () => {
  const shop = await openShop(frontdesk, notified);
  const startsAt = nextMonth(12, 9);
  const booking = await bookAt(frontdesk, shop, startsAt, {
    customer: { name: "Ada", phone: shop.customer() },
  });
  await as(shop, markNoShow, booking.id);
  const due = (await messagesFor(frontdesk, shop, booking.id)).flatMap(({ kind, due_at: at, audience }) =>
    audience === "customer" && ["no_show", "rebooking"].includes(kind)
      ? [`${kind} ${(at.getTime() - startsAt.getTime()) / 60_000}`]
      : [],
  );
  assert.deepEqual(due.toSorted(), ["no_show 0", "rebooking 30"]);
});
