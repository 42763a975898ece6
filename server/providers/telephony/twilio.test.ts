import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { providerErrorOf as errorOf } from "../loopback.ts";
import { type LoopbackTwilio, startLoopbackTwilio, twilioError } from "./loopback-twilio.ts";
import type { OutboundSms, Telephony } from "./port.ts";
import { createTwilioTelephony } from "./twilio.ts";

const authToken = "0123456789abcdef0123456789abcdef";
const accountSid = `AC${"1".repeat(32)}`;
const startedAt = new Date("2026-03-02T09:00:00Z");
const sms: OutboundSms = {
  key: "m-1",
  workspaceId: "w-1",
  from: "+61400000001",
  to: "+61400000002",
  body: "Hello",
};

type Options = { status?: string; pageSize?: number; authToken?: string; timeoutMs?: number };

function withTwilio(
  options: Options,
  test: (telephony: Telephony, loopback: LoopbackTwilio, clock: { now: Date }) => Promise<void>,
) {
  return async () => {
    const clock = { now: startedAt };
    const loopback = await startLoopbackTwilio({ accountSid, authToken, now: () => clock.now, ...options });
    const baseUrl = `${loopback.baseUrl}/`;
    const { timeoutMs } = options;
    try {
      const telephony = createTwilioTelephony({ accountSid, authToken, baseUrl, timeoutMs });
      await test(telephony, loopback, clock);
    } finally {
      await loopback.close();
    }
  };
}

describe("Twilio's wire format", () => {
  it(
    "is a form post with basic authentication",
    withTwilio({}, async (telephony, { requests }) => {
      await telephony.sendSms({ ...sms, statusCallbackUrl: "https://fd.example/hooks/status" });
      const request = requests[0];
      assert.equal(request?.method, "POST");
      assert.equal(request.url.pathname, `/2010-04-01/Accounts/${accountSid}/Messages.json`);
      assert.match(request.headers["content-type"] ?? "", /^application\/x-www-form-urlencoded/);
      const credentials = Buffer.from(`${accountSid}:${authToken}`).toString("base64");
      assert.equal(request.headers.authorization, `Basic ${credentials}`);
      assert.deepEqual(Object.fromEntries(new URLSearchParams(request.body)), {
        From: sms.from,
        To: sms.to,
        Body: sms.body,
        StatusCallback: "https://fd.example/hooks/status",
      });
    }),
  );

  it(
    "tells a wrong token apart as permanent",
    withTwilio({ authToken: "another" }, async (telephony) => {
      const error = await errorOf(telephony.sendSms(sms));
      assert.deepEqual([error.code, error.retryable, error.status], ["20003", false, 401]);
    }),
  );
});

describe("Twilio's errors", () => {
  const cases = [
    { reply: twilioError(400, 21610, "Opted out"), code: "21610", retryable: false, unknown: false },
    { reply: twilioError(429, 20429, "Too Many Requests"), code: "20429", retryable: true, unknown: false },
    { reply: twilioError(500, 20500, "Internal"), code: "20500", retryable: true, unknown: true },
    {
      reply: { status: 502, text: "<h1>Bad gateway</h1>" },
      code: "http-502",
      retryable: true,
      unknown: true,
    },
    { reply: { status: 201, text: "<h1>Hello</h1>" }, code: "bad-response", retryable: false, unknown: true },
    { reply: { status: 201, json: {} }, code: "bad-response", retryable: false, unknown: true },
    { reply: "drop" as const, code: "network", retryable: true, unknown: true },
  ];
  for (const { reply, code, retryable, unknown } of cases) {
    const title = typeof reply === "string" ? reply : JSON.stringify(reply);
    it(
      `maps ${title}`,
      withTwilio({}, async (telephony, { failNext, messages }) => {
        failNext(reply);
        const error = await errorOf(telephony.sendSms(sms));
        assert.deepEqual([error.code, error.retryable, error.outcomeUnknown], [code, retryable, unknown]);
        // A failed send is not remembered as done.
        await telephony.sendSms(sms);
        assert.equal(messages.length, 1);
      }),
    );
  }

  it(
    "gives up after the timeout, and finds what had left all the same",
    withTwilio({ timeoutMs: 500 }, async (telephony, { failNext, messages }) => {
      failNext("stored-hang");
      const error = await errorOf(telephony.sendSms(sms));
      assert.deepEqual([error.code, error.retryable, error.outcomeUnknown], ["timeout", true, true]);
      assert.equal((await telephony.findSms(sms, startedAt))?.providerId, messages[0]?.sid);
    }),
  );

  it("knows that a refused connection delivered nothing", async () => {
    const loopback = await startLoopbackTwilio({ accountSid, authToken, now: () => startedAt });
    await loopback.close();
    const telephony = createTwilioTelephony({ accountSid, authToken, baseUrl: loopback.baseUrl });
    const error = await errorOf(telephony.sendSms(sms));
    assert.deepEqual([error.code, error.retryable, error.outcomeUnknown], ["network", true, false]);
  });
});

describe("finding a message at Twilio", () => {
  it(
    "looks through every page of what was sent",
    withTwilio({ status: "delivered", pageSize: 2 }, async (telephony, { messages, requests }) => {
      const wanted = await telephony.sendSms(sms);
      for (let n = 2; n <= 6; n++) await telephony.sendSms({ ...sms, key: `m-${n}`, body: `Text ${n}` });
      assert.equal(messages.length, 6);
      requests.length = 0;
      assert.deepEqual(await telephony.findSms(sms, startedAt), wanted);
      assert.equal(requests.length, 3);
      assert.equal(wanted.status, "sent");
    }),
  );

  it(
    "sees what still waits in the queue, without a date of sending",
    withTwilio({ status: "queued" }, async (telephony) => {
      const sent = await telephony.sendSms(sms);
      assert.deepEqual(sent.status, "queued");
      assert.deepEqual(await telephony.findSms(sms, startedAt), sent);
    }),
  );

  it(
    "does not take last week's same words for this message",
    withTwilio({ status: "delivered" }, async (telephony, _, clock) => {
      await telephony.sendSms(sms);
      clock.now = new Date("2026-03-09T09:00:00Z");
      assert.equal(await telephony.findSms({ ...sms, key: "m-2" }, clock.now), undefined);
    }),
  );

  it(
    "recognises a text with the sentence a trial account puts in front",
    withTwilio({ status: "sent" }, async (telephony, { messages }) => {
      await telephony.sendSms(sms);
      const [message] = messages;
      assert.ok(message);
      message.body = `Sent from your Twilio trial account - ${sms.body}`;
      assert.equal((await telephony.findSms(sms, startedAt))?.providerId, message.sid);
    }),
  );

  it(
    "reports a failing lookup instead of saying that nothing left",
    withTwilio({}, async (telephony, { failNext }) => {
      failNext(twilioError(503, 20503, "Service unavailable"));
      const error = await errorOf(telephony.findSms(sms, startedAt));
      assert.deepEqual([error.code, error.retryable], ["20503", true]);
    }),
  );
});
