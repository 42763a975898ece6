import assert from "node:assert/strict";
import { test } from "node:test";
import { systemActor } from "../../../kernel/actor.ts";
import type { JobCtx } from "../../../kernel/jobs.ts";
import { newRequestId } from "../../../kernel/run.ts";
import { ProviderError } from "../../../providers/errors.ts";
import type { OutboundEmail } from "../../../providers/email/port.ts";
import { startHarness } from "../../../testing/harness.ts";
import { inside, outbox } from "../../messaging/testing.ts";
import { storeSettings } from "../../workspace/settings/settings.ts";
import { cancel } from "../bookings/cancel.ts";
import { reschedule } from "../bookings/reschedule.ts";
import type { BookingMessage } from "./booking-message.ts";
import { leaseMs } from "./booking-messages.store.ts";
import { sendConfirmation } from "./send-confirmation.ts";
import { sendReminder } from "./send-reminder.ts";
import { sendConfirmationJob, sendReminderJob } from "./send.ts";
import { bookAt, mailsTo, messagesFor, openShop, wednesdayAtTen } from "./testing.ts";
import type { Shop } from "./testing.ts";

// Without workers: the tests run the jobs themselves, as often and as much at once as they like.
const frontdesk = await startHarness({ work: false });
const { app } = frontdesk;
const realEmail = app.ports.email;

function runJob(shop: Shop, message: BookingMessage, options: { lastAttempt?: boolean } = {}): Promise<void> {
  const definition = message.kind === "reminder" ? sendReminderJob : sendConfirmationJob;
  const run: JobCtx = {
    app,
    workspaceId: shop.id,
    requestId: newRequestId(),
    log: app.log,
    attempt: 1,
    lastAttempt: options.lastAttempt ?? false,
    signal: new AbortController().signal,
    transaction: (work) => inside(frontdesk, shop.id, work),
  };
  return definition.run(run, { messageId: message.id });
}

async function pick(shop: Shop, bookingId: string, kind: string, channel: string): Promise<BookingMessage> {
  const found = (await messagesFor(frontdesk, shop, bookingId)).filter(
    (one) => one.kind === kind && one.channel === channel,
  );
  return found.at(-1)!;
}

async function textCount(shop: Shop, bookingId: string): Promise<number> {
  const rows = await inside(frontdesk, shop.id, (ctx) =>
    ctx.db.from("sms_messages").select("id").where("booking_id", "=", bookingId).execute(),
  );
  return rows.length;
}

function call(shop: Shop, operation: typeof sendConfirmation | typeof sendReminder, input: unknown) {
  return app.run(operation, { actor: systemActor(shop.id), input, requestId: newRequestId() });
}

test("bookings.send_confirmation#3 bookings.send_reminder#3 the same text job many times at once makes one text", async () => {
  const shop = await openShop(frontdesk);
  const booking = await bookAt(frontdesk, shop, wednesdayAtTen);
  for (const kind of ["confirmation", "reminder"]) {
    const message = await pick(shop, booking.id, kind, "sms");
    await Promise.all(Array.from({ length: 12 }, () => runJob(shop, message)));
    await runJob(shop, message);
    const after = await pick(shop, booking.id, kind, "sms");
    assert.equal(after.id, message.id);
    assert.equal(after.status, "sent");
    assert.equal(after.attempts, 1);
    assert.ok(after.message_id && after.sent_at);
  }
  assert.equal(await textCount(shop, booking.id), 2);
});

test("bookings.send_confirmation#3 bookings.send_reminder#3 the same mail job many times at once sends one mail", async (t) => {
  const shop = await openShop(frontdesk);
  const booking = await bookAt(frontdesk, shop, wednesdayAtTen);
  const sent: OutboundEmail[] = [];
  app.ports.email = {
    ...realEmail,
    sendEmail: async (email) => {
      sent.push(email);
      await new Promise((resolve) => setImmediate(resolve));
      return { providerId: `p-${email.key}` };
    },
  };
  t.after(() => void (app.ports.email = realEmail));
  for (const kind of ["confirmation", "reminder"]) {
    const message = await pick(shop, booking.id, kind, "email");
    await Promise.all(Array.from({ length: 12 }, () => runJob(shop, message)));
    await runJob(shop, message);
    const after = await pick(shop, booking.id, kind, "email");
    assert.deepEqual([after.status, after.provider_id], ["sent", `p-${message.id}`]);
  }
  assert.equal(sent.length, 2);
});

