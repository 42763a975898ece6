import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { businessWithNumber, inside, postForm } from "../testing.ts";
import type { TestBusiness } from "../testing.ts";
import { deliverMessage } from "./deliver-message.ts";
import { FakeCarrier, failure } from "./fake-carrier.ts";
import { sendText } from "./send-text.ts";

const frontdesk = await startHarness();
const { ports } = frontdesk.app;

function carrier(onSend?: FakeCarrier["onSend"]): FakeCarrier {
  const fake = new FakeCarrier();
  if (onSend) fake.onSend = onSend;
  ports.telephony = fake;
  return fake;
}

function send(business: TestBusiness, to: string, body: string) {
  return inside(frontdesk, business.id, (ctx) =>
    sendText(ctx, { to, body, purpose: "manual", sender: "employee" }),
  );
}

async function messages(business: TestBusiness) {
  return frontdesk.app.database.read(business.id, (db) =>
    db.from("sms_messages").selectAll().orderBy("position").execute(),
  );
}

test("a text that left is on record with the carrier's id and where to report to", async () => {
  const fake = carrier();
  const business = await businessWithNumber(frontdesk);
  const { messageId } = await send(business, business.customer(), "On our way");
  await frontdesk.settle();
  const [message] = await messages(business);
  assert.deepEqual(
    [message?.status, message?.provider_id, message?.attempts],
    ["sent", `SM-${messageId}`, 1],
  );
  assert.equal(
    fake.left[0]?.statusCallbackUrl,
    `http://frontdesk.test/twilio/status-callback?message=${messageId}`,
  );
  assert.match(
    await frontdesk.app.metrics.render(),
    /provider_calls_total\{provider="local",result="succeeded"\}/,
  );
});

test("texts of one conversation leave in order, also when the first one needs a second attempt", async () => {
  const fake = carrier((_sms, attempt) => {
    if (attempt === 1) throw failure({ code: "http-503", retryable: true });
  });
  const business = await businessWithNumber(frontdesk);
  const customer = business.customer();
  for (const body of ["one", "two", "three"]) await send(business, customer, body);
  await frontdesk.advance(120);
  assert.deepEqual(
    fake.left.map((sms) => sms.body),
    ["one", "two", "three"],
  );
  assert.deepEqual(
    (await messages(business)).map((one) => one.status),
    ["sent", "sent", "sent"],
  );
});

test("a text that may have left (no answer came) is asked for, not sent again", async () => {
  const fake = carrier();
  const real = fake.sendSms.bind(fake);
  let lost = false;
  fake.sendSms = async (sms) => {
    const sent = await real(sms);
    if (!lost) {
      lost = true;
      throw failure({ code: "timeout", retryable: true, outcomeUnknown: true });
    }
    return sent;
  };
  const business = await businessWithNumber(frontdesk);
  await send(business, business.customer(), "Did you get this?");
  await frontdesk.advance(120);
  assert.equal(fake.left.length, 1);
  assert.equal(fake.asked.length, 1);
  assert.deepEqual(
    (await messages(business)).map((one) => one.status),
    ["sent"],
  );
});

test("a worker that died in the middle: what left is found, what did not leave is sent", async () => {
  const fake = carrier();
  const business = await businessWithNumber(frontdesk);
  const ids: string[] = [];
  for (const body of ["left before the crash", "did not leave"]) {
    const answer = await inside(frontdesk, business.id, async (ctx) => {
      const queued = await sendText(ctx, {
        to: business.customer(),
        body,
        purpose: "manual",
        sender: "employee",
      });
      // As the dead worker left it: claimed, committed, and then silence.
      await ctx.db
        .update("sms_messages")
        .set({
          status: "sending",
          claimed_by: "a process that is gone",
          claim_expires_at: ctx.now,
          sending_at: ctx.now,
        })
        .where("id", "=", queued.messageId ?? "")
        .execute();
      return queued;
    });
    ids.push(answer.messageId ?? "");
    if (body.startsWith("left"))
      fake.left.push({
        key: answer.messageId ?? "",
        workspaceId: "",
        from: business.number,
        to: "",
        body,
      });
  }
  await frontdesk.advance(120);
  assert.deepEqual(
    fake.left.map((sms) => sms.key),
    ids,
  );
  assert.equal(fake.sends, 1);
  assert.deepEqual(
    (await messages(business)).map((one) => one.status),
    ["sent", "sent"],
  );
});

