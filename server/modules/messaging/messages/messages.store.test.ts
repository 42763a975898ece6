import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ctx } from "../../../kernel/context.ts";
import { startHarness } from "../../../testing/harness.ts";
import { findConversation } from "../conversations/conversations.store.ts";
import { businessWithNumber, freshNumber, inside } from "../testing.ts";
import type { TestBusiness } from "../testing.ts";
import type { Message, MessageStatus, Purpose } from "./message.ts";
import {
  announce,
  cancelWaiting,
  countAutomatic,
  insertOutbound,
  latestMessages,
  lockMessage,
  nextInLane,
  sentSince,
} from "./messages.store.ts";
import { sendText } from "./send-text.ts";

// Nothing leaves: the texts stay as these tests write them.
const frontdesk = await startHarness({ work: false });
const business = await businessWithNumber(frontdesk);
const statuses: readonly MessageStatus[] = [
  ...(["received", "queued", "sending", "sent", "delivered", "undelivered", "failed", "held"] as const),
  "cancelled",
];

/** A thread with a customer nobody wrote to before, and how texts are written in it. */
async function thread(ctx: Ctx) {
  const to = freshNumber();
  const first = await sendText(ctx, { to, body: "First", purpose: "manual", sender: "employee" });
  const id = first.conversationId ?? "";
  const conversation = await findConversation(ctx, id);
  const write = async (body: string, values: Partial<Message> = {}): Promise<Message> => {
    const { id: messageId } = await insertOutbound(ctx, {
      conversation,
      phoneNumberId: business.numberId,
      fromE164: business.number,
      toE164: to,
      body,
      redactions: [],
      purpose: "notice",
      sender: "system",
      status: "queued",
      sendAt: ctx.now,
    });
    const row = { updated_at: ctx.now, ...values };
    await ctx.db
      .update("sms_messages")
      .set(row as never)
      .where("id", "=", messageId)
      .execute();
    return (await lockMessage(ctx, messageId)) as Message;
  };
  return { id, to, write, firstId: first.messageId ?? "" };
}

const inThread = (
  work: (ctx: Ctx, place: Awaited<ReturnType<typeof thread>>) => Promise<void>,
  of: TestBusiness = business,
) => inside(frontdesk, of.id, async (ctx) => work(ctx, await thread(ctx)));

test("the latest messages are those of the thread, newest first, and no more than asked for", () =>
  inThread(async (ctx, { id, write }) => {
    for (const body of ["A", "B", "C"]) await write(body);
    await (await thread(ctx)).write("Elsewhere");
    const bodies = async (limit: number) => (await latestMessages(ctx, id, limit)).map(({ body }) => body);
    assert.deepEqual(await bodies(10), ["C", "B", "A", "First"]);
    assert.deepEqual(await bodies(2), ["C", "B"]);
  }));

test("of a lane the text under way is next, then the oldest that may leave; what is over or waits is not", () =>
  inThread(async (ctx, { id, write, firstId }) => {
    const next = async () => (await nextInLane(ctx, id))?.body;
    const set = (messageId: string, values: object) =>
      ctx.db
        .update("sms_messages")
        .set(values as never)
        .where("id", "=", messageId)
        .execute();
    await set(firstId, { status: "sent" });
    for (const status of statuses) {
      if (status !== "queued" && status !== "sending") await write(status, { status });
    }
    await write("later", { send_at: new Date(ctx.now.getTime() + 1) });
    assert.equal(await next(), undefined);
    const [old, young] = [await write("old"), await write("young")];
    await (await thread(ctx)).write("elsewhere");
    assert.equal(await next(), "old");
    await set(young.id, { status: "sending" });
    assert.equal(await next(), "young");
    await set(young.id, { status: "sent" });
    await set(old.id, { status: "sent" });
    assert.equal(await next(), undefined);
  }));

