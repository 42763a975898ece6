/** What stands at the moment of sending decides whether a message leaves; each state of a booking is one row. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { newId } from "../../../kernel/ids.ts";
import type { JobCtx } from "../../../kernel/jobs.ts";
import { newRequestId } from "../../../kernel/run.ts";
import { listOutbox } from "../../../local-outbox.ts";
import { startHarness } from "../../../testing/harness.ts";
import { inside } from "../../messaging/testing.ts";
import { storeSettings } from "../../workspace/settings/settings.ts";
import type { BookingMessage } from "./booking-message.ts";
import { insertMessages } from "./booking-messages.store.ts";
import type { PlannedMessage } from "./plan.ts";
import { sendConfirmationJob } from "./send.ts";
import { bookAt, freshEmail, messagesFor, openShop } from "./testing.ts";
import type { Shop } from "./testing.ts";

// Without workers: the tests run the job themselves.
const frontdesk = await startHarness({ work: false });
const { app } = frontdesk;
const minute = 60_000;
const inMinutes = (minutes: number) => new Date(app.clock.now().getTime() + minutes * minute);

function runJob(shop: Shop, messageId: string): Promise<void> {
  const run: JobCtx = {
    app,
    workspaceId: shop.id,
    requestId: newRequestId(),
    log: app.log,
    attempt: 1,
    lastAttempt: false,
    signal: new AbortController().signal,
    transaction: (work) => inside(frontdesk, shop.id, work),
  };
  return sendConfirmationJob.run(run, { messageId });
}

type State = { status?: string; starts?: number; ends?: number };

/** The one booking there is, in this state, minutes from now; nothing is planned about it. */
async function bookingIn(shop: Shop, { status = "confirmed", starts = 60, ends = starts + 60 }: State) {
  await inside(frontdesk, shop.id, (ctx) => ctx.db.remove("bookings").execute());
  const booking = await bookAt(frontdesk, shop, new Date("2026-03-06T10:00:00Z"), {
    customer: { name: "Ada Price", phone: shop.customer(), email: freshEmail() },
  });
  await inside(frontdesk, shop.id, async (ctx) => {
    await ctx.db.remove("booking_messages").where("booking_id", "=", booking.id).execute();
    await ctx.db
      .update("bookings")
      .set({
        status,
        starts_at: inMinutes(starts),
        ends_at: inMinutes(ends),
        blocked_from: inMinutes(starts),
        blocked_until: inMinutes(ends),
        ...(status === "cancelled" ? { cancelled_at: ctx.now } : {}),
      } as never)
      .where("id", "=", booking.id)
      .execute();
  });
  return booking;
}

async function sent(
  shop: Shop,
  state: State,
  planned: Partial<PlannedMessage>,
  sequence = 0,
): Promise<BookingMessage> {
  const booking = await bookingIn(shop, state);
  const message = {
    kind: "reminder",
    channel: "email",
    audience: "customer",
    dueAt: inMinutes(0),
    ...planned,
  } as const;
  await inside(frontdesk, shop.id, (ctx) => insertMessages(ctx, booking.id, sequence, [message]));
  const [made] = await messagesFor(frontdesk, shop, booking.id);
  await runJob(shop, made!.id);
  const [after] = await messagesFor(frontdesk, shop, booking.id);
  return after!;
}

test("a message leaves when the booking still stands as it has to for one of its kind", async () => {
  const shop = await openShop(frontdesk);
  const cases: [State, Partial<PlannedMessage>, string | null][] = [
    [{}, { kind: "confirmation" }, null],
    [{}, { offsetMinutes: 60 }, null],
    [{ starts: 1 }, { offsetMinutes: 60 }, null],
    [{ starts: 0 }, { offsetMinutes: 60 }, "the appointment has begun"],
    [{ starts: 0 }, { offsetMinutes: 0 }, null],
    [{ starts: -59, ends: 1 }, { offsetMinutes: 0 }, null],
    [{ starts: -60, ends: 0 }, { offsetMinutes: 0 }, "the appointment has begun"],
    [{ status: "late" }, { offsetMinutes: 60 }, null],
    [{ status: "cancelled" }, { offsetMinutes: 60 }, "the booking is cancelled"],
    [{ status: "attended" }, { kind: "confirmation" }, "the booking is attended"],
    [{ status: "cancelled" }, { kind: "cancellation" }, null],
    [{ status: "confirmed" }, { kind: "cancellation" }, "the booking is active"],
    [{ status: "cancelled", starts: 0 }, { kind: "cancellation" }, "the appointment has begun"],
    [{ status: "late", starts: -59, ends: 1 }, { kind: "late" }, null],
    [{ status: "late", starts: -60, ends: 0 }, { kind: "late" }, "the appointment is over"],
    [{ status: "confirmed", starts: -5 }, { kind: "late" }, "the booking is confirmed"],
    [{ status: "no_show", starts: -5 }, { kind: "late" }, "the booking is no_show"],
    [{ status: "no_show", starts: -90, ends: -30 }, { kind: "no_show" }, null],
    [{ status: "late", starts: -5 }, { kind: "no_show" }, "the booking is late"],
    [{ status: "no_show", starts: -90, ends: -30 }, { kind: "rebooking", offsetMinutes: 30 }, null],
    [{ status: "attended", starts: -90, ends: -30 }, { kind: "rebooking" }, "the booking is attended"],
  ];
  for (const [state, planned, reason] of cases) {
    const after = await sent(shop, state, planned);
    const about = `${JSON.stringify(state)} ${JSON.stringify(planned)}`;
    assert.deepEqual([after.status, after.reason], [reason === null ? "sent" : "skipped", reason], about);
    assert.equal(after.sent_at !== null, reason === null, about);
  }
});