function timeout(): ReturnType<typeof failure> {
  return failure({ code: "timeout", retryable: true, outcomeUnknown: true });
}

const textFrom = (business: TestBusiness, from: string, Body: string) =>
  postForm(frontdesk, "/twilio/sms", {
    MessageSid: `SM-${Body}-${from}`,
    From: from,
    To: business.number,
    Body,
  });

test("a STOP that comes while a text is at the carrier: what has not left is not tried again", async () => {
  const business = await businessWithNumber(frontdesk);
  for (const error of [timeout(), failure({ code: "http-503", retryable: true })]) {
    const customer = business.customer();
    const fake = carrier(async (sms) => {
      if (sms.body !== "Are you in?") return;
      await textFrom(business, customer, "STOP");
      throw error;
    });
    await send(business, customer, "Are you in?");
    await frontdesk.advance(120);
    assert.deepEqual(
      fake.left.map((sms) => sms.body.includes("opted out")),
      [true],
      "the confirmation and nothing else",
    );
    const sent = (await messages(business)).filter(
      (one) => one.to_e164 === customer && one.body === "Are you in?",
    );
    assert.deepEqual(
      sent.map((one) => [one.status, one.status_reason, one.claimed_by]),
      [["cancelled", "opted_out", null]],
    );
  }
});

test("a STOP that comes while a text is at the carrier, which did take it: it is on record as sent, and the next is not", async () => {
  const business = await businessWithNumber(frontdesk);
  const customer = business.customer();
  const fake = carrier(async (sms) => {
    if (sms.body === "one") await textFrom(business, customer, "STOP");
  });
  await inside(frontdesk, business.id, async (ctx) => {
    for (const body of ["one", "two"]) {
      await sendText(ctx, { to: customer, body, purpose: "manual", sender: "employee" });
    }
  });
  await frontdesk.advance(120);
  assert.deepEqual(
    fake.left.map((sms) => sms.body.slice(0, 15)),
    ["one", "Ready Plumbing:"],
  );
  const statuses = (await messages(business)).filter((one) => one.direction === "out");
  assert.deepEqual(
    statuses.map((one) => [one.body.slice(0, 5), one.status, one.status_reason]),
    [
      ["one", "sent", null],
      ["two", "cancelled", "opted_out"],
      ["Ready", "sent", null],
    ],
  );
});

test("a report that the text arrived, heard while its worker was lost, keeps it from leaving again", async () => {
  const business = await businessWithNumber(frontdesk);
  const fake = carrier(async (sms) => {
    const path = `/twilio/status-callback?message=${sms.key}`;
    await postForm(frontdesk, path, { MessageSid: `SM-${sms.key}`, MessageStatus: "delivered" });
    throw timeout();
  });
  await send(business, business.customer(), "Did it arrive?");
  await frontdesk.advance(120);
  assert.equal(fake.sends, 1);
  assert.equal((await messages(business))[0]?.status, "delivered");
});

test("a living worker's text is left alone; should it die, somebody looks again", async () => {
  const fake = carrier();
  const business = await businessWithNumber(frontdesk);
  await inside(frontdesk, business.id, async (ctx) => {
    const queued = await sendText(ctx, {
      to: business.customer(),
      body: "Mine",
      purpose: "manual",
      sender: "employee",
    });
    await ctx.db
      .update("sms_messages")
      .set({
        status: "sending",
        claimed_by: "another node",
        claim_expires_at: new Date(ctx.now.getTime() + 60_000),
        sending_at: ctx.now,
      })
      .where("id", "=", queued.messageId ?? "")
      .execute();
  });
  await frontdesk.settle();
  // One process owns the embedded database: there, another one's claim is always a dead one's.
  const embedded = frontdesk.app.database.engine.name === "embedded";
  assert.equal(fake.sends, embedded ? 1 : 0);
  await frontdesk.advance(62);
  assert.equal(fake.sends, 1);
  assert.deepEqual(
    (await messages(business)).map((one) => one.status),
    ["sent"],
  );
});