test("a mail that fails is tried again with the same key, and its last failure is on the record", async (t) => {
  const shop = await openShop(frontdesk);
  const booking = await bookAt(frontdesk, shop, wednesdayAtTen);
  const message = await pick(shop, booking.id, "confirmation", "email");
  const keys: string[] = [];
  let healthy = false;
  app.ports.email = {
    ...realEmail,
    sendEmail: (email) => {
      keys.push(email.key);
      if (healthy) return realEmail.sendEmail(email);
      // Not of the provider's making, and so no reason to give up.
      if (keys.length === 1) throw new TypeError("a slip of ours");
      throw new ProviderError({ provider: "smtp", code: "network", message: "no route", retryable: true });
    },
  };
  t.after(() => void (app.ports.email = realEmail));
  await assert.rejects(runJob(shop, message), /a slip of ours/);
  await assert.rejects(runJob(shop, message), /no route/);
  let row = await pick(shop, booking.id, "confirmation", "email");
  assert.deepEqual([row.status, row.last_error, row.attempts], ["sending", "smtp: no route", 2]);
  await assert.rejects(runJob(shop, message, { lastAttempt: true }), /no route/);
  row = await pick(shop, booking.id, "confirmation", "email");
  assert.deepEqual([row.status, row.reason, row.attempts], ["failed", "it could not be sent", 3]);
  healthy = true;
  await runJob(shop, message); // an operator put the dead letter back
  row = await pick(shop, booking.id, "confirmation", "email");
  assert.deepEqual([row.status, row.reason], ["sent", null]);
  assert.deepEqual([...new Set(keys)], [message.id]);
  assert.equal((await mailsTo(frontdesk, booking.booker_email!)).length, 1);
});

test("an address the mail server refuses for good is not tried again", async (t) => {
  const shop = await openShop(frontdesk);
  const booking = await bookAt(frontdesk, shop, wednesdayAtTen);
  const message = await pick(shop, booking.id, "confirmation", "email");
  app.ports.email = {
    ...realEmail,
    sendEmail: () =>
      Promise.reject(
        new ProviderError({ provider: "smtp", code: "550", message: "no such user", retryable: false }),
      ),
  };
  t.after(() => void (app.ports.email = realEmail));
  await runJob(shop, message);
  const row = await pick(shop, booking.id, "confirmation", "email");
  assert.deepEqual([row.status, row.last_error], ["failed", "smtp: no such user"]);
});

test("a worker that dies with a mail in its hands: another sends it when the lease is over, with the same key", async (t) => {
  const shop = await openShop(frontdesk);
  const booking = await bookAt(frontdesk, shop, wednesdayAtTen);
  const message = await pick(shop, booking.id, "confirmation", "email");
  let died!: () => void;
  const dying = new Promise<void>((resolve) => (died = resolve));
  app.ports.email = {
    ...realEmail,
    sendEmail: async (email) => {
      await realEmail.sendEmail(email);
      died();
      return new Promise(() => undefined); // never comes back: the process is gone
    },
  };
  void runJob(shop, message);
  await dying;
  app.ports.email = realEmail;
  t.after(() => void (app.ports.email = realEmail));
  await runJob(shop, message);
  assert.equal((await pick(shop, booking.id, "confirmation", "email")).status, "sending", "still leased");
  const { rows } = await app.database.owner(
    "select start_after from pgboss.job where data->'payload'->>'messageId' = $1 order by start_after desc limit 1",
    [message.id],
  );
  const leaseEnds = new Date(app.clock.now().getTime() + leaseMs);
  assert.equal(
    (rows[0]?.["start_after"] as Date | undefined)?.toISOString(),
    leaseEnds.toISOString(),
    "it will be looked at again",
  );
  await inside(frontdesk, shop.id, (ctx) =>
    ctx.db
      .update("booking_messages")
      .set({ claimed_at: new Date(ctx.now.getTime() - leaseMs) } as never)
      .where("id", "=", message.id)
      .execute(),
  );
  await runJob(shop, message);
  const row = await pick(shop, booking.id, "confirmation", "email");
  assert.deepEqual([row.status, row.attempts], ["sent", 2]);
  assert.equal((await mailsTo(frontdesk, booking.booker_email!)).length, 1);
});

