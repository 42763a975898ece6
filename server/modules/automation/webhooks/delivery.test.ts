import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Json, TestWorkspace } from "../../../testing/harness.ts";
import { createContact, logsOf, startReceiver, subscribe, verify } from "./testing.ts";

const frontdesk = await startHarness({ environment: { FRONTDESK_ALLOW_PRIVATE_WEBHOOKS: "1" } });

test("workspace.create_webhook_subscription#0 workspace.create_webhook_subscription#1 a contact's creation reaches the receiver, and the official library verifies it", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  const subscription = await subscribe(workspace, receiver.url, ["contact.created"]);
  const contactId = await createContact(workspace, "Ida");
  const [post] = await receiver.seen(1);
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

test("a delivery is woken by the commit, and waits for nobody to look round", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  await subscribe(workspace, receiver.url, ["contact.created"]);
  await createContact(workspace);
  const committedAt = performance.now();
  await receiver.seen(1);
  const waited = performance.now() - committedAt;
  // However busy the machine is: the workers of a test look round only every 20 seconds.
  assert.ok(waited < 15_000, `${Math.round(waited)} ms`);
});

test("messages of one record keep their order while one fails; other records go on, and a retry is the same message", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  const subscription = await subscribe(workspace, receiver.url, ["contact.*"]);
  receiver.answer = () => ({ status: 500, body: "not today" });
  const ann = await createContact(workspace, "Ann");
  await receiver.seen(1);
  await frontdesk.settle();
  receiver.answer = ({ body }) => ({ status: body.data.id === ann ? 500 : 204 });
  await workspace.call("PATCH", `/api/v1/contacts/${ann}`, { first_name: "Anne" });
  await workspace.call("PATCH", `/api/v1/contacts/${ann}`, { first_name: "Anna" });
  const ben = await createContact(workspace, "Ben");
  await receiver.seen(2);
  await frontdesk.settle();
  assert.deepEqual(
    receiver.received.map(({ body }) => body.data.id),
    [ann, ben],
    "what comes after the failing message waits",
  );
  const [, failed] = await logsOf(workspace, subscription.id);
  assert.equal(failed.status, "failed");
  assert.equal(failed.http_status, 500);
  assert.equal(failed.response_excerpt, "not today");
  assert.equal(failed.attempt, 1);
  assert.match(failed.error, /500/);
  receiver.answer = () => ({ status: 200 });
  await frontdesk.advance(15);
  await receiver.seen(5);
  await frontdesk.settle();
  const ofAnn = receiver.received.filter(({ body }) => body.data.id === ann);
  assert.deepEqual(
    ofAnn.map(({ body }) => body.type),
    ["contact.created", "contact.created", "contact.updated", "contact.updated"],
  );
  assert.deepEqual(
    ofAnn.slice(2).map(({ body }) => body.data._previous_values.first_name),
    ["Ann", "Anne"],
  );
  assert.equal(ofAnn[0]?.headers["webhook-id"], ofAnn[1]?.headers["webhook-id"]);
  assert.equal(ofAnn[0]?.raw, ofAnn[1]?.raw);
  for (const post of ofAnn) verify(post);
});

test("many records are delivered side by side", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  let open = 0;
  let most = 0;
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  receiver.answer = async () => {
    most = Math.max(most, (open += 1));
    if (open >= 4) release();
    await released;
    open -= 1;
    return { status: 200 };
  };
  await subscribe(workspace, receiver.url, ["contact.created"]);
  const ids = await Promise.all(Array.from({ length: 12 }, (_, n) => createContact(workspace, `C${n}`)));
  await receiver.seen(12);
  await frontdesk.settle();
  assert.ok(most >= 4, `${most} at once`);
  assert.deepEqual(receiver.received.map(({ body }) => body.data.id).sort(), ids.sort());
});

test("retries come later and later, and not before the receiver asks for them", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  receiver.answer = () => ({
    status: 503,
    ...(receiver.received.length === 3 ? { headers: { "retry-after": "7200" } } : {}),
  });
  const subscription = await subscribe(workspace, receiver.url);
  await createContact(workspace);
  await receiver.seen(1);
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    await frontdesk.settle();
    const [log] = await logsOf(workspace, subscription.id);
    assert.equal(log.attempt, attempt);
    const wait = (Date.parse(log.next_attempt_at) - frontdesk.app.clock.now().getTime()) / 1000;
    waits.push(wait);
    await frontdesk.advance(wait - 0.001);
    assert.equal(receiver.received.length, attempt, "not before its time");
    await frontdesk.advance(0.001);
    assert.equal(receiver.received.length, attempt + 1);
  }
  const [first = 0, second = 0, third = 0, fourth = 0] = waits;
  assert.ok(first >= 8 && first <= 12.1, String(first));
  assert.ok(second >= 24 && second <= 36.1, String(second));
  assert.equal(third, 7200);
  assert.ok(fourth >= 216 && fourth <= 324.1, String(fourth));
});

