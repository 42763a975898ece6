/** When a turn is taken, what it reads, and what becomes of a reply that somebody was faster than. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { findConversation } from "../../messaging/conversations/conversations.store.ts";
import { insertInbound } from "../../messaging/messages/messages.store.ts";
import { inside, outbox } from "../../messaging/testing.ts";
import { storeSettings } from "../../workspace/settings/settings.ts";
import { plumber, talk, text } from "../testing.ts";
import type { Plumber } from "../testing.ts";
import { openAiTurn, replyToCustomer } from "./jobs.ts";

const frontdesk = await startHarness();

const toldOwner = async (shop: Plumber): Promise<string[]> =>
  (await outbox(frontdesk, shop.owner)).map(({ body }) => body);

/** The number the owner was last told to begin a text to this customer with. */
const codeFor = async (shop: Plumber, { from }: { from: string }): Promise<string> => {
  const about = (await toldOwner(shop)).findLast(
    (one) => one.includes(from.slice(-4)) && one.includes("start with"),
  );
  return /start with (\d{4})/.exec(about ?? "")?.[1] ?? "no code";
};

const ownerSays = async (shop: Plumber, body: string): Promise<void> => {
  await text(frontdesk, { from: shop.owner, to: shop.number, body });
  await frontdesk.settle();
};

test("the end of another window opens nothing", async () => {
  const shop = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  await text(frontdesk, { from: customer.from, to: shop.number, body: "my drain is blocked" });
  await frontdesk.settle();
  const { id } = await customer.conversation();
  await inside(frontdesk, shop.id, (ctx) => {
    ctx.enqueue(openAiTurn, { conversationId: id, endsAt: ctx.now.toISOString() });
    return Promise.resolve();
  });
  await frontdesk.settle();
  assert.equal((await customer.conversation()).state, "owner_window");
  assert.deepEqual(await customer.replies(), []);
});

test("who writes on while the reply is found gets one reply to all of it", async () => {
  const shop = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  const { ports } = frontdesk.app;
  const before = ports.languageModel;
  let wroteOn = false;
  ports.languageModel = {
    respond: async ({ messages }: { messages: { text: string }[] }) => {
      const asked = messages.some(({ text: said }) => said.includes("boiler service thursday"));
      if (asked && !wroteOn) {
        wroteOn = true;
        await text(frontdesk, { from: customer.from, to: shop.number, body: "sorry, friday at 11 I mean" });
      }
      throw new Error("no words found");
    },
  } as unknown as typeof before;
  try {
    await customer.say("boiler service thursday at 10am");
  } finally {
    ports.languageModel = before;
  }
  const replies = await customer.replies();
  assert.equal(replies.length, 1, replies.join(" | "));
  assert.match(replies[0] ?? "", /Fri 6 Mar at 11:00 AM/);
});

test("everything that waits is read, however many texts it came in", async () => {
  const shop = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  await customer.say("hi");
  const { id } = await customer.conversation();
  await inside(frontdesk, shop.id, async (ctx) => {
    const bodies = [
      "boiler service thursday at 10am",
      ...Array.from({ length: 30 }, (_, index) => `h${"m".repeat(index + 1)}`),
    ];
    for (const [index, body] of bodies.entries()) {
      const conversation = await findConversation(ctx, id);
      if (!conversation) throw new Error("gone");
      const about = {
        body,
        redactions: [],
        media: [],
        providerId: `SMburst${index}`,
        providerTime: null,
        toE164: shop.number,
      };
      await insertInbound(ctx, conversation, about as never);
    }
  });
  await frontdesk.advance(90);
  await inside(frontdesk, shop.id, (ctx) => {
    ctx.enqueue(replyToCustomer, { conversationId: id });
    return Promise.resolve();
  });
  await frontdesk.settle();
  assert.match((await customer.replies()).at(-1) ?? "", /Thu 5 Mar at 10:00 AM/);
});

test("what the receptionist had ready does not leave once the owner has answered", async () => {
  const shop = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  await customer.say("hi");
  await inside(frontdesk, shop.id, (ctx) => storeSettings(ctx, { after_hours: "QUEUE_FOR_HUMAN" }));
  const hours = await shop.call("PUT", "/api/v1/scheduling-availability", {
    weekly_hours: [{ day: 4, start: "09:00", end: "17:00" }],
  });
  assert.equal(hours.status, 200, hours.text);
  await customer.say("boiler service thursday at 10am?");
  const waiting = () =>
    inside(frontdesk, shop.id, (ctx) =>
      ctx.db
        .from("sms_messages")
        .select(["status", "status_reason"])
        .where("sender", "=", "ai")
        .where("status", "in", ["held", "cancelled"])
        .execute(),
    );
  assert.deepEqual(
    (await waiting()).map(({ status }) => status),
    ["held"],
  );
  await ownerSays(shop, `${await codeFor(shop, customer)} I'll ring you`);
  assert.deepEqual(await waiting(), [{ status: "cancelled", status_reason: "taken_over" }]);
});