test("bookings.send_reminder#2 what is due for a cancelled or moved booking is not sent", async () => {
  const shop = await openShop(frontdesk);
  const first = await bookAt(frontdesk, shop, wednesdayAtTen);
  const reminder = await pick(shop, first.id, "reminder", "sms");
  const mail = await pick(shop, first.id, "confirmation", "email");
  await inside(frontdesk, shop.id, (ctx) => cancel(ctx, first.id));
  await Promise.all([runJob(shop, reminder), runJob(shop, mail)]);
  assert.equal((await pick(shop, first.id, "reminder", "sms")).status, "cancelled");
  assert.equal(await textCount(shop, first.id), 0);
  assert.equal((await mailsTo(frontdesk, first.booker_email!)).length, 0);

  const second = await bookAt(frontdesk, shop, wednesdayAtTen);
  const old = await pick(shop, second.id, "reminder", "sms");
  await inside(frontdesk, shop.id, (ctx) =>
    reschedule(ctx, second.id, { startsAt: new Date("2026-03-05T10:00:00Z") }),
  );
  await runJob(shop, old);
  assert.equal(await textCount(shop, second.id), 0);
});

test("a booking that ended some other way than by cancel sends nothing either", async () => {
  const shop = await openShop(frontdesk);
  const booking = await bookAt(frontdesk, shop, wednesdayAtTen);
  const reminder = await pick(shop, booking.id, "reminder", "sms");
  await inside(frontdesk, shop.id, (ctx) =>
    ctx.db
      .update("bookings")
      .set({ status: "no_show" } as never)
      .where("id", "=", booking.id)
      .execute(),
  );
  await runJob(shop, reminder);
  const row = (await messagesFor(frontdesk, shop, booking.id)).find((one) => one.id === reminder.id);
  assert.deepEqual([row?.status, row?.reason], ["skipped", "the booking is no_show"]);
  assert.equal(await textCount(shop, booking.id), 0);
});

test("bookings.send_confirmation#0 bookings.send_confirmation#2 the confirmation is made once however often it is asked for, with its history", async () => {
  const shop = await openShop(frontdesk, {
    settings: { booking_messages: { confirmation: { enabled: false } } },
  });
  const booking = await bookAt(frontdesk, shop, wednesdayAtTen);
  const off = (await call(shop, sendConfirmation, { bookingId: booking.id })).output as Answered;
  assert.deepEqual([off.eligible, off.reason, off.messages.length], [false, "confirmations are off", 0]);
  await inside(frontdesk, shop.id, (ctx) =>
    storeSettings(ctx, { booking_messages: { confirmation: { enabled: true } } }),
  );
  await Promise.all(Array.from({ length: 5 }, () => call(shop, sendConfirmation, { bookingId: booking.id })));
  const { messages } = (await call(shop, sendConfirmation, { bookingId: booking.id })).output as Answered;
  assert.deepEqual(messages.map((one) => `${one.channel} ${one.status}`).sort(), [
    "email pending",
    "sms pending",
  ]);
  const text = await pick(shop, booking.id, "confirmation", "sms");
  await Promise.all([runJob(shop, text), runJob(shop, text)]);
  assert.equal(await textCount(shop, booking.id), 1);
  const audit = await inside(frontdesk, shop.id, (ctx) =>
    ctx.db
      .from("audit_entries")
      .select(["action", "changes"])
      .where("noun", "=", "booking_message")
      .where("record_id", "=", text.id)
      .execute(),
  );
  assert.deepEqual(audit.map((entry) => entry.action).sort(), ["created", "updated"]);
});

type Answered = { eligible: boolean; reason: string | null; messages: { channel: string; status: string }[] };