test("what the carrier has on record as another text is not this one: it is sent", async () => {
  const fake = carrier();
  const business = await businessWithNumber(frontdesk);
  const to = business.customer();
  await send(business, to, "On our way");
  await frontdesk.settle();
  // This carrier knows texts by their words, and finds the first when asked for the second.
  fake.findSms = async (sms) => {
    fake.asked.push(sms);
    const [same] = fake.left.filter((one) => one.body === sms.body);
    return same && { providerId: `SM-${same.key}`, status: "sent" };
  };
  fake.onSend = (_sms, attempt) => {
    if (attempt === 2) throw timeout();
  };
  const { messageId } = await send(business, to, "On our way");
  await frontdesk.advance(120);
  assert.equal(fake.asked.length, 1);
  assert.deepEqual(
    (await messages(business)).map((one) => [one.status, one.provider_id]),
    [
      ["sent", `SM-${fake.left[0]?.key}`],
      ["sent", `SM-${messageId}`],
    ],
  );
  assert.equal(fake.left.length, 2);
});

test("a text that waits for its hour keeps none of those behind it waiting, and does not leave before it", async () => {
  const fake = carrier();
  const business = await businessWithNumber(frontdesk);
  const to = business.customer();
  await inside(frontdesk, business.id, async (ctx) => {
    const { messageId = "" } = await sendText(ctx, {
      to,
      body: "later",
      purpose: "manual",
      sender: "employee",
    });
    const send_at = new Date(ctx.now.getTime() + 3_600_000);
    await ctx.db.update("sms_messages").set({ send_at }).where("id", "=", messageId).execute();
  });
  await send(business, to, "now");
  await frontdesk.advance(3599);
  assert.deepEqual(
    fake.left.map((sms) => sms.body),
    ["now"],
  );
});

test("a text in the carrier's hands comes before one written earlier that may leave now", async () => {
  const fake = carrier();
  const business = await businessWithNumber(frontdesk);
  const to = business.customer();
  await inside(frontdesk, business.id, async (ctx) => {
    await sendText(ctx, { to, body: "put off", purpose: "manual", sender: "employee" });
    const { messageId = "" } = await sendText(ctx, {
      to,
      body: "under way",
      purpose: "manual",
      sender: "employee",
    });
    await ctx.db
      .update("sms_messages")
      .set({ status: "sending", claimed_by: "gone", claim_expires_at: ctx.now, sending_at: ctx.now })
      .where("id", "=", messageId)
      .execute();
  });
  await frontdesk.advance(60);
  assert.deepEqual(
    fake.left.map((sms) => sms.body),
    ["under way", "put off"],
  );
});

test("quiet hours that begin while the carrier is away: automatic texts wait for the morning, people's and confirmations do not", async () => {
  const now = frontdesk.app.clock.now();
  const wall = (minutes: number) => new Date(now.getTime() + minutes * 60_000).toISOString().slice(11, 16);
  const business = await businessWithNumber(frontdesk, {
    settings: { quiet_hours: { enabled: true, start: wall(1), end: wall(120) } },
    timeZone: "UTC",
  });
  const fake = carrier(() => {
    if (frontdesk.app.clock.now().getTime() < now.getTime() + 60_000) {
      throw failure({ code: "http-503", retryable: true });
    }
  });
  const kinds = [
    ["reply", "ai"],
    ["birthday", "system"],
    ["manual", "employee"],
    ["confirmation", "system"],
  ] as const;
  for (const [purpose, sender] of kinds) {
    await inside(frontdesk, business.id, (ctx) =>
      sendText(ctx, { to: business.customer(), body: purpose, purpose, sender }),
    );
  }
  await frontdesk.advance(20 * 60);
  assert.deepEqual(fake.left.map((sms) => sms.body).toSorted(), ["confirmation", "manual"]);
  const waiting = (await messages(business)).filter((one) => one.status === "queued");
  assert.deepEqual(
    waiting.map((one) => one.status_reason),
    ["quiet_hours", "quiet_hours"],
  );
  const [released] = waiting;
  await inside(frontdesk, business.id, (ctx) =>
    ctx.db
      .update("sms_messages")
      .set({ status: "held" })
      .where("id", "=", released?.id ?? "")
      .execute(),
  );
  await business.call("POST", `/api/v1/sms/messages/${released?.id}/release`);
  await frontdesk.settle();
  assert.equal(fake.left.length, 3, "a person released it");
  await frontdesk.advance(100 * 60);
  assert.equal(fake.left.length, 4);
  assert.deepEqual(fake.left.map((sms) => sms.body).toSorted(), kinds.map(([purpose]) => purpose).toSorted());
});

