/** Whole processes: several of them deliver once, and one that is ended in the middle of a delivery loses nothing. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { freshDatabaseUrl } from "../../../testing/harness.ts";
import { startNode } from "../../../testing/nodes.ts";
import type { Node } from "../../../testing/nodes.ts";
import { secret, startReceiver, verify } from "./testing.ts";

const folder = await mkdtemp(join(tmpdir(), "frontdesk-webhooks-"));
const database = await freshDatabaseUrl();
const environment = {
  FRONTDESK_DEMO: "1",
  FRONTDESK_SIMULATOR: "1",
  FRONTDESK_ALLOW_PRIVATE_WEBHOOKS: "1",
  FRONTDESK_POLL_SECONDS: "1",
  FRONTDESK_DATA: folder,
  ...(database ? { DATABASE_URL: database.url } : {}),
};
const nodes: Node[] = [];
after(async () => {
  for (const node of nodes) await node.kill();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<Node> {
  const node = await startNode(environment);
  nodes.push(node);
  return node;
}

async function call(node: Node, method: string, path: string, body?: object): Promise<Record<string, never>> {
  const { api_key: key } = JSON.parse(await readFile(join(folder, "demo.json"), "utf8")) as {
    api_key: string;
  };
  const response = await fetch(`${node.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${await response.clone().text()}`);
  return (await response.json()) as Record<string, never>;
}

const advance = (node: Node, seconds: number) =>
  call(node, "POST", "/simulator/clock", { advance_seconds: seconds });

test("a node that is ended while a message is on its way sends the same one again when it is back, and two nodes send each once", async () => {
  const receiver = await startReceiver();
  const first = await start();
  const events = ["contact.created"];
  await call(first, "POST", "/api/v1/webhooks/subscriptions", { url: receiver.url, events, secret });
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  receiver.answer = async () => {
    await released;
    return { status: 200 };
  };
  await call(first, "POST", "/api/v1/contacts", { first_name: "Ida" });
  await receiver.seen(1);
  await first.kill();
  release();
  receiver.answer = () => ({ status: 200 });
  const second = await start();
  await advance(second, 120);
  const [before, again] = await receiver.seen(2);
  assert.ok(before && again);
  assert.equal(again.headers["webhook-id"], before.headers["webhook-id"]);
  assert.equal(again.raw, before.raw);
  verify(again);

  if (!database) return;
  const third = await start();
  const total = 30;
  await Promise.all(
    Array.from({ length: total }, (_, n) =>
      call(n % 2 === 0 ? second : third, "POST", "/api/v1/contacts", { first_name: `N${n}` }),
    ),
  );
  await receiver.seen(2 + total);
  await advance(second, 60);
  const ids = receiver.received.slice(2).map(({ headers }) => headers["webhook-id"]);
  assert.equal(new Set(ids).size, total);
  assert.equal(ids.length, total);
});
