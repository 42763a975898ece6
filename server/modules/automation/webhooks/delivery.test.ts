import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { createContact, logsOf, startReceiver, subscribe, verify } from "./testing.ts";

const frontdesk = await startHarness({ environment: { FRONTDESK_ALLOW_PRIVATE_WEBHOOKS: "1" } });

test("workspace.create_webhook_subscription#1 workspace.create_webhook_subscription#2 a contact's creation reaches the receiver within a second, and the official library verifies it", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  const subscription = await subscribe(workspace, receiver.url, ["contact.created"]);
  const startedAt = performance.now();
  const contactId = await createContact(workspace, "Ida");
  const [post] = await receiver.seen(1);
  assert.ok(performance.now() - startedAt < 1000, "live");
  assert.ok(post);
  verify(post);
  assert.throws(() => verify({ ...post, raw: `${post.raw} ` }));
  assert.throws(() => verify(post, "another-secret-of-some-length"));
  assert.equal(post.headers["webhook-id"], post.body.id);
  assert.equal(post.headers["content-type"], "application/json");
  assert.equal(post.body.type, "contact.created");
  assert.equal(post.body.workspace_id, workspace.id);
  assert.equal(post.body.data.id, contactId);
  assert.equal(post.body.data.noun, "contact");
  assert.equal(post.body.data.object.first_name, "Ida");
  await frontdesk.settle();
  const [log] = await logsOf(workspace, subscription.id);
  assert.equal(log.status, "delivered");
  assert.equal(log.http_status, 200);
  assert.equal(log.message_id, post.body.id);
  assert.equal(log.next_attempt_at, null);
});
