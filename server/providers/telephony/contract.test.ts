import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMemorySink } from "../local-sink.ts";
import { createLocalTelephony } from "./local.ts";
import { startLoopbackTwilio } from "./loopback-twilio.ts";
import type { OutboundSms, Telephony } from "./port.ts";
import { createTwilioTelephony } from "./twilio.ts";
import { signWebhook } from "./webhook-signature.ts";

const authToken = "0123456789abcdef0123456789abcdef";
const accountSid = `AC${"1".repeat(32)}`;
const startedAt = new Date("2026-03-02T09:00:00Z");
const sms: OutboundSms = {
  key: "m-1",
  workspaceId: "w-1",
  from: "+61400000001",
  to: "+61400000002",
  body: "Your plumber is on the way — réf. 7 & co +1",
};

type Setup = {
  telephony: Telephony;
  /** The same provider seen by a process that has just started. */
  restart(): Telephony;
  /** The texts that reached the other side. */
  delivered(): string[];
  close(): Promise<void>;
};

async function setUpLocal(): Promise<Setup> {
  const sink = createMemorySink();
  const restart = () => createLocalTelephony({ sink, authToken, now: () => startedAt });
  const delivered = () => sink.entries.map((entry) => entry.body);
  return { telephony: restart(), restart, delivered, close: async () => {} };
}

async function setUpTwilio(): Promise<Setup> {
  const loopback = await startLoopbackTwilio({ accountSid, authToken, now: () => startedAt });
  const restart = () => createTwilioTelephony({ accountSid, authToken, baseUrl: loopback.baseUrl });
  const delivered = () => loopback.messages.map((message) => message.body);
  return { telephony: restart(), restart, delivered, close: loopback.close };
}

for (const [name, setUp] of Object.entries({ local: setUpLocal, twilio: setUpTwilio })) {
  describe(`telephony contract: ${name}`, () => {
    const withSetup = (test: (setup: Setup) => Promise<void>) => async () => {
      const setup = await setUp();
      try {
        await test(setup);
      } finally {
        await setup.telephony.close?.();
        await setup.close();
      }
    };

    it(
      "hands over the text as written and says what the provider calls it",
      withSetup(async ({ telephony, delivered }) => {
        assert.equal(telephony.name, name);
        const sent = await telephony.sendSms(sms);
        assert.notEqual(sent.providerId, "");
        assert.ok(["queued", "sent"].includes(sent.status));
        assert.deepEqual(delivered(), [sms.body]);
      }),
    );

    it(
      "sends the same key once, in turn and at the same time",
      withSetup(async ({ telephony, delivered }) => {
        const [first, second] = await Promise.all([telephony.sendSms(sms), telephony.sendSms(sms)]);
        assert.deepEqual(second, first);
        assert.deepEqual(await telephony.sendSms(sms), first);
        assert.deepEqual(delivered(), [sms.body]);
      }),
    );

    it(
      "sends the same words twice under two keys",
      withSetup(async ({ telephony, delivered }) => {
        const first = await telephony.sendSms(sms);
        const second = await telephony.sendSms({ ...sms, key: "m-2" });
        assert.notEqual(first.providerId, second.providerId);
        assert.equal(delivered().length, 2);
      }),
    );

    it(
      "finds after a restart what left, and nothing that did not",
      withSetup(async ({ telephony, restart }) => {
        assert.equal(await telephony.findSms(sms, startedAt), undefined);
        const sent = await telephony.sendSms(sms);
        assert.deepEqual(await restart().findSms(sms, startedAt), sent);
        const other = { ...sms, key: "m-3", body: "Something else" };
        assert.equal(await restart().findSms(other, startedAt), undefined);
      }),
    );

    it(
      "accepts a form webhook that was signed and refuses one that was changed",
      withSetup(async ({ telephony }) => {
        const form = { From: "+61400000002", Body: "Ünïcode & more", MessageSid: "SM1" };
        const { url, signature } = signWebhook(authToken, { url: "https://fd.example/hooks/sms?w=1", form });
        assert.equal(telephony.verifyWebhook({ url, signature, form }), true);
        assert.equal(telephony.verifyWebhook({ url, signature, form: { ...form, Body: "no" } }), false);
        assert.equal(telephony.verifyWebhook({ url: `${url}2`, signature, form }), false);
        assert.equal(telephony.verifyWebhook({ url, signature: undefined, form }), false);
        assert.equal(telephony.verifyWebhook({ url, signature: "", form }), false);
        assert.equal(telephony.verifyWebhook({ url: "not a url", signature, form }), false);
        const forged = signWebhook("another token", { url, form }).signature;
        assert.equal(telephony.verifyWebhook({ url, signature: forged, form }), false);
      }),
    );

    it(
      "accepts a JSON webhook by the hash of its body, and a signed GET",
      withSetup(async ({ telephony }) => {
        const rawBody = '{"event":"é"}';
        const { url, signature } = signWebhook(authToken, {
          url: "https://fd.example/hooks/events",
          rawBody,
        });
        assert.equal(telephony.verifyWebhook({ url, signature, rawBody }), true);
        assert.equal(telephony.verifyWebhook({ url, signature, rawBody: `${rawBody} ` }), false);
        const get = signWebhook(authToken, { url: "https://fd.example/hooks/call?CallSid=CA1" });
        assert.equal(telephony.verifyWebhook(get), true);
        const unhashed = signWebhook(authToken, { url: "https://fd.example/hooks/events" });
        assert.equal(telephony.verifyWebhook({ ...unhashed, rawBody }), false);
      }),
    );
  });
}
