import assert from "node:assert/strict";
import { type IncomingHttpHeaders, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ProviderError } from "./errors.ts";

/** A request as a stand-in for a provider sees it. */
export type LoopbackRequest = { method: string; url: URL; headers: IncomingHttpHeaders; body: string };

/** What the stand-in answers; "hang" never answers, "drop" closes the connection. */
export type LoopbackReply =
  | { status: number; json?: unknown; text?: string; bytes?: Buffer; headers?: Record<string, string> }
  | "hang"
  | "drop";

/** A plain HTTP server on loopback that stands in for a provider in tests. Close it when done. */
export async function startLoopback(
  answer: (request: LoopbackRequest) => LoopbackReply | Promise<LoopbackReply>,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const url = new URL(incoming.url ?? "/", "http://loopback");
    const request = { method: incoming.method ?? "GET", url, headers: incoming.headers };
    send(await answer({ ...request, body: Buffer.concat(chunks).toString("utf8") }), response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(reply: LoopbackReply, response: ServerResponse): void {
  if (reply === "hang") return;
  if (reply === "drop") {
    response.destroy();
    return;
  }
  const isText = reply.text !== undefined;
  response.writeHead(reply.status, {
    "content-type": isText ? "text/html" : "application/json",
    ...reply.headers,
  });
  response.end(reply.bytes ?? (isText ? reply.text : JSON.stringify(reply.json)));
}

/** The ProviderError that `promise` must reject with. */
export async function providerErrorOf(promise: Promise<unknown>): Promise<ProviderError> {
  const thrown = await promise.then(
    () => assert.fail("nothing was thrown"),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof ProviderError, String(thrown));
  return thrown;
}
