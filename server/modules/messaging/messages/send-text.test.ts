import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { insertNumber } from "../../phone/numbers/numbers.store.ts";
import { findConversation, updateConversation } from "../conversations/conversations.store.ts";
import { insertService } from "../inbound/sms.fixtures.ts";
import { businessWithNumber, freshNumber, inside, outbox, postForm } from "../testing.ts";
import type { TestBusiness } from "../testing.ts";
import { lockMessage } from "./messages.store.ts";
import type { TextToSend } from "./send-text.ts";
import { sendText } from "./send-text.ts";

const frontdesk = await startHarness();

test("a text leaves once, in its conversation, through the business' number", async () => {
  const business = await businessWithNumber(frontdesk);
  const customer = business.customer();
  const answer = await inside(frontdesk, business.id, (ctx) =>
    sendText(ctx, { to: customer, body: "Hello there", purpose: "reply", sender: "ai" }),
  );
  assert.equal(answer.status, "queued");
  await frontdesk.settle();
  const sent = await outbox(frontdesk, customer);
  assert.deepEqual(
    sent.map(({ from, body }) => ({ from, body })),
    [{ from: business.number, body: "Hello there" }],
  );
});

const send = (business: TestBusiness, text: Partial<TextToSend> & { to: string }) =>
  inside(frontdesk, business.id, (ctx) =>
    sendText(ctx, { body: "Hello", purpose: "manual", sender: "employee", ...text }),
  );
const message = (business: TestBusiness, id: string | undefined) =>
  inside(frontdesk, business.id, (ctx) => lockMessage(ctx, id ?? ""));
const conversation = (business: TestBusiness, id: string | undefined) =>
  inside(frontdesk, business.id, (ctx) => findConversation(ctx, id ?? ""));

test("a text goes into the thread that is named while it is between these two numbers, else into theirs", async () => {
  const business = await businessWithNumber(frontdesk);
  const [to, other, second] = [business.customer(), business.customer(), freshNumber()];
  const numberId = await inside(
    frontdesk,
    business.id,
    async (ctx) => (await insertNumber(ctx, { e164: second, status: "ACTIVE" })).id,
  );
  const first = await send(business, { to });
  const known = { conversationId: first.conversationId };
  assert.equal((await send(business, { to, ...known })).conversationId, first.conversationId);
  assert.notEqual((await send(business, { to: other, ...known })).conversationId, first.conversationId);
  const elsewhere = await send(business, { to, ...known, phoneNumberId: numberId });
  assert.notEqual(elsewhere.conversationId, first.conversationId);
  assert.equal((await message(business, elsewhere.messageId))?.from_e164, second);
  // Without a number that is named, the thread's own is the one.
  const back = await send(business, { to, conversationId: elsewhere.conversationId });
  assert.equal((await message(business, back.messageId))?.from_e164, second);
  assert.equal((await message(business, first.messageId))?.from_e164, business.number);
});

test("a text is for the contact that is named, or the thread's, or whoever has the number", async () => {
  const business = await businessWithNumber(frontdesk);
  const made = async (fields: object) =>
    (await business.call("POST", "/api/v1/contacts", { first_name: "Sam", ...fields })).body.data
      .id as string;
  const to = business.customer();
  const [named, owner] = [await made({}), await made({ phone: to })];
  const contactOf = async (text: Partial<TextToSend>, number = to) => {
    const { conversationId } = await send(business, { to: number, ...text });
    return (await conversation(business, conversationId))?.contact_id;
  };
  assert.equal(await contactOf({}, to), owner);
  assert.equal(await contactOf({ contactId: named }, business.customer()), named);
  const gone = await contactOf({ contactId: business.adminId }, to);
  assert.equal(gone, owner, "nobody of that id is there");
});

test("what is told to the business' own people is in no customer's thread, and makes no contact", async () => {
  const business = await businessWithNumber(frontdesk);
  const answer = await send(business, { to: business.owner, purpose: "owner", sender: "system" });
  assert.deepEqual([answer.status, answer.conversationId], ["queued", undefined]);
  const row = await message(business, answer.messageId);
  assert.deepEqual([row?.lane, row?.conversation_id], [`owner:${business.owner}`, null]);
  assert.deepEqual((await business.call("GET", "/api/v1/contacts")).body.data, []);
});

test("a text about a booking carries when it begins, so that it is not said too late", async () => {
  const business = await businessWithNumber(frontdesk);
  const to = business.customer();
  const { conversationId } = await send(business, { to });
  const contactId = (await conversation(business, conversationId))?.contact_id ?? "";
  const bookingId = await inside(frontdesk, business.id, (ctx) => insertService(ctx, contactId, to));
  const about = await message(business, (await send(business, { to, bookingId })).messageId);
  assert.deepEqual(
    [about?.booking_id, about?.booking_starts_at],
    [bookingId, new Date("2026-03-04T10:00:00Z")],
  );
  const plain = await message(business, (await send(business, { to })).messageId);
  assert.deepEqual([plain?.booking_id, plain?.booking_starts_at], [null, null]);
});