test("any number of workers send a text once", async () => {
  const fake = carrier();
  const business = await businessWithNumber(frontdesk);
  await inside(frontdesk, business.id, async (ctx) => {
    const { messageId = "", conversationId = "" } = await sendText(ctx, {
      to: business.customer(),
      body: "Once",
      purpose: "manual",
      sender: "employee",
    });
    for (let copy = 0; copy < 10; copy += 1) ctx.enqueue(deliverMessage, { messageId, lane: conversationId });
  });
  await frontdesk.settle();
  assert.equal(fake.sends, 1);
});

test("what cannot succeed is failed with the carrier's code, and the rest of the thread goes on", async () => {
  const fake = carrier((sms) => {
    if (sms.body === "bad") throw failure({ code: "21614", retryable: false });
  });
  const business = await businessWithNumber(frontdesk);
  const customer = business.customer();
  await send(business, customer, "bad");
  await send(business, customer, "good");
  await frontdesk.settle();
  assert.deepEqual(
    (await messages(business)).map((one) => [one.status, one.error_code]),
    [
      ["failed", "21614"],
      ["sent", null],
    ],
  );
  assert.equal(fake.sends, 2);
});

test("a carrier that stays away makes a text fail after the last attempt", async () => {
  const fake = carrier(() => {
    throw failure({ code: "http-503", retryable: true });
  });
  const business = await businessWithNumber(frontdesk);
  await send(business, business.customer(), "Hello?");
  await frontdesk.advance(24 * 3600);
  assert.equal(fake.sends, 9);
  const [message] = await messages(business);
  assert.deepEqual([message?.status, message?.error_code], ["failed", "http-503"]);
});

test("a carrier that does not answer keeps no webhook waiting", async () => {
  let answerAtLast = () => {};
  const silence = new Promise<void>((resolve) => (answerAtLast = resolve));
  const fake = carrier(() => silence);
  const business = await businessWithNumber(frontdesk);
  await send(business, business.customer(), "Hello?");
  const answer = await postForm(frontdesk, "/twilio/sms", {
    MessageSid: "SM-meanwhile",
    From: business.customer(),
    To: business.number,
    Body: "Is anybody there?",
  });
  assert.equal(answer.status, 200);
  assert.equal(fake.left.length, 0);
  answerAtLast();
  await frontdesk.settle();
  assert.ok(fake.left.some((sms) => sms.body === "Hello?"));
});

test("21610 says the customer opted out at the carrier: the contact is marked, later texts are suppressed", async () => {
  carrier(() => {
    throw failure({ code: "21610", retryable: false });
  });
  const business = await businessWithNumber(frontdesk);
  const customer = business.customer();
  await send(business, customer, "Hello");
  await frontdesk.settle();
  const { body } = await business.call("GET", "/api/v1/contacts?sms_unsubscribed=true");
  assert.deepEqual(
    body.data.map((one: { phone: string }) => one.phone),
    [customer],
  );
  const again = await send(business, customer, "Hello again");
  assert.deepEqual([again.status, again.reason], ["suppressed", "opted_out"]);
});
