/** What the tests of the webhooks share: a receiver on this machine that answers as a test wants. */
import { createServer } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { setTimeout as realTime } from "node:timers/promises";
import { after } from "node:test";
import { Webhook } from "standardwebhooks";
import type { Json, TestWorkspace } from "../../../testing/harness.ts";

export const secret = "a-secret-of-some-length";

export type Received = { headers: IncomingHttpHeaders; raw: string; body: Json };

type Reply = { status: number; headers?: Record<string, string>; body?: string };

export type Receiver = {
  url: string;
  received: Received[];
  /** What the next posts are answered; 200 when nothing is said. */
  answer: (post: Received) => Reply | Promise<Reply>;
  /** Resolves when there have been `count` posts; fails after some seconds. */
  seen(count: number): Promise<Received[]>;
};

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const receiver: Receiver = {
    url: "",
    received,
    answer: () => ({ status: 200 }),
    async seen(count) {
      for (let round = 0; round < 800 && received.length < count; round += 1) await realTime(10);
      if (received.length < count) throw new Error(`${received.length} posts came, not ${count}`);
      return received;
    },
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const raw = Buffer.concat(chunks).toString("utf8");
      const post = { headers: request.headers, raw, body: JSON.parse(raw || "null") as Json };
      received.push(post);
      void Promise.resolve(receiver.answer(post)).then(({ status, headers, body }) =>
        response.writeHead(status, headers).end(body),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  receiver.url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/hook`;
  return receiver;
}

/** Throws unless the official library takes the signature. */
export function verify(post: Received, key = secret): unknown {
  const webhook = key.startsWith("whsec_") ? new Webhook(key) : new Webhook(key, { format: "raw" });
  return webhook.verify(post.raw, post.headers as Record<string, string>);
}

export async function subscribe(
  workspace: TestWorkspace,
  url: string,
  events: string[] = ["*"],
): Promise<Json> {
  const answer = await workspace.call("POST", "/api/v1/webhooks/subscriptions", { url, events, secret });
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.body.data;
}

export async function createContact(workspace: TestWorkspace, firstName = "Paul"): Promise<string> {
  const answer = await workspace.call("POST", "/api/v1/contacts", { first_name: firstName });
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.body.data.id as string;
}

/** A subscription's attempts, newest first. */
export async function logsOf(workspace: TestWorkspace, id: string, kind = "subscriptions"): Promise<Json[]> {
  const answer = await workspace.call("GET", `/api/v1/webhooks/${kind}/${id}/logs?limit=100`);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body.data as Json[];
}