test("a reply takes back the one that still waits; a notice and a person's text take back nothing", async () => {
  const business = await businessWithNumber(frontdesk, {
    settings: { quiet_hours: { enabled: true, start: "08:00", end: "10:00" } },
  });
  const to = business.customer();
  const status = async (id: string | undefined) => (await message(business, id))?.status;
  const reply = () => send(business, { to, purpose: "reply", sender: "ai" });
  const first = await reply();
  assert.deepEqual([first.status, first.reason], ["queued", "quiet_hours"]);
  for (const other of [
    { purpose: "notice", sender: "system" },
    {},
    { purpose: "reply", sender: "employee" },
  ] as const) {
    await send(business, { to, ...other });
    assert.equal(await status(first.messageId), "queued", JSON.stringify(other));
  }
  await send(business, { to: business.customer(), purpose: "reply", sender: "ai" });
  assert.equal(await status(first.messageId), "queued", "of another thread");
  const second = await reply();
  assert.deepEqual([await status(first.messageId), await status(second.messageId)], ["cancelled", "queued"]);
  assert.deepEqual((await message(business, second.messageId))?.send_at, new Date("2026-03-02T10:00:00Z"));
});

test("of texts that are held for a person the latest of each kind is kept", async () => {
  const business = await businessWithNumber(frontdesk, { settings: { after_hours: "QUEUE_FOR_HUMAN" } });
  await frontdesk.advance(11 * 3600);
  const to = business.customer();
  const held = (purpose: "reply" | "notice") => send(business, { to, purpose, sender: "ai" });
  const [old, notice, latest] = [await held("reply"), await held("notice"), await held("reply")];
  const statuses = [];
  for (const { messageId } of [old, notice, latest])
    statuses.push((await message(business, messageId))?.status);
  assert.deepEqual(statuses, ["cancelled", "held", "held"]);
});

test("who looked like a machine is suspected once, and from then", async () => {
  const business = await businessWithNumber(frontdesk, { owner: null });
  const to = business.customer();
  await postForm(frontdesk, "/twilio/sms", {
    MessageSid: `SM-robot-${to}`,
    From: to,
    To: business.number,
    Body: "This is an automated response.",
  });
  const reply = () => send(business, { to, purpose: "reply", sender: "ai" });
  const first = await reply();
  assert.equal(first.reason, "robot_suspected");
  const at = frontdesk.app.clock.now();
  await frontdesk.advance(60);
  await reply();
  assert.deepEqual((await conversation(business, first.conversationId))?.robot_suspected_at, at);
  // A person who wants it to leave is not asked about machines.
  assert.equal(
    (await send(business, { to, purpose: "reply", sender: "ai", byPerson: true })).reason ===
      "robot_suspected",
    false,
  );
});

test("the closing message goes once in twelve hours, to each customer, and only where the program would have written", async () => {
  const closed = { after_hours: "CLOSE_WITH_MSG", after_hours_message: "{business} is closed. {business}!" };
  const business = await businessWithNumber(frontdesk, { settings: closed });
  const now = frontdesk.app.clock.now();
  const evening = new Date(now);
  evening.setUTCHours(20, 30, 0, 0);
  if (evening <= now) evening.setUTCDate(evening.getUTCDate() + 1);
  await frontdesk.advance((evening.getTime() - now.getTime()) / 1000);
  const to = business.customer();
  const notices = async (number = to) => {
    await frontdesk.settle();
    return (await outbox(frontdesk, number)).map(({ body }) => body);
  };
  const reply = (number = to) => send(business, { to: number, purpose: "reply", sender: "ai" });
  const first = await reply();
  assert.deepEqual(
    [first.status, first.reason, first.messageId],
    ["suppressed", "closed_with_message", undefined],
  );
  const said = "Ready Plumbing is closed. Ready Plumbing!";
  assert.deepEqual(await notices(), [said]);
  assert.equal((await conversation(business, first.conversationId))?.state, "closed");
  await reply();
  assert.deepEqual(await notices(), [said]);
  const rewind = (hours: number, seconds: number) =>
    inside(frontdesk, business.id, async (ctx) => {
      const thread = await findConversation(ctx, first.conversationId ?? "");
      assert.ok(thread);
      const at = new Date(ctx.now.getTime() - hours * 3_600_000 - seconds * 1000);
      await updateConversation(ctx, thread, { after_hours_notice_at: at });
    });
  await rewind(12, -1);
  await reply();
  assert.deepEqual(await notices(), [said]);
  await rewind(12, 0);
  await reply();
  assert.deepEqual(await notices(), [said, said]);
  const other = business.customer();
  await reply(other);
  assert.deepEqual(await notices(other), [said]);
});