test("what still waits is taken back: the program's own texts of these purposes, in this thread, and told", () =>
  inThread(async (ctx, { id, write }) => {
    const kept = [
      await write("of another purpose", { purpose: "confirmation" }),
      await write("a person's", { sender: "employee" }),
      await write("under way", { status: "sending" }),
      await write("gone", { status: "sent" }),
      await (await thread(ctx)).write("elsewhere"),
    ];
    const taken = [
      await write("waits"),
      await write("held", { status: "held" }),
      await write("ai", { sender: "ai" }),
    ];
    assert.equal(await cancelWaiting(ctx, id, ["notice", "reply"], "superseded"), taken.length);
    for (const one of kept) assert.equal((await lockMessage(ctx, one.id))?.status, one.status, one.body);
    for (const one of taken) {
      const now = await lockMessage(ctx, one.id);
      assert.deepEqual([now?.status, now?.status_reason], ["cancelled", "superseded"], one.body);
    }
    assert.equal(await cancelWaiting(ctx, id, ["notice"], "again"), 0);
  }));

test("a text that was taken back is told of in the feed", async () => {
  const place = await inside(frontdesk, business.id, async (ctx) => {
    const { id, write } = await thread(ctx);
    const { id: messageId } = await write("waits");
    await cancelWaiting(ctx, id, ["notice"], "superseded");
    const failed = await write("failed", { status: "failed", error_code: "30006" });
    announce(ctx, failed, "message.failed");
    return { messageId, failedId: failed.id };
  });
  const rows = await frontdesk.app.database.read(business.id, (db) =>
    db.from("events").selectAll().where("noun", "=", "sms_message").orderBy("position").execute(),
  );
  const told = (id: string) =>
    rows
      .filter((row) => row.record_id === id)
      .map(({ type, payload }) => [type, payload["status"], payload["error_code"]]);
  assert.deepEqual(told(place.messageId), [
    ["message.queued", "queued", undefined],
    ["message.cancelled", "cancelled", undefined],
  ]);
  assert.deepEqual(told(place.failedId).at(-1), ["message.failed", "failed", "30006"]);
});

test("counted are the program's texts of this thread since then that were not taken back", () =>
  inThread(async (ctx, { id, write }) => {
    const since = new Date(ctx.now.getTime() - 60_000);
    const at = (seconds: number) => ({ created_at: new Date(since.getTime() + seconds * 1000) });
    assert.equal(await countAutomatic(ctx, id, since), 0, "a person's");
    const uncounted: Partial<Message>[] = [
      at(0),
      at(-1),
      { sender: "employee" },
      { direction: "in" },
      { status: "cancelled" },
      { status: "held" },
    ];
    for (const values of uncounted) await write("x", values);
    await (await thread(ctx)).write("elsewhere");
    assert.equal(await countAutomatic(ctx, id, since), 0);
    const counted: Partial<Message>[] = [
      at(1),
      { sender: "ai" },
      { status: "failed" },
      { status: "delivered" },
    ];
    for (const values of counted) await write("x", values);
    assert.equal(await countAutomatic(ctx, id, since), counted.length);
  }));

test("a text of this purpose went since then, unless it was taken back or did not arrive", () =>
  inThread(async (ctx, { id, write }) => {
    const since = new Date(ctx.now.getTime() - 60_000);
    const purpose: Purpose = "text_back";
    const went = () => sentSince(ctx, id, purpose, since);
    for (const status of ["cancelled", "failed", "undelivered"] as const)
      await write("x", { purpose, status });
    await write("x", { purpose: "notice" });
    await write("x", { purpose, created_at: since });
    await (await thread(ctx)).write("elsewhere", { purpose });
    assert.equal(await went(), false);
    for (const status of statuses.filter((one) => !["cancelled", "failed", "undelivered"].includes(one))) {
      const { id: messageId } = await write("x", { purpose, status });
      assert.equal(await went(), true, status);
      await ctx.db.remove("sms_messages").where("id", "=", messageId).execute();
    }
    assert.equal(await went(), false);
  }));