test("bookings.send_confirmation#1 bookings.send_reminder#1 without the messaging entitlement, templates or a number nothing leaves, and it says why", async () => {
  const shop = await openShop(frontdesk);
  const booking = await bookAt(frontdesk, shop, wednesdayAtTen);
  await inside(frontdesk, shop.id, (ctx) => storeSettings(ctx, { messaging: { enabled: false } }));
  for (const [operation, input] of [
    [sendConfirmation, { bookingId: booking.id }],
    [sendReminder, { bookingId: booking.id, schedule: { offsetMinutes: 60 } }],
  ] as const) {
    const answer = (await call(shop, operation, input)).output as Answered;
    assert.deepEqual([answer.eligible, answer.reason], [false, "outbound messaging is off"]);
  }
  for (const kind of ["confirmation", "reminder"]) {
    await runJob(shop, await pick(shop, booking.id, kind, "sms"));
    const row = await pick(shop, booking.id, kind, "sms");
    assert.deepEqual([row.status, row.reason], ["skipped", "outbound messaging is off"]);
  }
  await inside(frontdesk, shop.id, (ctx) =>
    storeSettings(ctx, {
      messaging: { enabled: true },
      booking_messages: { templates: { confirmation_sms: " " } },
    }),
  );
  const second = await bookAt(frontdesk, shop, new Date("2026-03-04T12:00:00Z"));
  await runJob(shop, await pick(shop, second.id, "confirmation", "sms"));
  assert.match((await pick(shop, second.id, "confirmation", "sms")).reason ?? "", /nothing to send/);
  await inside(frontdesk, shop.id, (ctx) =>
    ctx.db
      .update("phone_numbers")
      .set({ status: "SUSPENDED" } as never)
      .execute(),
  );
  await runJob(shop, await pick(shop, second.id, "reminder", "sms"));
  const row = await pick(shop, second.id, "reminder", "sms");
  assert.deepEqual([row.status, row.reason], ["skipped", "number_not_active"]);
  assert.equal((await outbox(frontdesk, booking.booker_phone!)).length, 0);
});

test("bookings.send_reminder#0 a reminder is put on the schedule of an upcoming booking once, and only of such a one", async () => {
  const shop = await openShop(frontdesk, { settings: { booking_messages: { reminders: [] } } });
  const booking = await bookAt(frontdesk, shop, wednesdayAtTen);
  const ask = { bookingId: booking.id, schedule: { offsetMinutes: 30, channels: ["sms"] } };
  await Promise.all(Array.from({ length: 5 }, () => call(shop, sendReminder, ask)));
  const { eligible, messages } = (await call(shop, sendReminder, ask)).output as Answered;
  assert.equal(eligible, true);
  assert.deepEqual(
    messages.map((one) => `${one.channel} ${one.status}`),
    ["sms pending"],
  );
  const row = await pick(shop, booking.id, "reminder", "sms");
  assert.equal(row.due_at.toISOString(), "2026-03-04T09:30:00.000Z");
  await inside(frontdesk, shop.id, (ctx) => cancel(ctx, booking.id));
  const after = (await call(shop, sendReminder, ask)).output as Answered;
  assert.deepEqual([after.eligible, after.reason], [false, "the booking is cancelled"]);
  await runJob(shop, row);
  assert.equal(await textCount(shop, booking.id), 0);
  await assert.rejects(
    call(shop, sendReminder, { ...ask, bookingId: "01890000-0000-7000-8000-000000000000" }),
    /No booking/,
  );
});

test("who answers a message writes to the business", async (t) => {
  const shop = await openShop(frontdesk);
  const changed = await shop.call("PATCH", "/api/v1/company", { contact_email: "desk@ready.example" });
  assert.equal(changed.status, 200, changed.text);
  const sent: OutboundEmail[] = [];
  app.ports.email = {
    ...realEmail,
    sendEmail: async (email) => {
      sent.push(email);
      return { providerId: email.key };
    },
  };
  t.after(() => void (app.ports.email = realEmail));
  const booking = await bookAt(frontdesk, shop, wednesdayAtTen);
  await runJob(shop, await pick(shop, booking.id, "confirmation", "email"));
  assert.deepEqual(
    sent.map((email) => email.replyTo),
    ["desk@ready.example"],
  );
});
