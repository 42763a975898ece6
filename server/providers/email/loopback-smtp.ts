import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

/** A mail as the server received it. `raw` has its header lines unfolded. */
export type ReceivedMail = {
  from: string;
  to: string[];
  user: string | undefined;
  secure: boolean;
  raw: string;
};

/** What the next mail meets: an SMTP refusal, or a connection that is cut after the mail was taken. */
type Mishap = { responseCode: number; message: string } | "taken-cut";

export type LoopbackSmtp = {
  port: number;
  received: ReceivedMail[];
  failNext(mishap: Mishap): void;
  close(): Promise<void>;
};

/** A real SMTP server on loopback that accepts `user`/`password` and keeps what it receives. */
export async function startLoopbackSmtp(options: SMTPServerOptions = {}): Promise<LoopbackSmtp> {
  const received: ReceivedMail[] = [];
  const mishaps: Mishap[] = [];
  const server = new SMTPServer({
    authOptional: true,
    onAuth({ username, password }, _session, callback) {
      if (username === "user" && password === "p@ss word") callback(null, { user: username });
      else callback(new Error("Invalid username or password"));
    },
    async onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      const mishap = mishaps.shift();
      if (mishap !== undefined && mishap !== "taken-cut") {
        callback(Object.assign(new Error(mishap.message), { responseCode: mishap.responseCode }));
        return;
      }
      const { mailFrom, rcptTo } = session.envelope;
      received.push({
        from: mailFrom ? mailFrom.address : "",
        to: rcptTo.map((recipient) => recipient.address),
        user: session.user,
        secure: session.secure,
        raw: Buffer.concat(chunks)
          .toString("utf8")
          .replaceAll(/\r\n[ \t]+/g, " "),
      });
      if (mishap === "taken-cut") for (const connection of server.connections) connection.close();
      else callback();
    },
    ...options,
  });
  server.on("error", () => {}); // a client that leaves in the middle is part of the tests
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    failNext: (mishap) => mishaps.push(mishap),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
