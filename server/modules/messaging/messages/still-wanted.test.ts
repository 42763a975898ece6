import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ctx } from "../../../kernel/context.ts";
import { startHarness } from "../../../testing/harness.ts";
import { findConversation, setConversationState } from "../conversations/conversations.store.ts";
import { insertService } from "../inbound/sms.fixtures.ts";
import { optOut } from "../opt-outs/opt-outs.ts";
import { businessWithNumber, freshNumber, inside } from "../testing.ts";
import type { Message } from "./message.ts";
import { lockMessage } from "./messages.store.ts";
import { sendText } from "./send-text.ts";
import { whyNotNow } from "./still-wanted.ts";

// Monday 9:00 in London. Nothing leaves by itself here.
const frontdesk = await startHarness({ work: false });
const startsAt = new Date("2026-03-04T10:00:00Z");

/** A text to a new customer of a business that has not left yet, as it is asked about before it does. */
async function written(ctx: Ctx) {
  const to = freshNumber();
  const sent = await sendText(ctx, { to, body: "Hello", purpose: "manual", sender: "employee" });
  const message = await lockMessage(ctx, sent.messageId ?? "");
  const conversation = await findConversation(ctx, sent.conversationId ?? "");
  assert.ok(message && conversation?.contact_id);
  const contactId = conversation.contact_id;
  const why = async (values: Partial<Message>) => (await whyNotNow(ctx, { ...message, ...values }))?.reason;
  return { to, message, conversation, contactId, why };
}

type Written = Awaited<ReturnType<typeof written>>;

async function asked(work: (ctx: Ctx, text: Written) => Promise<void>, settings = {}) {
  const business = await businessWithNumber(frontdesk, { settings });
  await inside(frontdesk, business.id, async (ctx) => work(ctx, await written(ctx)));
}

const reply = { purpose: "reply", sender: "ai" } as const;
const everything = ["manual", "reply", "confirmation", "reminder", "keyword", "owner"] as const;

test("what was right when it was written and still is may leave, whatever it is for", () =>
  asked(async (_ctx, { why }) => {
    for (const purpose of everything) assert.equal(await why({ purpose, sender: "ai" }), undefined, purpose);
  }));

test("a number that was suspended meanwhile, and messaging switched off, keep everything back", () =>
  asked(async (ctx, { why, message }) => {
    const set = (status: string) =>
      ctx.db
        .update("phone_numbers")
        .set({ status } as never)
        .where("id", "=", message.phone_number_id)
        .execute();
    await set("SUSPENDED");
    for (const purpose of everything) assert.equal(await why({ purpose }), "number_not_active", purpose);
    await set("ACTIVE");
    assert.equal(await why({}), undefined);
  }));

test("an opt-out keeps back what goes to the customer, but not the answer to the word itself, nor what the owner is told", () =>
  asked(async (ctx, { why, to }) => {
    await optOut(ctx, [{ channel: "sms", address: to }], "keyword");
    for (const purpose of everything) {
      const wanted = purpose === "keyword" || purpose === "owner" ? undefined : "opted_out";
      assert.equal(await why({ purpose }), wanted, purpose);
    }
  }));

test("a reply of the program's is kept back once a person speaks, unless a person released it", () =>
  asked(async (ctx, { why, conversation }) => {
    await setConversationState(ctx, conversation, "human_active", "test");
    assert.equal(await why(reply), "human_active");
    assert.equal(await why({ ...reply, status_reason: "released" }), undefined);
    assert.equal(await why({ ...reply, sender: "employee" }), undefined);
    assert.equal(await why({ ...reply, purpose: "notice" }), undefined);
    assert.equal(await why({ ...reply, conversation_id: null }), undefined, "of no thread");
  }));

test("quiet hours put off what waits for them, not what a person released, and drop what would come too late", async () => {
  const quiet_hours = { enabled: true, start: "08:00", end: "10:00" };
  const end = new Date("2026-03-02T10:00:00Z");
  await asked(
    async (ctx, { why, message }) => {
      assert.deepEqual(await whyNotNow(ctx, { ...message, ...reply }), { reason: "quiet_hours", until: end });
      assert.equal(await why({ purpose: "reminder" }), "quiet_hours");
      assert.equal(await why({ ...reply, status_reason: "released" }), undefined);
      for (const purpose of ["manual", "confirmation", "keyword", "owner"])
        assert.equal(await why({ purpose }), undefined);
      const late = await whyNotNow(ctx, { ...message, purpose: "reminder", booking_starts_at: end });
      assert.deepEqual(late, { reason: "quiet_until_too_late" });
    },
    { quiet_hours },
  );
});

test("what is said of a booking is said while it is true of it", () =>
  asked(async (ctx, { why, to, contactId }) => {
    const booking_id = await insertService(ctx, contactId, to, startsAt);
    const set = (values: object) =>
      ctx.db
        .update("bookings")
        .set(values as never)
        .where("id", "=", booking_id)
        .execute();
    const of = (purpose: string, more: Partial<Message> = {}) =>
      why({ purpose, booking_id, booking_starts_at: startsAt, ...more });
    for (const purpose of ["reminder", "confirmation", "manual", "cancellation"]) {
      assert.equal(await of(purpose), undefined, purpose);
    }
    const earlier = { booking_starts_at: new Date(startsAt.getTime() - 60_000) };
    for (const purpose of ["reminder", "confirmation"]) {
      assert.equal(await of(purpose, earlier), "booking_moved", purpose);
      assert.equal(await of(purpose, { booking_starts_at: null }), undefined, "it was told no time");
      assert.equal(await of(purpose, { ...earlier, booking_id: null }), undefined, "of no booking");
    }
    assert.equal(await of("cancellation", earlier), undefined);
    for (const purpose of ["late", "no_show", "rebooking"])
      assert.equal(await of(purpose), "booking_corrected", purpose);
    await set({ status: "late" });
    assert.deepEqual(
      [await of("late"), await of("no_show"), await of("rebooking")],
      [undefined, "booking_corrected", "booking_corrected"],
    );
    await set({ status: "no_show" });
    assert.deepEqual(
      [await of("late"), await of("no_show"), await of("rebooking")],
      ["booking_corrected", undefined, undefined],
    );
    assert.equal(await of("reminder"), "booking_cancelled", "it does not take place");
    await insertService(ctx, contactId, to, new Date("2026-03-05T10:00:00Z"));
    assert.equal(await of("rebooking"), "booked_again");
    assert.equal(await of("no_show"), undefined);
  }));
