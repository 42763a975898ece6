import assert from "node:assert/strict";
import { it } from "node:test";
import { createEmail, createLanguageModel, createTelephony, readProviderConfig } from "./index.ts";
import { createMemorySink } from "./local-sink.ts";

const now = () => new Date("2026-03-02T09:00:00Z");
const accountSid = `AC${"1".repeat(32)}`;

it("is local in everything when nothing is said, and says so", async () => {
  const config = readProviderConfig({ FRONTDESK_EMAIL: " ", PATH: "/bin" });
  const sink = createMemorySink();
  const telephony = createTelephony(config.telephony, sink, now);
  assert.equal(telephony.name, "local");
  assert.equal(createEmail(config.email, sink, now).name, "local");
  assert.equal(createLanguageModel(config.languageModel), undefined);
  await telephony.sendSms({
    key: "1",
    workspaceId: "w-1",
    from: "+61400000001",
    to: "+61400000002",
    body: "Hi",
  });
  assert.deepEqual(sink.entries[0]?.at, now());
});

it("signs local webhooks with the given token, or a random one", () => {
  const form = { Body: "Hi" };
  const url = "https://fd.example/hooks/sms";
  const sign = (authToken?: string) => {
    const telephony = createTelephony({ kind: "local", authToken }, createMemorySink(), now);
    assert.ok(telephony.name === "local");
    const signed = telephony.signWebhook({ url, form });
    assert.equal(telephony.verifyWebhook({ ...signed, form }), true);
    return signed.signature;
  };
  assert.equal(sign("token"), sign("token"));
  assert.notEqual(sign(), sign());
});

it("picks what the environment names", () => {
  const config = readProviderConfig({
    FRONTDESK_TELEPHONY: "twilio",
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: "token",
    TWILIO_BASE_URL: "http://127.0.0.1:9",
    FRONTDESK_EMAIL: "smtp",
    SMTP_URL: "smtp://127.0.0.1:25",
    EMAIL_FROM: "desk@acme.example",
    FRONTDESK_LANGUAGE_MODEL: "anthropic",
    ANTHROPIC_API_KEY: "key",
    OPENAI_API_KEY: "other",
  });
  assert.deepEqual(config, {
    telephony: { kind: "twilio", accountSid, authToken: "token", baseUrl: "http://127.0.0.1:9" },
    email: { kind: "smtp", url: "smtp://127.0.0.1:25", from: "desk@acme.example" },
    languageModel: { kind: "anthropic", apiKey: "key", baseUrl: undefined, model: undefined },
    calendars: {
      googleClientId: undefined,
      googleClientSecret: undefined,
      googleBaseUrl: undefined,
      allowPrivate: false,
    },
  });
  const sink = createMemorySink();
  assert.equal(createTelephony(config.telephony, sink, now).name, "twilio");
  assert.equal(createEmail(config.email, sink, now).name, "smtp");
  assert.equal(createLanguageModel(config.languageModel)?.name, "anthropic");
  const own = readProviderConfig({
    FRONTDESK_LANGUAGE_MODEL: "openai",
    OPENAI_BASE_URL: "http://127.0.0.1:11434/v1",
    FRONTDESK_MODEL: "llama",
  });
  assert.equal(createLanguageModel(own.languageModel)?.model, "llama");
});

const twilio = { FRONTDESK_TELEPHONY: "twilio", TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: "token" };
const smtp = { FRONTDESK_EMAIL: "smtp", SMTP_URL: "smtp://u:secret@mail.example", EMAIL_FROM: "a@b.example" };
const faults: [Record<string, string>, RegExp][] = [
  [{ FRONTDESK_TELEPHONY: "telnyx" }, /^FRONTDESK_TELEPHONY must be one of local, twilio, not "telnyx"$/],
  [{ FRONTDESK_TELEPHONY: "twilio" }, /needs TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN to be set/],
  [{ ...twilio, TWILIO_AUTH_TOKEN: " " }, /needs TWILIO_AUTH_TOKEN to be set/],
  [{ ...twilio, TWILIO_ACCOUNT_SID: "SK1" }, /^TWILIO_ACCOUNT_SID must be "AC"/],
  [{ ...twilio, TWILIO_BASE_URL: "api.twilio.com" }, /^TWILIO_BASE_URL must be a URL/],
  [{ FRONTDESK_EMAIL: "smtp", SMTP_URL: "smtp://x" }, /^FRONTDESK_EMAIL=smtp needs EMAIL_FROM to be set$/],
  [{ ...smtp, SMTP_URL: "https://u:secret@mail.example" }, /^SMTP_URL must be a URL starting with smtp:/],
  [{ ...smtp, EMAIL_FROM: "Acme <a@b.example>" }, /^EMAIL_FROM must be a bare address/],
  [{ FRONTDESK_LANGUAGE_MODEL: "anthropic" }, /needs ANTHROPIC_API_KEY to be set/],
  [{ FRONTDESK_LANGUAGE_MODEL: "openai" }, /needs OPENAI_API_KEY to be set/],
  [{ FRONTDESK_LANGUAGE_MODEL: "openai", OPENAI_BASE_URL: "http://h/v1" }, /needs FRONTDESK_MODEL to be set/],
];
for (const [env, message] of faults) {
  it(`names what is wrong: ${message.source}`, () => {
    assert.throws(
      () => readProviderConfig(env),
      (error: Error) => message.test(error.message) && !error.message.includes("secret"),
    );
  });
}

it("refuses an incomplete config that did not come from the environment", () => {
  const sink = createMemorySink();
  assert.throws(() => createTelephony({ kind: "twilio" }, sink, now), /TWILIO_ACCOUNT_SID/);
  assert.throws(() => createEmail({ kind: "smtp" }, sink, now), /SMTP_URL/);
  assert.throws(() => createLanguageModel({ kind: "anthropic" }), /ANTHROPIC_API_KEY/);
});
