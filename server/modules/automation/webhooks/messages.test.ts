import assert from "node:assert/strict";
import { test } from "node:test";
import { newId } from "../../../kernel/ids.ts";
import { startHarness } from "../../../testing/harness.ts";
import { inside } from "../../messaging/testing.ts";
import { insertDeliveries } from "./deliveries.store.ts";
import { createContact, logsOf, secret, startReceiver, subscribe } from "./testing.ts";

const frontdesk = await startHarness({ environment: { FRONTDESK_ALLOW_PRIVATE_WEBHOOKS: "1" } });

test("a redirect is not followed, an unreachable receiver is told in the log", async () => {
  const workspace = await frontdesk.workspace();
  const [receiver, target] = [await startReceiver(), await startReceiver()];
  receiver.answer = () => ({ status: 307, headers: { location: target.url } });
  const { id } = await subscribe(workspace, receiver.url, ["contact.created"]);
  const dead = await subscribe(workspace, "http://127.0.0.1:9/hook", ["contact.created"]);
  await createContact(workspace);
  await receiver.seen(1);
  await frontdesk.settle();
  assert.equal(target.received.length, 0);
  const [log] = await logsOf(workspace, id);
  assert.match(log.error, /redirects are not followed/);
  const [refused] = await logsOf(workspace, dead.id);
  assert.equal(refused.http_status, null);
  assert.match(refused.error, /ECONNREFUSED/);
});

test("an answer's excerpt is its first kilobyte, whatever it holds", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  receiver.answer = () => ({ status: 200, body: `\0\u00e9${"x".repeat(200_000)}` });
  const { id } = await subscribe(workspace, receiver.url, ["contact.created"]);
  await createContact(workspace);
  await receiver.seen(1);
  await frontdesk.settle();
  const [log] = await logsOf(workspace, id);
  assert.equal(log.response_excerpt.length, 1024);
  assert.ok(log.response_excerpt.startsWith("éx"));
});

test("a subscription gets what it asked for, from when it was made, and nothing of another workspace", async () => {
  const [workspace, other] = [await frontdesk.workspace(), await frontdesk.workspace()];
  const receiver = await startReceiver();
  await createContact(workspace, "Before");
  await subscribe(workspace, receiver.url, ["contact.updated", "webhook_subscription.*"]);
  await createContact(other, "Elsewhere");
  const id = await createContact(workspace, "Now");
  await workspace.call("PATCH", `/api/v1/contacts/${id}`, { first_name: "Then" });
  await receiver.seen(1);
  await frontdesk.settle();
  assert.deepEqual(
    receiver.received.map(({ body }) => [body.type, body.data.id]),
    [["contact.updated", id]],
  );
});

test("what the key that subscribed may not read is named, not shown", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  const key = await workspace.keyWith(["webhooks:write"]);
  const body = { url: receiver.url, events: ["contact.created"], secret };
  assert.equal((await frontdesk.call("POST", "/api/v1/webhooks/subscriptions", { key, body })).status, 201);
  const id = await createContact(workspace, "Private");
  const [post] = await receiver.seen(1);
  assert.deepEqual(post?.body.data, { id, noun: "contact" });
});

test("a record that is gone by the time of the delivery is null", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  await subscribe(workspace, receiver.url, ["contact.deleted"]);
  const id = await createContact(workspace);
  await workspace.call("DELETE", `/api/v1/contacts/${id}`);
  const [post] = await receiver.seen(1);
  assert.equal(post?.body.data.object, null);
});

test("more messages than one statement holds are written all the same, each once", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await subscribe(workspace, "http://127.0.0.1:9/hook");
  await workspace.call("PATCH", `/api/v1/webhooks/subscriptions/${id}`, { is_active: false });
  const now = frontdesk.app.clock.now();
  const messages = Array.from({ length: 6000 }, (_, position) => ({
    endpointId: id as string,
    event: {
      id: newId(now),
      type: "task.created",
      noun: "task",
      recordId: null,
      payload: {},
      place: { transactionId: "0", position },
      settled: true,
      occurredAt: now,
    },
  }));
  for (const newOnes of [1, 0]) {
    const got = await inside(frontdesk, workspace.id, (ctx) => insertDeliveries(ctx, messages));
    assert.equal(got.size, newOnes);
  }
  const { total } = await frontdesk.app.database.read(workspace.id, (db) =>
    db
      .from("webhook_deliveries")
      .select((query) => query.fn.countAll().as("total"))
      .executeTakeFirstOrThrow(),
  );
  assert.equal(Number(total), messages.length);
});