test("what belongs to a schedule before the last one is not sent", async () => {
  const shop = await openShop(frontdesk);
  const booking = await bookingIn(shop, {});
  const plan = { channel: "email", audience: "customer", dueAt: inMinutes(0), kind: "reminder" } as const;
  await inside(frontdesk, shop.id, async (ctx) => {
    await insertMessages(ctx, booking.id, 0, [{ ...plan, offsetMinutes: 60 }]);
    await insertMessages(ctx, booking.id, 1, [{ ...plan, offsetMinutes: 60 }]);
  });
  const [old, current] = (await messagesFor(frontdesk, shop, booking.id)).toSorted(
    (a, b) => a.booking_sequence - b.booking_sequence,
  );
  for (const one of [old!, current!]) await runJob(shop, one.id);
  const after = await messagesFor(frontdesk, shop, booking.id);
  assert.deepEqual(
    after.toSorted((a, b) => a.booking_sequence - b.booking_sequence).map((one) => [one.status, one.reason]),
    [
      ["skipped", "the booking was moved"],
      ["sent", null],
    ],
  );
});

test("a notice that was put off stays waiting; nobody hears of what is not due", async () => {
  const shop = await openShop(frontdesk);
  const after = await sent(shop, { status: "late", starts: -5 }, { kind: "late", dueAt: inMinutes(1) });
  assert.deepEqual([after.status, after.attempts], ["pending", 0]);
  const due = await sent(shop, { status: "late", starts: -5 }, { kind: "late", dueAt: inMinutes(0) });
  assert.equal(due.status, "sent");
});

test("whoever has left the team hears nothing; who is on it is told where they can be reached now", async () => {
  const shop = await openShop(frontdesk);
  const id = await inside(frontdesk, shop.id, async (ctx) => {
    const { id } = await ctx.db.from("members").select("id").orderBy("id").limit(1).executeTakeFirstOrThrow();
    await ctx.db
      .update("members")
      .set({ phone: "+447700900071", email: "now@shop.example" })
      .where("id", "=", id)
      .execute();
    return id;
  });
  const toTeam = (more: Partial<PlannedMessage>) =>
    sent(shop, { status: "late", starts: -5 }, { kind: "late", audience: "team", ...more });
  const heard = async (to: string) => (await listOutbox(app)).filter((one) => one.to === to).length;
  const byId = { memberId: id, recipient: "before@shop.example" };
  assert.equal((await toTeam(byId)).status, "sent");
  assert.deepEqual([await heard("now@shop.example"), await heard("before@shop.example")], [1, 0]);
  // Planned before messages named their member: known by where they were reached.
  assert.equal((await toTeam({ recipient: "now@shop.example" })).status, "sent");
  assert.equal((await toTeam({ channel: "sms", recipient: "+447700900071" })).status, "sent");
  assert.equal((await toTeam({ recipient: "before@shop.example" })).status, "skipped");
  assert.equal(await heard("now@shop.example"), 2);
  await inside(frontdesk, shop.id, async (ctx) => {
    await ctx.db
      .insert("members", {
        id: newId(ctx.now),
        name: "Cal",
        email: null,
        phone: null,
        role: "client_editor",
        is_staff: true,
        created_at: ctx.now,
      })
      .execute();
    await ctx.db.update("members").set({ status: "removed" }).where("id", "=", id).execute();
  });
  const gone = await toTeam(byId);
  assert.deepEqual(
    [gone.status, gone.reason],
    ["skipped", "they are not on the team any more, or cannot be reached"],
  );
});

test("a text is kept with the customer's contact when it is theirs, and waits for the end of quiet hours", async () => {
  const shop = await openShop(frontdesk);
  const talksWith = (message: BookingMessage) =>
    inside(frontdesk, shop.id, async (ctx) => {
      const text = await ctx.db
        .from("sms_messages")
        .selectAll()
        .where("id", "=", message.message_id!)
        .executeTakeFirstOrThrow();
      const talk = await ctx.db
        .from("sms_conversations")
        .select("contact_id")
        .where("id", "=", text.conversation_id!)
        .executeTakeFirstOrThrow();
      const booking = await ctx.db
        .from("bookings")
        .select("contact_id")
        .where("id", "=", message.booking_id)
        .executeTakeFirstOrThrow();
      assert.equal(text.booking_id, message.booking_id);
      return talk.contact_id === booking.contact_id ? "the booker" : "somebody else";
    });
  const own = await sent(shop, {}, { channel: "sms", offsetMinutes: 60 });
  assert.deepEqual([own.status, own.reason, await talksWith(own)], ["sent", null, "the booker"]);
  const guests = await sent(
    shop,
    {},
    { channel: "sms", audience: "attendee", recipient: "+447700900072", offsetMinutes: 60 },
  );
  assert.deepEqual([guests.status, await talksWith(guests)], ["sent", "somebody else"]);
  await inside(frontdesk, shop.id, (ctx) =>
    storeSettings(ctx, { quiet_hours: { enabled: true, start: "08:00", end: "10:00" } }),
  );
  const late = await sent(shop, { starts: 300 }, { channel: "sms", offsetMinutes: 60 });
  assert.equal(late.status, "sent");
  assert.notEqual(late.reason, null);
  assert.equal(late.sent_at, null);
});
