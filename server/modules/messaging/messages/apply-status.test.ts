import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { businessWithNumber, inside, postForm, postJson } from "../testing.ts";
import type { TestBusiness } from "../testing.ts";
import { FakeCarrier } from "./fake-carrier.ts";
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

test("edge.receive_twilio_status#1 edge.receive_twilio_status#3 reports move a text forward only", async () => {
  carrier();
  const business = await businessWithNumber(frontdesk);
  const { messageId } = await send(business, business.customer(), "Hello");
  await frontdesk.settle();
  const report = (status: string) =>
    postJson(frontdesk, "/twilio/status-callback", {
      messageSid: `SM-${messageId}`,
      status,
      errorCode: null,
      timestamp: "2026-03-02T09:00:33Z",
    });
  for (const [status, then] of [
    ["queued", "sent"],
    ["sent", "sent"],
    ["delivered", "delivered"],
    ["sent", "delivered"],
    ["failed", "delivered"],
    ["undelivered", "delivered"],
  ] as const) {
    const answer = await report(status);
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, { ok: true });
    assert.equal((await messages(business))[0]?.status, then, status);
  }
  assert.equal((await messages(business))[0]?.delivered_at?.toISOString(), "2026-03-02T09:00:33.000Z");
  const refused = await report("teleported");
  assert.equal(refused.status, 400);
  assert.equal(refused.body.error.details.fields[0].field, "status");
});

test("edge.receive_twilio_status#2 the carrier's error code is kept, from JSON and from its own form", async () => {
  carrier();
  const business = await businessWithNumber(frontdesk);
  const first = await send(business, business.customer(), "one");
  const second = await send(business, business.customer(), "two");
  await frontdesk.settle();
  await postJson(frontdesk, "/twilio/status-callback", {
    messageSid: `SM-${first.messageId}`,
    status: "undelivered",
    errorCode: "30007",
    timestamp: "2026-03-02T09:00:33Z",
  });
  const form = {
    MessageSid: `SM-${second.messageId}`,
    MessageStatus: "failed",
    ErrorCode: "30003",
    From: "",
    To: "",
  };
  const answer = await postForm(frontdesk, `/twilio/status-callback?message=${second.messageId}`, form);
  assert.match(answer.headers["content-type"] ?? "", /^text\/xml/);
  assert.deepEqual(
    (await messages(business)).map((one) => [one.status, one.error_code]),
    [
      ["undelivered", "30007"],
      ["failed", "30003"],
    ],
  );
});

test("a report that is faster than our own record finds the text by the address it came to", async () => {
  const business = await businessWithNumber(frontdesk);
  const fake = carrier(async (sms) => {
    const path = `/twilio/status-callback?message=${sms.key}`;
    const answer = await postForm(frontdesk, path, {
      MessageSid: `SM-${sms.key}`,
      MessageStatus: "delivered",
    });
    assert.equal(answer.status, 200);
  });
  await send(business, business.customer(), "Quick");
  await frontdesk.settle();
  assert.equal(fake.left.length, 1);
  const [message] = await messages(business);
  assert.deepEqual([message?.status, message?.provider_id], ["delivered", `SM-${message?.id}`]);
});

test("edge.receive_twilio_status#0 edge.receive_twilio_status#5 only the provider may report", async () => {
  const { telephony } = await startSigned();
  ports.telephony = telephony;
  const answer = await frontdesk.call("POST", "/twilio/status-callback", {
    body: { messageSid: "SM1", status: "sent", timestamp: "2026-03-02T09:00:33Z" },
  });
  assert.equal(answer.status, 403);
  assert.deepEqual([answer.body.ok, answer.body.error.code], [false, "UNAUTHORIZED"]);
});

test("edge.receive_twilio_status#4 edge.receive_twilio_status#5 other content types are refused; messages of nobody are accepted and kept", async () => {
  carrier();
  const plain = await frontdesk.call("POST", "/twilio/status-callback", {
    body: "sent",
    headers: { "content-type": "text/plain" },
  });
  assert.equal(plain.status, 415);
  assert.equal(plain.body.error.code, "BAD_REQUEST");
  const unknown = await postJson(frontdesk, "/twilio/status-callback", {
    messageSid: "SM-of-nobody",
    status: "delivered",
    errorCode: "",
    timestamp: "2026-03-02T09:00:33Z",
  });
  assert.deepEqual([unknown.status, unknown.body], [200, { ok: true }]);
});

async function startSigned() {
  const { createLocalTelephony } = await import("../../../providers/telephony/local.ts");
  const { createMemorySink } = await import("../../../providers/local-sink.ts");
  const now = () => frontdesk.app.clock.now();
  return {
    telephony: createLocalTelephony({
      sink: createMemorySink(),
      authToken: ports.secrets.twilioAuthToken,
      now,
    }),
  };
}
