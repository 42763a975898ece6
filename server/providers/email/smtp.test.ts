import assert from "node:assert/strict";
import { type AddressInfo, type Socket, createServer } from "node:net";
import { describe, it } from "node:test";
import type { SMTPServerOptions } from "smtp-server";
import { providerErrorOf as errorOf } from "../loopback.ts";
import { type LoopbackSmtp, startLoopbackSmtp } from "./loopback-smtp.ts";
import type { OutboundEmail } from "./port.ts";
import { createSmtpEmail } from "./smtp.ts";

const from = "desk@acme.example";
const email: OutboundEmail = {
  key: "m-1",
  workspaceId: "w-1",
  to: "jo@customer.example",
  subject: "Your quote",
  text: "Dear Jo",
};
const plain: SMTPServerOptions = { disabledCommands: ["STARTTLS"] };

function withServer(
  options: SMTPServerOptions,
  test: (server: LoopbackSmtp, address: string) => Promise<void>,
) {
  return async () => {
    const server = await startLoopbackSmtp(options);
    try {
      await test(server, `127.0.0.1:${server.port}`);
    } finally {
      await server.close();
    }
  };
}

describe("a mail over SMTP", () => {
  it(
    "carries text, HTML, headers and attachments",
    withServer(plain, async ({ received }, address) => {
      const adapter = createSmtpEmail({ url: `smtp://${address}`, from });
      await adapter.sendEmail({
        ...email,
        html: "<p>Dear Jo</p>",
        replyTo: "reply+42@acme.example",
        headers: { "List-Unsubscribe": "<https://fd.example/u/1>" },
        attachments: [{ filename: "q.txt", contentType: "text/plain", content: Buffer.from("A quote") }],
      });
      const raw = received[0]?.raw ?? "";
      assert.match(raw, /^Message-ID: <m-1@acme\.example>\r$/im);
      assert.match(raw, /^Reply-To: reply\+42@acme\.example\r$/im);
      assert.match(raw, /^List-Unsubscribe: <https:\/\/fd\.example\/u\/1>\r$/im);
      assert.match(raw, /<p>Dear Jo<\/p>/);
      assert.match(raw, /filename="?q\.txt/);
      assert.match(raw, new RegExp(Buffer.from("A quote").toString("base64")));
    }),
  );

  it(
    "carries an invitation as an alternative to the text, and as a file",
    withServer(plain, async ({ received }, address) => {
      const content = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n";
      const calendar = { method: "REQUEST", filename: "invite.ics", content } as const;
      await createSmtpEmail({ url: `smtp://${address}`, from }).sendEmail({ ...email, calendar });
      const raw = received[0]?.raw ?? "";
      const [, alternatives = ""] = raw.split(/Content-Type: multipart\/alternative;/i);
      assert.match(alternatives, /Content-Type: text\/plain/i);
      assert.match(alternatives, /Content-Type: text\/calendar; charset=utf-8;\s+method=REQUEST/i);
      assert.match(raw, /Content-Disposition: attachment; filename=invite\.ics/i);
    }),
  );

  it(
    "keeps its Message-ID when another process sends it again",
    withServer(plain, async ({ received }, address) => {
      const first = await createSmtpEmail({ url: `smtp://${address}`, from }).sendEmail(email);
      const second = await createSmtpEmail({ url: `smtp://${address}`, from }).sendEmail(email);
      assert.deepEqual(second, first);
      assert.equal(first.providerId, "<m-1@acme.example>");
      for (const { raw } of received) assert.ok(raw.includes(`Message-ID: ${first.providerId}`));
    }),
  );

  it(
    "lets no header, recipient or Message-ID be smuggled in",
    withServer(plain, async ({ received }, address) => {
      const adapter = createSmtpEmail({ url: `smtp://${address}`, from });
      const subject = "Hi\r\nBcc: spy@evil.example";
      await adapter.sendEmail({ ...email, key: "a>\r\nX-Evil: 1", subject, fromName: 'A", B\r\nX-Evil: 2' });
      assert.deepEqual(received[0]?.to, [email.to]);
      assert.doesNotMatch(received[0]?.raw ?? "", /^(Bcc|X-Evil):/im);
      const two = { ...email, key: "m-2", to: "jo@customer.example, spy@evil.example" };
      await adapter.sendEmail(two).catch(() => {});
      assert.ok(received.every((mail) => !mail.to.includes("spy@evil.example")));
    }),
  );

  it(
    "signs in with the credentials of the URL",
    withServer({ ...plain, allowInsecureAuth: true }, async ({ received }, address) => {
      await createSmtpEmail({ url: `smtp://user:p%40ss%20word@${address}`, from }).sendEmail(email);
      assert.equal(received[0]?.user, "user");
      const wrong = createSmtpEmail({ url: `smtp://user:wrong@${address}`, from });
      const error = await errorOf(wrong.sendEmail(email));
      assert.deepEqual([error.code, error.retryable], ["535", false]);
      assert.doesNotMatch(error.message, /wrong/);
    }),
  );
});

describe("TLS over SMTP", () => {
  const trusting = { rejectUnauthorized: false };

  it(
    "refuses a certificate nobody vouches for, unless told otherwise",
    withServer({}, async ({ received }, address) => {
      const error = await errorOf(createSmtpEmail({ url: `smtp://${address}`, from }).sendEmail(email));
      assert.deepEqual([error.code, error.retryable], ["tls", false]);
      assert.equal(received.length, 0);
      await createSmtpEmail({ url: `smtp://${address}`, from, tls: trusting }).sendEmail(email);
      assert.equal(received[0]?.secure, true);
    }),
  );

  it(
    "sends nothing in the clear when TLS is required",
    withServer(plain, async ({ received }, address) => {
      const url = `smtp://${address}?requireTLS=true`;
      const error = await errorOf(createSmtpEmail({ url, from, tls: trusting }).sendEmail(email));
      assert.equal(error.retryable, false);
      assert.equal(received.length, 0);
    }),
  );

  it(
    "speaks TLS from the first byte to smtps://",
    withServer({ secure: true }, async ({ received }, address) => {
      await createSmtpEmail({ url: `smtps://${address}`, from, tls: trusting }).sendEmail(email);
      assert.equal(received[0]?.secure, true);
      const error = await errorOf(createSmtpEmail({ url: `smtps://${address}`, from }).sendEmail(email));
      assert.deepEqual([error.code, error.retryable], ["tls", false]);
    }),
  );
});

describe("SMTP errors", () => {
  const cases = [
    { responseCode: 451, message: "Try later", retryable: true },
    { responseCode: 550, message: "No such user", retryable: false },
    { responseCode: 552, message: "Too large", retryable: false },
  ];
  for (const { retryable, ...mishap } of cases) {
    it(
      `maps ${mishap.responseCode}, and sends again afterwards`,
      withServer(plain, async ({ failNext, received }, address) => {
        const adapter = createSmtpEmail({ url: `smtp://${address}`, from });
        failNext(mishap);
        const error = await errorOf(adapter.sendEmail(email));
        const { responseCode: status } = mishap;
        assert.deepEqual([error.code, error.retryable, error.status], [String(status), retryable, status]);
        assert.equal(error.outcomeUnknown, false);
        await adapter.sendEmail(email);
        assert.equal(received.length, 1);
      }),
    );
  }

  it(
    "says that a mail may have left when the connection is cut after it was taken",
    withServer(plain, async ({ failNext, received }, address) => {
      failNext("taken-cut");
      const error = await errorOf(createSmtpEmail({ url: `smtp://${address}`, from }).sendEmail(email));
      assert.deepEqual([error.retryable, error.outcomeUnknown, received.length], [true, true, 1]);
    }),
  );

  it("gives up on a server that never greets", async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket.on("error", () => {})));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const url = `smtp://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    try {
      const error = await errorOf(createSmtpEmail({ url, from, timeoutMs: 100 }).sendEmail(email));
      assert.deepEqual([error.code, error.retryable, error.outcomeUnknown], ["timeout", true, false]);
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => silent.close(resolve));
    }
    const refused = await errorOf(createSmtpEmail({ url, from }).sendEmail(email));
    assert.deepEqual([refused.code, refused.retryable, refused.outcomeUnknown], ["network", true, false]);
  });
});
