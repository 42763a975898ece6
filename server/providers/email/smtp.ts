import { createHash } from "node:crypto";
import type { ConnectionOptions } from "node:tls";
import type { Transporter } from "nodemailer";
import { ProviderError, thrownField, thrownMessage } from "../errors.ts";
import { oncePerKey } from "../once-per-key.ts";
import type { Email, OutboundEmail, SentEmail } from "./port.ts";

/**
 * `url` is smtp://user:password@host:port, or smtps:// for TLS from the first byte; nodemailer's options may
 * follow as a query (`?requireTLS=false`, `?tls.servername=…`). `from` sends mails that name no sender.
 */
export type SmtpOptions = { url: string; from: string; tls?: ConnectionOptions; timeoutMs?: number };

const provider = "smtp";

/** Mail through an SMTP server, one connection per mail. nodemailer is loaded on first use. */
export function createSmtpEmail(options: SmtpOptions): Email {
  let transport: Promise<Transporter> | undefined;
  const once = oncePerKey<SentEmail>();
  return {
    name: "smtp",
    from: options.from,
    sendEmail: (email) =>
      once(email.key, async () => {
        transport ??= connect(options);
        return deliver(await transport, email, options.from);
      }),
  };
}

async function connect(options: SmtpOptions): Promise<Transporter> {
  const { createTransport } = await import("nodemailer");
  const { url, tls, timeoutMs = 30_000 } = options;
  return createTransport({
    url,
    // Credentials and customers' letters do not cross a network in the clear unless the URL says so.
    requireTLS: !isLoopback(new URL(url).hostname),
    tls,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs * 2, // longer, so that a server that never greets is told apart by its own timeout
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || host.startsWith("127.");
}

async function deliver(
  transport: Transporter,
  email: OutboundEmail,
  defaultFrom: string,
): Promise<SentEmail> {
  const {
    key,
    from = defaultFrom,
    fromName,
    to,
    subject,
    text,
    html,
    replyTo,
    headers,
    attachments,
    calendar,
  } = email;
  const messageId = messageIdOf(key, from);
  try {
    await transport.sendMail({
      messageId,
      from: { name: fromName ?? "", address: from },
      to: { name: "", address: to }, // as an object: a comma in an address is no second recipient
      subject,
      text,
      html,
      replyTo,
      headers,
      attachments: attachments?.map((file) => ({ ...file, content: Buffer.from(file.content) })),
      icalEvent: calendar,
    });
  } catch (thrown) {
    throw toProviderError(thrown);
  }
  return { providerId: messageId };
}

/** The same key and sender always give the same Message-ID, so that a resend is recognisable. */
function messageIdOf(key: string, from: string): string {
  const local = /^[\w.-]{1,64}$/.test(key) ? key : createHash("sha256").update(key).digest("hex");
  return `<${local}@${from.slice(from.lastIndexOf("@") + 1)}>`;
}

/** nodemailer puts its own code over the system's, which it keeps in `originalCode`. */
function toProviderError(thrown: unknown): ProviderError {
  const code = String(thrownField(thrown, "code") ?? "bad-response");
  const systemCode = String(thrownField(thrown, "originalCode") ?? "");
  const status = thrownField(thrown, "responseCode");
  const about = { provider, message: thrownMessage(thrown), cause: thrown };
  if (typeof status === "number" && status >= 400) {
    return new ProviderError({ ...about, code: String(status), retryable: status < 500, status });
  }
  if (code === "ETLS" || /CERT|TLS|SSL/.test(systemCode)) {
    return new ProviderError({ ...about, code: "tls", retryable: false });
  }
  if (code === "ETIMEDOUT") {
    // The earlier timeouts (connecting, greeting, TLS) strike before anything was handed over.
    const outcomeUnknown = thrownField(thrown, "timeoutType") === "SOCKET_TIMEOUT";
    return new ProviderError({ ...about, code: "timeout", retryable: true, outcomeUnknown });
  }
  if (["ECONNECTION", "EDNS", "ESOCKET"].includes(code)) {
    const outcomeUnknown = code !== "EDNS" && systemCode !== "ECONNREFUSED";
    return new ProviderError({ ...about, code: "network", retryable: true, outcomeUnknown });
  }
  return new ProviderError({ ...about, code, retryable: false });
}
