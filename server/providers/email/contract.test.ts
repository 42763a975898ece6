import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMemorySink } from "../local-sink.ts";
import { createLocalEmail } from "./local.ts";
import { startLoopbackSmtp } from "./loopback-smtp.ts";
import type { Email, OutboundEmail } from "./port.ts";
import { createSmtpEmail } from "./smtp.ts";

const from = "desk@acme.example";
const email: OutboundEmail = {
  key: "0198c0de-0000-7000-8000-000000000001",
  workspaceId: "w-1",
  fromName: "Acme Plumbing",
  to: "jo@customer.example",
  subject: "Your quote",
  text: "Dear Jo,\n\nhere it is.",
};

type Arrived = { from: string; to: string; subject: string | undefined };
type Setup = { email: Email; arrived(): Arrived[]; close(): Promise<void> };

async function setUpLocal(): Promise<Setup> {
  const sink = createMemorySink();
  const adapter = createLocalEmail({ sink, from, now: () => new Date("2026-03-02T09:00:00Z") });
  return { email: adapter, arrived: () => sink.entries as Arrived[], close: async () => {} };
}

async function setUpSmtp(): Promise<Setup> {
  const server = await startLoopbackSmtp({ disabledCommands: ["STARTTLS"] });
  const adapter = createSmtpEmail({ url: `smtp://127.0.0.1:${server.port}`, from });
  const header = (raw: string, name: string) =>
    new RegExp(`^${name}: (.*)$`, "im").exec(raw)?.[1]?.trim() ?? "";
  const arrived = () =>
    server.received.map(({ raw, to }) => ({
      from: header(raw, "From"),
      to: to.join(),
      subject: header(raw, "Subject"),
    }));
  return { email: adapter, arrived, close: server.close };
}

for (const [name, setUp] of Object.entries({ local: setUpLocal, smtp: setUpSmtp })) {
  describe(`email contract: ${name}`, () => {
    const withSetup = (test: (setup: Setup) => Promise<void>) => async () => {
      const setup = await setUp();
      try {
        await test(setup);
      } finally {
        await setup.email.close?.();
        await setup.close();
      }
    };

    it(
      "sends from the configured address under the given name",
      withSetup(async ({ email: adapter, arrived }) => {
        assert.equal(adapter.name, name);
        assert.equal(adapter.from, from);
        const { providerId } = await adapter.sendEmail(email);
        assert.notEqual(providerId, "");
        const [mail] = arrived();
        assert.equal(mail?.from, "Acme Plumbing <desk@acme.example>");
        assert.equal(mail.to, email.to);
        assert.equal(mail.subject, email.subject);
      }),
    );

    it(
      "prefers the sender of the mail itself",
      withSetup(async ({ email: adapter, arrived }) => {
        await adapter.sendEmail({ ...email, from: "owner@acme.example", fromName: undefined });
        assert.equal(arrived()[0]?.from, "owner@acme.example");
      }),
    );

    it(
      "sends the same key once, in turn and at the same time",
      withSetup(async ({ email: adapter, arrived }) => {
        const [first, second] = await Promise.all([adapter.sendEmail(email), adapter.sendEmail(email)]);
        assert.deepEqual(second, first);
        assert.deepEqual(await adapter.sendEmail(email), first);
        assert.equal(arrived().length, 1);
      }),
    );

    it(
      "gives two keys two ids",
      withSetup(async ({ email: adapter, arrived }) => {
        const first = await adapter.sendEmail(email);
        const second = await adapter.sendEmail({ ...email, key: "another" });
        assert.notEqual(first.providerId, second.providerId);
        assert.equal(arrived().length, 2);
      }),
    );
  });
}

it("the local adapter keeps every part of the mail", async () => {
  const sink = createMemorySink();
  const at = new Date("2026-03-02T09:00:00Z");
  const adapter = createLocalEmail({ sink, from, now: () => at });
  const attachments = [{ filename: "q.pdf", contentType: "application/pdf", content: new Uint8Array([1]) }];
  const headers = { "List-Unsubscribe": "<https://fd.example/u>" };
  await adapter.sendEmail({
    ...email,
    html: "<p>Dear Jo</p>",
    replyTo: "r@acme.example",
    headers,
    attachments,
  });
  assert.deepEqual(sink.entries, [
    {
      channel: "email",
      key: email.key,
      workspaceId: email.workspaceId,
      to: email.to,
      from: "Acme Plumbing <desk@acme.example>",
      subject: email.subject,
      body: email.text,
      html: "<p>Dear Jo</p>",
      replyTo: "r@acme.example",
      headers,
      attachments,
      at,
    },
  ]);
});