test("a message is given up after three days and listed; then the subscription is off, its admins know, and so do others", async () => {
  const workspace = await frontdesk.workspace();
  const [receiver, watcher] = [await startReceiver(), await startReceiver()];
  receiver.answer = () => ({ status: 500 });
  const subscription = await subscribe(workspace, receiver.url, ["contact.created"]);
  await subscribe(workspace, watcher.url, ["webhook.disabled"]);
  const contactId = await createContact(workspace);
  await receiver.seen(1);
  await frontdesk.advance(3 * 86_400 - 1);
  assert.equal((await shown(workspace, subscription.id)).is_active, true);
  const failedOnes = async () =>
    (await workspace.call("GET", "/api/v1/webhooks/deliveries?status=failed")).body.data;
  assert.deepEqual(await failedOnes(), []);
  await frontdesk.advance(2);
  const [given] = await failedOnes();
  assert.equal(given.record_id, contactId);
  assert.equal(given.webhook_id, subscription.id);
  assert.ok(given.attempts >= 12, String(given.attempts));
  assert.equal(given.next_attempt_at, null);
  const off = await shown(workspace, subscription.id);
  assert.equal(off.is_active, false);
  assert.match(off.disabled_reason, /three days/);
  const mails = await frontdesk.app.database.read(workspace.id, (db) =>
    db.from("email_logs").select(["recipient_email", "subject", "text_body", "status"]).execute(),
  );
  assert.equal(mails.length, 1);
  assert.equal(mails[0]?.recipient_email, "olive@example.test");
  assert.match(mails[0]?.text_body ?? "", /three days/);
  const [told] = await watcher.seen(1);
  assert.equal(told?.body.type, "webhook.disabled");
  assert.equal(told?.body.data.id, subscription.id);

  const before = receiver.received.length;
  await createContact(workspace, "While off");
  await frontdesk.settle();
  receiver.answer = () => ({ status: 200 });
  const on = await workspace.call("PATCH", `/api/v1/webhooks/subscriptions/${subscription.id}`, {
    is_active: true,
  });
  assert.equal(on.body.data.is_active, true);
  assert.equal(on.body.data.disabled_reason, null);
  assert.equal(on.body.data.failing_since, null);
  const later = await createContact(workspace, "Later");
  await receiver.seen(before + 1);
  await frontdesk.settle();
  assert.equal(receiver.received.length, before + 1, "events of the time it was off are not delivered");
  assert.equal(receiver.received.at(-1)?.body.data.id, later);

  const replayed = await workspace.call("POST", `/api/v1/webhooks/deliveries/${given.id}/replay`);
  assert.equal(replayed.body.data.status, "pending");
  await receiver.seen(before + 2);
  await frontdesk.settle();
  assert.equal(receiver.received.at(-1)?.headers["webhook-id"], given.message_id);
  const done = (await workspace.call("GET", `/api/v1/webhooks/deliveries/${given.id}`)).body.data;
  assert.equal(done.status, "delivered");
});

test("410 Gone switches a subscription off at once; what waits goes out when it is on again", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  receiver.answer = () => ({ status: 410 });
  const subscription = await subscribe(workspace, receiver.url, ["contact.*"]);
  const id = await createContact(workspace);
  await receiver.seen(1);
  await frontdesk.settle();
  const off = await shown(workspace, subscription.id);
  assert.deepEqual([off.is_active, off.disabled_reason], [false, "the receiver answered 410 Gone"]);
  await workspace.call("PATCH", `/api/v1/contacts/${id}`, { first_name: "Unheard" });
  await frontdesk.advance(86_400);
  assert.equal(receiver.received.length, 1);
});

test("switched off by hand, what had been waiting is kept and goes out first when it is on again", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  receiver.answer = () => ({ status: 500 });
  const { id } = await subscribe(workspace, receiver.url, ["contact.*"]);
  const path = `/api/v1/webhooks/subscriptions/${id}`;
  const contactId = await createContact(workspace);
  await workspace.call("PATCH", `/api/v1/contacts/${contactId}`, { first_name: "Second" });
  await receiver.seen(1);
  await frontdesk.settle();
  await workspace.call("PATCH", path, { is_active: false });
  await frontdesk.advance(3600);
  assert.equal(receiver.received.length, 1);
  receiver.answer = () => ({ status: 200 });
  await workspace.call("PATCH", path, { is_active: true });
  const posts = await receiver.seen(3);
  assert.deepEqual(
    posts.map(({ body }) => body.type),
    ["contact.created", "contact.created", "contact.updated"],
  );
});

test("a sender that died with a message in its hands: another sends it again under the same id, after its claim has run out", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  receiver.answer = () => ({ status: 500 });
  await subscribe(workspace, receiver.url, ["contact.created"]);
  await createContact(workspace);
  await receiver.seen(1);
  await frontdesk.settle();
  // As the dead one left it: due, claimed, and not recorded.
  await frontdesk.app.database.read(workspace.id, (db) =>
    db
      .update("webhook_deliveries")
      .set({
        claim: "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b",
        claimed_until: new Date(frontdesk.app.clock.now().getTime() + 25_000),
        next_attempt_at: frontdesk.app.clock.now(),
      })
      .execute(),
  );
  receiver.answer = () => ({ status: 200 });
  await frontdesk.advance(15);
  assert.equal(receiver.received.length, 1, "it is believed to be at work");
  await frontdesk.advance(15);
  const [first, second] = await receiver.seen(2);
  assert.equal(first?.headers["webhook-id"], second?.headers["webhook-id"]);
  assert.equal(first?.raw, second?.raw);
});

test("a subscription that is deleted while a message is on its way leaves nothing behind", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  receiver.answer = async () => {
    await released;
    return { status: 200 };
  };
  const { id } = await subscribe(workspace, receiver.url, ["contact.created"]);
  await createContact(workspace);
  await receiver.seen(1);
  assert.equal((await workspace.call("DELETE", `/api/v1/webhooks/subscriptions/${id}`)).status, 204);
  release();
  await frontdesk.settle();
  assert.equal(await frontdesk.app.jobs.deadLetterCount(), 0);
  assert.deepEqual((await workspace.call("GET", "/api/v1/webhooks/deliveries")).body.data, []);
});

async function shown(workspace: TestWorkspace, id: string): Promise<Json> {
  return (await workspace.call("GET", `/api/v1/webhooks/subscriptions/${id}`)).body.data;
}
